/// One version of a scorer: what judges the traces of an experiment.
package struct ScorerVersion: Sendable, Equatable {
    /// The identifier that all versions share.
    package let id: String
    /// The experiment that it belongs to.
    package let experiment: ExperimentID
    /// Its name within the experiment.
    package let name: String
    /// Its number, from 1.
    package let version: Int64
    /// The scorer as JSON, as its client wrote it.
    package let serialized: String
    /// When it was registered, Unix milliseconds.
    package let createdAt: Int64
}

/// Which traces a scorer should judge as they come.
package struct OnlineScoring: Sendable, Equatable {
    /// Its identifier: 32 hexadecimal digits.
    package let id: String
    /// The identifier of the scorer.
    package let scorer: String
    /// The experiment of the scorer.
    package let experiment: ExperimentID
    /// The share of the traces, from 0 to 1.
    package let sampleRate: Double
    /// A filter of traces; nil for all of them.
    package let filter: String?
}
