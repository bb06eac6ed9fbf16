/// A limit that a champion version sets for itself: so much worse than what it showed at first.
///
/// The baseline is the first value that is made of a whole set of rows which the version alone predicted. Before it there
/// is no limit. It is kept with the series of the alert book, and forgotten with the version.
struct BaselineLimit: Sendable, Hashable {
    /// How much worse is too much, as a share of the baseline.
    var drop: Double
    var higherIsBetter: Bool
    /// How far inside the limit a value must be to be good again; never more than half of the way to the baseline.
    var recoveryMargin: Double
    /// Whether the value may become the baseline.
    var mayBeBaseline: Bool
    /// What is measured and over which rows, for the message.
    var what: String
    var rows: String
}

extension AlertObservation {
    /// The observation held against the baseline of its series; without a value as long as there is none.
    func held(against baseline: inout Double?) -> AlertObservation {
        guard let own = relative, let value else { return self }
        var held = self
        if baseline == nil, own.mayBeBaseline { baseline = value }
        guard let baseline else {
            held.value = nil
            return held
        }
        let room = own.drop * abs(baseline)
        let sign: Double = own.higherIsBetter ? 1 : -1
        let slack = sign * (value - baseline) + room
        held.limit = baseline - sign * room
        held.isBad = slack < 0
        held.isGood = slack >= min(own.recoveryMargin, room / 2)
        held.message =
            "\(own.what) is \(rounded(value)), more than \(rounded(own.drop * 100)) % worse than the "
            + "\(rounded(baseline)) that it had at first, \(own.rows)"
        return held
    }

    private func rounded(_ value: Double) -> String { "\((value * 10_000).rounded() / 10_000)" }
}
