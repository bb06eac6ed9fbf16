/// All that is known about one row of the input topic.
struct HeldRow: Sendable, Hashable {
    struct Verdict: Sendable, Hashable {
        /// The probability of the positive class, or what a regression says; 0 for one of several classes.
        var probability: Double
        var predicted: ModelAnswer
        var version: Int
    }

    struct Truth: Sendable, Hashable {
        var value: ModelAnswer
        var offset: Int64
    }

    /// Event time; nil until the row itself was read.
    var time: Int64?
    /// The monitored columns; empty once the row's window is measured, or where there is no room for them.
    var cells: [Cell] = []
    /// The id that labels use; nil until it is known.
    var id: String?
    /// By role.
    var verdicts: [Verdict?]
    /// The first label.
    var truth: Truth?

    init(roles: Int) {
        verdicts = Array(repeating: nil, count: roles)
    }
}
