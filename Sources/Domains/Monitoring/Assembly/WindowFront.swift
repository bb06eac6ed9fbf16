/// A front that moves over the rows, and the windows that it has passed.
struct WindowFront: Sendable, Hashable {
    /// Which rows of the held ones make a window.
    struct Extent: Sendable, Hashable {
        /// The window's number.
        var index: Int
        /// Offsets that the rows lie between; the second is not included.
        var offsets: Range<Int64>
        /// Only rows of this stretch of time; nil for all.
        var stretch: Int64?
    }

    /// Where the newest window of rows or labels begins.
    var windowStart: Int64
    /// Rows joined to a label since then.
    var joined = 0
    /// The number of the newest window of labels.
    var ordinal = 0
    /// The latest event time passed.
    var clock = Int64.min
    /// The last stretch of time that is over; nil before the first.
    var lastStretch: Int64?

    init(start: Int64) {
        windowStart = start
    }

    /// Whether the window of a stretch of time is behind.
    func isOver(_ stretch: Int64) -> Bool {
        lastStretch.map { stretch <= $0 } ?? false
    }

    /// Moves over a row; returns the windows that end with it, oldest first.
    ///
    /// `end` is the offset behind the row. A window of labels ends at the second front alone: before, nobody knows
    /// which labels will come.
    mutating func windows(endedBy row: HeldRow, at end: Int64, in assembler: WindowAssembler) -> [Extent] {
        let start = assembler.definition.startOffset
        clock = max(clock, row.time ?? .min)
        switch assembler.definition.window {
        case .rows(let count):
            guard (end - start).isMultiple(of: Int64(count)) else { return [] }
            return [Extent(index: Int((end - start) / Int64(count)) - 1, offsets: (end - Int64(count))..<end)]
        case .labels(let count):
            guard assembler.settledThrough == end else { return [] }
            if row.truth != nil { joined += 1 }
            guard joined == count else { return [] }
            let extent = Extent(index: ordinal, offsets: windowStart..<end)
            (joined, ordinal, windowStart) = (0, ordinal + 1, end)
            return [extent]
        case .time:
            guard let last = assembler.definition.window.lastStretch(endedBy: clock), !isOver(last) else { return [] }
            return pass(through: last, to: end, assembler)
        }
    }

    /// The windows that are open behind the front, with the rows that the front has passed.
    func openWindows(at end: Int64, in assembler: WindowAssembler) -> [Extent] {
        let start = assembler.definition.startOffset
        switch assembler.definition.window {
        case .rows(let count):
            let open = (end - start) % Int64(count)
            return open == 0 ? [] : [Extent(index: Int((end - start) / Int64(count)), offsets: (end - open)..<end)]
        case .labels:
            return windowStart == end ? [] : [Extent(index: ordinal, offsets: windowStart..<end)]
        case .time:
            return openStretches(assembler, to: end).map { stretch in
                Extent(index: Int(stretch), offsets: assembler.firstOffset..<end, stretch: stretch)
            }
        }
    }

    /// The place of the first held row that an open window needs.
    func firstNeeded(in assembler: WindowAssembler) -> Int {
        let end = Int(assembler.settledThrough - assembler.firstOffset)
        guard case .time = assembler.definition.window else {
            return min(end, Int(max(0, windowStartOfRows(assembler) - assembler.firstOffset)))
        }
        let open = assembler.rows[..<end].firstIndex { row in
            row.time.flatMap(assembler.definition.window.stretch).map { !isOver($0) } ?? false
        }
        return open ?? end
    }

    private func windowStartOfRows(_ assembler: WindowAssembler) -> Int64 {
        guard case .rows(let count) = assembler.definition.window else { return windowStart }
        let settled = assembler.settledThrough - assembler.definition.startOffset
        return assembler.settledThrough - settled % Int64(count)
    }

    private mutating func pass(through last: Int64, to end: Int64, _ assembler: WindowAssembler) -> [Extent] {
        let ended = openStretches(assembler, to: end).filter { $0 <= last }
        lastStretch = last
        return ended.map { Extent(index: Int($0), offsets: assembler.firstOffset..<end, stretch: $0) }
    }

    /// The stretches of time that rows before `end` lie in and that are not over, ascending.
    private func openStretches(_ assembler: WindowAssembler, to end: Int64) -> [Int64] {
        let passed = assembler.rows[..<Int(end - assembler.firstOffset)]
        var stretches: Set<Int64> = []
        for case let time? in passed.lazy.map(\.time) {
            if let stretch = assembler.definition.window.stretch(of: time), !isOver(stretch) {
                stretches.insert(stretch)
            }
        }
        return stretches.sorted()
    }
}
