/// How many rows are due at a moment: a pure machine, so that time can be given to it.
struct ReplayPace {
    /// Who is later than this does not catch up: a burst would not be the pace that was asked for.
    private static let patience: Int64 = 1_000_000_000

    private let rowsPerSecond: Double
    private var start: Int64
    private var sent = 0

    /// Begins at `now`, in nanoseconds.
    init(rowsPerSecond: Double, now: Int64) {
        self.rowsPerSecond = rowsPerSecond
        start = now
    }

    /// How many rows are due at `now`, at most `limit`.
    mutating func due(now: Int64, limit: Int) -> Int {
        if now - next > ReplayPace.patience { restart(now: now) }
        let total = Int((Double(now - start) / 1e9 * rowsPerSecond).rounded(.down)) + 1
        return min(limit, max(0, total - sent))
    }

    /// Notes that rows were sent.
    mutating func didSend(_ rows: Int) {
        sent += rows
    }

    /// Forgets the time before `now`, as after a pause.
    mutating func restart(now: Int64) {
        start = now
        sent = 0
    }

    /// When the next row is due.
    var next: Int64 { start + Int64(Double(sent) / rowsPerSecond * 1e9) }
}
