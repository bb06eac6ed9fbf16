internal import Statistics

/// Joins rows, predictions and labels, and forms windows and rolling estimates by row position.
///
/// A pure state machine: events in, steps out. Rows are settled one after the other; a row is settled when each role
/// has predicted it or passed it by, and its label has come or its time for that is over. Everything that comes out
/// depends on the content of the topics alone and not on the order in which they were read, unless a step is forced
/// because a topic stood still.
struct WindowAssembler: Sendable, Hashable {
    /// Rows that may be held beyond the settled ones; a prediction farther away is not about this topic.
    static let maximumLookAhead: Int64 = 2_000_000

    let definition: MonitorDefinition

    var rows: [HeldRow] = []
    var firstOffset: Int64
    var settledThrough: Int64
    var inputThrough: Int64
    var predictedThrough: [Int64]
    var inputClock = Int64.min
    var droppedClock = Int64.min
    var labelClock = LabelClock()
    var waiting = WaitingLabels()
    var counters = MonitorCounters()
    /// Where the open window was closed for the end of the stream.
    var openWindowClosedAt: Int64?

    private var offsets: [String: Int64] = [:]
    private var pending: [MonitorStep] = []
    private let champion: Int

    init(_ definition: MonitorDefinition) {
        self.definition = definition
        firstOffset = definition.startOffset
        settledThrough = definition.startOffset
        inputThrough = definition.startOffset
        predictedThrough = definition.predictionTopics.map { _ in definition.startOffset }
        champion = definition.championIndex
    }

    /// Takes one record.
    mutating func receive(_ event: MonitorEvent) {
        switch event {
        case .row(let row): receive(row)
        case .prediction(let role, let prediction): receive(prediction, role: role)
        case .label(let label): receive(label)
        case .undecodable: counters.undecodable += 1
        }
    }

    /// The next thing that the settled rows give; nil when more must be read first.
    ///
    /// With `forced`, rows whose horizon the input has passed no longer wait for predictions or labels.
    mutating func nextStep(forced: Bool = false) -> MonitorStep? {
        while pending.isEmpty, settleNextRow(forced: forced) {
            let settled = Int(settledThrough - definition.startOffset)
            if settled.isMultiple(of: definition.evaluation.every) { pending.append(.estimate(estimate())) }
            if settled.isMultiple(of: definition.windowRows) {
                pending.append(.window(closeWindow(settled)))
            }
        }
        return pending.isEmpty ? nil : pending.removeFirst()
    }

    /// The open window with the rows that are settled, since no more will come; nil where it has none, or was asked
    /// for at this row before.
    ///
    /// Changes nothing else: should rows come after all, the whole window closes in its turn and takes its place.
    mutating func closeOpenWindow() -> AssembledWindow? {
        let settled = Int(settledThrough - definition.startOffset)
        let open = settled % definition.windowRows
        guard open > 0, openWindowClosedAt != settledThrough else { return nil }
        openWindowClosedAt = settledThrough
        return assemble(settled, rows: open)
    }

    /// The counters with the numbers of what waits now.
    var currentCounters: MonitorCounters {
        var counters = counters
        counters.waiting = waiting.count
        counters.unlabelled = Int(max(0, inputThrough - settledThrough))
        return counters
    }

    // MARK: Records

    private mutating func receive(_ row: MonitorEvent.InputRow) {
        counters.rows += 1
        inputThrough = max(inputThrough, row.offset + 1)
        inputClock = max(inputClock, row.time)
        guard row.offset >= settledThrough, let index = slot(of: row.offset) else { return }
        rows[index].time = row.time
        rows[index].features = row.features
    }

    private mutating func receive(_ prediction: MonitorEvent.Prediction, role: Int) {
        counters.predictions += 1
        guard prediction.rowOffset < settledThrough + Self.maximumLookAhead else {
            counters.undecodable += 1
            return
        }
        predictedThrough[role] = max(predictedThrough[role], prediction.rowOffset + 1)
        guard prediction.rowOffset >= settledThrough, let index = slot(of: prediction.rowOffset) else { return }
        if rows[index].verdicts[role] == nil {
            rows[index].verdicts[role] = HeldRow.Verdict(
                probability: prediction.probability,
                predicted: prediction.predicted,
                version: prediction.version
            )
        }
        guard rows[index].id == nil else { return }
        rows[index].id = prediction.id
        offsets[prediction.id] = prediction.rowOffset
        for label in waiting.take(prediction.id) { attach(label, to: index) }
    }

    private mutating func receive(_ label: MonitorEvent.Label) {
        counters.labels += 1
        labelClock.advance(to: label.time, at: label.offset)
        if let offset = offsets[label.id] {
            attach(label, to: Int(offset - firstOffset))
        } else if label.time <= droppedClock {
            counters.late += 1
        } else {
            counters.unknown += waiting.insert(label)
        }
    }

    private mutating func attach(_ label: MonitorEvent.Label, to index: Int) {
        if rows[index].truth != nil {
            counters.duplicates += 1
        } else if firstOffset + Int64(index) < settledThrough {
            counters.late += 1
        } else {
            rows[index].truth = HeldRow.Truth(value: label.value, offset: label.offset)
        }
    }

    /// The place of a row, made when it is new; nil for rows that are behind.
    private mutating func slot(of offset: Int64) -> Int? {
        guard offset >= firstOffset, offset < settledThrough + Self.maximumLookAhead else { return nil }
        let index = Int(offset - firstOffset)
        while rows.count <= index { rows.append(HeldRow(roles: predictedThrough.count)) }
        return index
    }

    // MARK: Settling

    private mutating func settleNextRow(forced: Bool) -> Bool {
        let index = Int(settledThrough - firstOffset)
        guard inputThrough > settledThrough else { return false }
        while rows.count <= index { rows.append(HeldRow(roles: predictedThrough.count)) }
        let row = rows[index]
        let end = row.time.map { $0.addingClamped(definition.labelHorizonMilliseconds) }
        let given = forced && end.map { $0 < inputClock } ?? true
        for role in predictedThrough.indices where predictedThrough[role] <= settledThrough && !given { return false }
        if row.id != nil, let end {
            let closing = labelClock.offsetReaching(end)
            if let truth = row.truth {
                if let closing, truth.offset > closing {
                    rows[index].truth = nil
                    counters.late += 1
                } else {
                    counters.joined += 1
                }
            } else if closing == nil, !given {
                return false
            }
        }
        settledThrough += 1
        return true
    }

    // MARK: Steps

    private func estimate() -> QualityEstimate {
        var chosen: [HeldRow] = []
        var version: Int?
        for index in stride(from: Int(settledThrough - firstOffset) - 1, through: 0, by: -1) {
            guard let verdict = rows[index].verdicts[champion] else { continue }
            if version == nil { version = verdict.version }
            guard verdict.version == version, chosen.count < definition.evaluation.rows else { break }
            if rows[index].truth != nil { chosen.append(rows[index]) }
        }
        let enough = chosen.count >= definition.evaluation.minimumRows
        return QualityEstimate(
            monitor: definition.name,
            row: definition.rowNumber(at: settledThrough - 1),
            rows: chosen.count,
            labelledRows: counters.joined,
            championVersion: version,
            quality: enough ? quality(chosen[...]) : []
        )
    }

    private mutating func closeWindow(_ settled: Int) -> AssembledWindow {
        let window = assemble(settled, rows: definition.windowRows)
        let end = Int(settledThrough - firstOffset)
        for index in (end - definition.windowRows)..<end { rows[index].features = [] }
        dropRowsNobodyNeeds()
        return window
    }

    /// The window that ends at the last settled row, of its last `count` rows.
    private func assemble(_ settled: Int, rows count: Int) -> AssembledWindow {
        let end = Int(settledThrough - firstOffset)
        let held = rows[(end - count)..<end]
        return AssembledWindow(
            index: (settled - 1) / definition.windowRows,
            firstRow: definition.rowNumber(at: settledThrough - Int64(count)),
            lastRow: definition.rowNumber(at: settledThrough - 1),
            rows: held.count { $0.time != nil },
            labelled: held.count { $0.truth != nil },
            unscored: held.count { $0.time != nil && $0.verdicts[champion] == nil },
            quality: quality(held),
            championVersions: versions(held),
            columns: definition.featureColumns.indices.map { column in
                held.compactMap { $0.features.indices.contains(column) ? $0.features[column] : nil }
            }
        )
    }

    private func quality(_ rows: ArraySlice<HeldRow>) -> [RoleQuality] {
        definition.predictionTopics.indices.map { role in
            var judged = JudgedRows()
            for row in rows {
                guard let verdict = row.verdicts[role], let truth = row.truth else { continue }
                judged.add(verdict, truth.value)
            }
            return judged.quality(of: definition.predictionTopics[role].role)
        }
    }

    private func versions(_ rows: ArraySlice<HeldRow>) -> [Int] {
        var versions: [Int] = []
        for row in rows {
            guard let version = row.verdicts[champion]?.version, !versions.contains(version) else { continue }
            versions.append(version)
        }
        return versions
    }

    /// Lets go of rows before the open window, as far as no estimate looks back at them.
    private mutating func dropRowsNobodyNeeds() {
        let end = Int(settledThrough - firstOffset)
        var needed = definition.evaluation.rows
        var keepFrom = end
        let reach = definition.evaluation.rows * 20 + definition.windowRows
        while keepFrom > 0, needed > 0, end - keepFrom < reach {
            keepFrom -= 1
            if rows[keepFrom].truth != nil, rows[keepFrom].verdicts[champion] != nil { needed -= 1 }
        }
        for row in rows[..<keepFrom] {
            if let id = row.id { offsets[id] = nil }
            droppedClock = max(droppedClock, row.time ?? .min)
        }
        rows.removeFirst(keepFrom)
        firstOffset += Int64(keepFrom)
        let settledClock = rows[..<(end - keepFrom)].reduce(droppedClock) { max($0, $1.time ?? .min) }
        let horizon = definition.labelHorizonMilliseconds
        counters.unknown += waiting.giveUp(before: settledClock.addingClamped(-horizon))
        if let oldest = rows.dropFirst(end - keepFrom).compactMap(\.time).min() {
            labelClock.forget(before: oldest.addingClamped(horizon))
        }
    }

    /// Rebuilds what follows from the held rows, after these were read from storage.
    mutating func restoreIndex() {
        offsets = [:]
        for (index, row) in rows.enumerated() {
            if let id = row.id { offsets[id] = firstOffset + Int64(index) }
        }
    }
}

/// What comes out of the assembler.
enum MonitorStep: Sendable, Hashable {
    case estimate(QualityEstimate)
    case window(AssembledWindow)
}

/// A complete window, before its columns are compared with a reference.
struct AssembledWindow: Sendable, Hashable {
    var index: Int
    var firstRow: Int64
    var lastRow: Int64
    var rows: Int
    var labelled: Int
    var unscored: Int
    var quality: [RoleQuality]
    var championVersions: [Int]
    /// The values of each monitored column, in the order of the definition.
    var columns: [[Double]]
}

extension MonitorDefinition {
    /// The champion's place among the roles.
    var championIndex: Int {
        predictionTopics.firstIndex { $0.role == PredictionTopic.championRole } ?? 0
    }
}

extension Int64 {
    /// The sum, held at the ends of the range instead of overflowing.
    func addingClamped(_ other: Int64) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(other)
        guard overflow else { return sum }
        return other > 0 ? .max : .min
    }
}
