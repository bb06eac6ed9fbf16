/// Hears of what a deployment decides, so that it can be put on record.
package protocol ScoringObserver: Sendable {
    /// A new version has taken over; `firstOffsets` is, for each partition of the input, the first row that it scores.
    func deployment(_ name: String, didSwap swap: ModelSwap) async

    /// A version did not take over, and the one before goes on.
    func deployment(_ name: String, didKeep version: Int, insteadOf model: ModelReference, because reason: String) async
}

/// The moment at which one version of a model followed another.
package struct ModelSwap: Sendable, Hashable {
    /// The model's name.
    package let model: String
    /// The version that scored until then.
    package let from: Int
    /// The version that scores since.
    package let to: Int
    /// The first row of each partition of the input that the new version scores.
    package let firstOffsets: [Int32: Int64]
    /// Unix time in milliseconds.
    package let at: Int64
}
