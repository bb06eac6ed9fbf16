internal import Statistics

/// What a detector has to tell of a row.
struct DetectorNews: Sendable, Hashable {
    enum Content: Sendable, Hashable {
        /// It has found a change, so many since its alert opened.
        case changed(DetectedChange, count: Int)
        /// It has found none for as many rows as end its alert.
        case quiet
        /// Another champion version predicts, and what was found spoke of the one before.
        case begunAnew
    }

    var detector: DetectorDefinition
    /// The champion version; nil for a column.
    var version: Int?
    var window: Int
    var row: Int64
    var content: Content
}

/// The detectors of a monitor, each fed with its values in the order of the rows.
struct DetectorBank: Sendable, Hashable {
    /// A row's place among all rows.
    struct Place: Sendable, Hashable {
        var row: Int64
        var window: Int
    }

    /// The detectors in the order of the definition.
    var watches: [DetectorWatch]

    private let monitor: String
    private let task: MonitorTask
    private let champion: Int

    init(_ definition: MonitorDefinition) {
        monitor = definition.name
        task = definition.task
        champion = definition.championIndex
        watches = definition.detectors.map { detector in
            var column: Int?
            if case .column(let name) = detector.series { column = definition.columns.firstIndex { $0.name == name } }
            return DetectorWatch(detector, column: column, quietRows: definition.quietRows(detector))
        }
    }

    /// Takes the values of a row whose predictions are there: columns and what the champion says.
    mutating func didScore(_ row: HeldRow, at place: Place) -> [DetectorNews] {
        feed(row, at: place, ofErrors: false)
    }

    /// Takes the champion's error on a row whose label has come, or will not.
    mutating func didSettle(_ row: HeldRow, at place: Place) -> [DetectorNews] {
        feed(row, at: place, ofErrors: true)
    }

    private mutating func feed(_ row: HeldRow, at place: Place, ofErrors: Bool) -> [DetectorNews] {
        var news: [DetectorNews] = []
        let verdict = row.verdicts.indices.contains(champion) ? row.verdicts[champion] : nil
        for index in watches.indices where (watches[index].detector.series == .errors) == ofErrors {
            news += watches[index].becomeQuiet(at: place)
            let value: Double?
            switch watches[index].detector.series {
            case .column: value = watches[index].column.flatMap { Self.number(row.cells, $0) }
            case .predictions: value = verdict?.probability
            case .errors: value = verdict.flatMap { verdict in row.truth.flatMap { error(verdict, $0.value) } }
            }
            guard let value, value.isFinite else { continue }
            if let version = verdict?.version { news += watches[index].take(version: version, at: place) }
            news += watches[index].take(value, of: row, at: place, monitor: monitor)
        }
        return news
    }

    private static func number(_ cells: [Cell], _ column: Int) -> Double? {
        guard cells.indices.contains(column), case .number(let value) = cells[column] else { return nil }
        return value
    }

    /// 1 for a wrong class and 0 for a right one; the absolute error of a number.
    private func error(_ verdict: HeldRow.Verdict, _ truth: ModelAnswer) -> Double? {
        guard task == .regression else { return verdict.predicted == truth ? 0 : 1 }
        guard case .number(let said) = verdict.predicted, case .number(let true_) = truth else { return nil }
        return abs(said - true_)
    }
}

/// One detector at work.
struct DetectorWatch: Sendable {
    let detector: DetectorDefinition
    /// The place of its column in the definition; nil for other series.
    let column: Int?
    let quietRows: Int64

    /// The detector's own state.
    var state: NamedDetector
    /// The champion version whose values it has taken.
    var version: Int?
    /// The values since it began anew, and their sum.
    var taken = (count: 0, sum: 0.0)
    /// Number of the row of the last change, until the series is called quiet again; then nil.
    var changedAt: Int64?
    /// Changes since the series was last quiet.
    var changes = 0
    /// Whether it begins anew with the next value, as the state does by itself.
    var hasChanged = false

    init(_ detector: DetectorDefinition, column: Int?, quietRows: Int64) {
        self.detector = detector
        self.column = column
        self.quietRows = quietRows
        state = (try? detector.fresh()) ?? detector.method.standard
    }

    /// Says that the series is quiet, once enough rows have passed.
    mutating func becomeQuiet(at place: DetectorBank.Place) -> [DetectorNews] {
        guard let changedAt, place.row - changedAt >= quietRows else { return [] }
        calm()
        return [news(.quiet, at: place)]
    }

    /// Notes which version predicts.
    mutating func take(version: Int, at place: DetectorBank.Place) -> [DetectorNews] {
        guard detector.isOfChampion, self.version != version else { return [] }
        let wasAlarmed = changedAt != nil
        self.version = version
        state = (try? detector.fresh()) ?? detector.method.standard
        (taken, hasChanged) = ((0, 0), false)
        calm()
        return wasAlarmed ? [news(.begunAnew, at: place)] : []
    }

    /// Takes a value.
    mutating func take(
        _ value: Double,
        of row: HeldRow,
        at place: DetectorBank.Place,
        monitor: String
    ) -> [DetectorNews] {
        if hasChanged { (taken, hasChanged) = ((0, 0), false) }
        taken = (taken.count + 1, taken.sum + value)
        // FHDDM looks for a fall of what is right, and is fed so.
        guard state.update(detector.method == .fhddm ? 1 - value : value) == .drift else { return [] }
        hasChanged = true
        changedAt = place.row
        changes += 1
        let change = DetectedChange(
            monitor: monitor,
            series: detector.series,
            method: detector.method,
            row: place.row,
            time: row.time,
            window: place.window,
            championVersion: detector.isOfChampion ? version : nil,
            values: taken.count,
            means: means
        )
        return [news(.changed(change, count: changes), at: place)]
    }

    private mutating func calm() {
        changedAt = nil
        changes = 0
    }

    private func news(_ content: DetectorNews.Content, at place: DetectorBank.Place) -> DetectorNews {
        DetectorNews(
            detector: detector,
            version: detector.isOfChampion ? version : nil,
            window: place.window,
            row: place.row,
            content: content
        )
    }

    /// The means on both sides of the change that was just found.
    private var means: DetectedChange.Means? {
        let after: (count: Double, sum: Double)
        switch state {
        case .adwin(let window): after = (Double(window.width), window.total)
        case .hddmA(let average):
            let before = average.beforeCut
            after = (Double(taken.count) - before.count, taken.sum - before.sum)
        default: return nil
        }
        let before = (count: Double(taken.count) - after.count, sum: taken.sum - after.sum)
        let means = DetectedChange.Means(before: before.sum / before.count, after: after.sum / after.count)
        return means.before.isFinite && means.after.isFinite ? means : nil
    }
}

extension DetectorWatch: Hashable {
    static func == (left: Self, right: Self) -> Bool {
        left.detector == right.detector && left.column == right.column && left.quietRows == right.quietRows
            && left.state == right.state && left.version == right.version
            && left.taken == right.taken && left.changedAt == right.changedAt && left.changes == right.changes
            && left.hasChanged == right.hasChanged
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(detector)
        hasher.combine(taken.count)
        hasher.combine(changedAt)
    }
}
