/// Joins rows, predictions and labels, and forms windows and rolling estimates.
///
/// A pure state machine: events in, steps out. Two fronts move over the rows. A row is *scored* when each role has
/// predicted it or passed it by: a window whose rows are all scored is measured, labels or not. A row is *settled* when
/// in addition its label has come or its time for that is over: a window whose rows are all settled is complete.
/// Everything that comes out depends on the content of the topics alone and not on the order in which they were read,
/// unless a step is forced because a topic stood still.
struct WindowAssembler: Sendable, Hashable {
    /// Rows that may be held beyond the settled ones; a prediction farther away is not about this topic.
    static let maximumLookAhead: Int64 = 2_000_000

    let definition: MonitorDefinition

    var rows: [HeldRow] = []
    var firstOffset: Int64
    var scoredThrough: Int64
    var settledThrough: Int64
    var inputThrough: Int64
    var predictedThrough: [Int64]
    var inputClock = Int64.min
    var droppedClock = Int64.min
    var labelClock = LabelClock()
    var waiting = WaitingLabels()
    var counters = MonitorCounters()
    /// How far windows are measured.
    var measured: WindowFront
    /// How far windows are complete.
    var completed: WindowFront
    /// Where the open window was closed for the end of the stream.
    var openWindowClosedAt: Int64?
    /// Measured windows that got labels since they were last looked at.
    var refilled: Set<Int> = []
    /// Cells that are held now.
    var heldCells = 0
    /// The change detectors.
    var detectors: DetectorBank

    private var offsets: [String: Int64] = [:]
    private var pending: [MonitorStep] = []
    let champion: Int

    init(_ definition: MonitorDefinition) {
        self.definition = definition
        let start = definition.startOffset
        firstOffset = start
        scoredThrough = start
        settledThrough = start
        inputThrough = start
        predictedThrough = definition.predictionTopics.map { _ in start }
        measured = WindowFront(start: start)
        completed = WindowFront(start: start)
        champion = definition.championIndex
        detectors = DetectorBank(definition)
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

    /// Notes that a role has predicted all rows before `through`, or passed them by.
    mutating func didPass(role: Int, through: Int64) {
        predictedThrough[role] = max(predictedThrough[role], through)
    }

    /// Behind the last row of which anything is known.
    var heldThrough: Int64 { max(inputThrough, firstOffset + Int64(rows.count)) }

    /// The next thing that the rows give; nil when more must be read first.
    ///
    /// With `forced`, rows whose horizon the input has passed no longer wait for predictions or labels.
    mutating func nextStep(forced: Bool = false) -> MonitorStep? {
        while pending.isEmpty, scoreNextRow() || settleNextRow(forced: forced) {}
        return pending.isEmpty ? nil : pending.removeFirst()
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
        if heldCells + row.cells.count <= MonitorDefinition.maximumWindowValues {
            rows[index].cells = row.cells
            heldCells += row.cells.count
        } else {
            counters.unsampled += 1
        }
        if let id = row.joinID { name(index, id) }
    }

    private mutating func receive(_ prediction: MonitorEvent.Prediction, role: Int) {
        counters.predictions += 1
        guard prediction.rowOffset < settledThrough + Self.maximumLookAhead else {
            counters.undecodable += 1
            return
        }
        if prediction.passes { didPass(role: role, through: prediction.rowOffset + 1) }
        guard prediction.rowOffset >= settledThrough, let index = slot(of: prediction.rowOffset) else { return }
        if rows[index].verdicts[role] == nil {
            rows[index].verdicts[role] = HeldRow.Verdict(
                probability: prediction.probability,
                predicted: prediction.predicted,
                version: prediction.version
            )
        }
        if definition.join == .predictionID { name(index, prediction.id) }
    }

    /// Gives a row the id that labels use, and takes the labels that have waited for it.
    private mutating func name(_ index: Int, _ id: String) {
        guard rows[index].id == nil else { return }
        rows[index].id = id
        offsets[id] = firstOffset + Int64(index)
        for label in waiting.take(id) { attach(label, to: index) }
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
            noteRefill(of: index)
        }
    }

    /// The place of a row, made when it is new; nil for rows that are behind.
    private mutating func slot(of offset: Int64) -> Int? {
        guard offset >= firstOffset, offset < settledThrough + Self.maximumLookAhead else { return nil }
        let index = Int(offset - firstOffset)
        while rows.count <= index { rows.append(HeldRow(roles: predictedThrough.count)) }
        return index
    }

    // MARK: The two fronts

    /// Moves the first front over one row, once it is read and predicted, or was passed by the second front.
    private mutating func scoreNextRow() -> Bool {
        guard inputThrough > scoredThrough, predictedThrough.allSatisfy({ $0 > scoredThrough }) else { return false }
        passScored()
        return true
    }

    private mutating func passScored() {
        let index = makeRow(at: scoredThrough)
        scoredThrough += 1
        if !detectsWhenSettled { detectInputs(index) }
        for window in measured.windows(endedBy: rows[index], at: scoredThrough, in: self) {
            pending.append(.measured(measure(window)))
        }
    }

    private mutating func settleNextRow(forced: Bool) -> Bool {
        guard inputThrough > settledThrough else { return false }
        let index = makeRow(at: settledThrough)
        let row = rows[index]
        let end = row.time.map { $0.addingClamped(definition.labelHorizonMilliseconds) }
        let given = forced && end.map { $0 < inputClock } ?? true
        for role in predictedThrough.indices where predictedThrough[role] <= settledThrough && !given { return false }
        if definition.labelsTopic != nil, row.id != nil, let end {
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
        if scoredThrough == settledThrough { passScored() }
        settledThrough += 1
        if detectsWhenSettled { detectInputs(index) }
        detectErrors(index)
        passSettled(rows[index])
        return true
    }

    private mutating func passSettled(_ row: HeldRow) {
        if let time = row.time, let stretch = definition.window.stretch(of: time), completed.isOver(stretch) {
            counters.lateRows += 1
        }
        if (settledThrough - definition.startOffset).isMultiple(of: Int64(definition.evaluation.every)),
            !definition.predictionTopics.isEmpty
        {
            pending.append(.estimate(estimate()))
        }
        for window in completed.windows(endedBy: row, at: settledThrough, in: self) {
            pending.append(.complete(complete(window)))
        }
    }

    // MARK: Change detectors

    /// Whether all detectors follow the second front: which window of labels a row lies in is not known before.
    private var detectsWhenSettled: Bool {
        if case .labels = definition.window { true } else { false }
    }

    /// Gives the detectors of inputs and predictions the row that has just been passed.
    private mutating func detectInputs(_ index: Int) {
        guard !detectors.watches.isEmpty else { return }
        let clock = detectsWhenSettled ? completed.clock : measured.clock
        pending += detectors.didScore(rows[index], at: place(of: index, clock)).map(MonitorStep.detector)
    }

    /// Gives the detectors of errors the row that has just been settled.
    private mutating func detectErrors(_ index: Int) {
        guard !detectors.watches.isEmpty else { return }
        pending += detectors.didSettle(rows[index], at: place(of: index, completed.clock)).map(MonitorStep.detector)
    }

    /// The row's number and window; a row that was never read lies where event time stands, `clock`.
    private func place(of index: Int, _ clock: Int64) -> DetectorBank.Place {
        let offset = firstOffset + Int64(index)
        let window: Int64 =
            switch definition.window {
            case .rows(let count): (offset - definition.startOffset) / Int64(count)
            case .labels: Int64(completed.ordinal)
            case .time: definition.window.stretch(of: rows[index].time ?? max(0, clock)) ?? 0
            }
        return DetectorBank.Place(row: definition.rowNumber(at: offset), window: Int(window))
    }

    private mutating func makeRow(at offset: Int64) -> Int {
        let index = Int(offset - firstOffset)
        while rows.count <= index { rows.append(HeldRow(roles: predictedThrough.count)) }
        return index
    }

    // MARK: Letting go

    /// Lets go of rows that belong to no open window, as far as no estimate looks back at them.
    mutating func dropRowsNobodyNeeds() {
        let end = completed.firstNeeded(in: self)
        var needed = definition.evaluation.rows
        var keepFrom = end
        let reach = definition.evaluation.rows * 20 + (definition.window.rowLimit ?? 0)
        while !definition.predictionTopics.isEmpty, keepFrom > 0, needed > 0, end - keepFrom < reach {
            keepFrom -= 1
            if rows[keepFrom].truth != nil, rows[keepFrom].verdicts[champion] != nil { needed -= 1 }
        }
        for row in rows[..<keepFrom] {
            if let id = row.id { offsets[id] = nil }
            heldCells -= row.cells.count
            droppedClock = max(droppedClock, row.time ?? .min)
        }
        rows.removeFirst(keepFrom)
        firstOffset += Int64(keepFrom)
        let settled = Int(settledThrough - firstOffset)
        let settledClock = rows[..<settled].reduce(droppedClock) { max($0, $1.time ?? .min) }
        let horizon = definition.labelHorizonMilliseconds
        counters.unknown += waiting.giveUp(before: settledClock.addingClamped(-horizon))
        if let oldest = rows.dropFirst(settled).compactMap(\.time).min() {
            labelClock.forget(before: oldest.addingClamped(horizon))
        }
    }

    /// Rebuilds what follows from the held rows, after these were read from storage.
    mutating func restoreIndex() {
        offsets = [:]
        heldCells = rows.reduce(0) { $0 + $1.cells.count }
        for (index, row) in rows.enumerated() {
            if let id = row.id { offsets[id] = firstOffset + Int64(index) }
        }
    }
}

extension MonitorDefinition {
    /// The champion's place among the roles.
    package var championIndex: Int {
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
