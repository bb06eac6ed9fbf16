/// A named collection of runs and logged models.
package struct Experiment: Sendable, Equatable {
    /// Its number.
    package let id: ExperimentID
    /// Its name, unique even among deleted ones.
    package let name: String
    /// Where the artifacts of its runs lie.
    package let artifactLocation: String
    /// Whether it is in use.
    package let stage: LifecycleStage
    /// When it was made, Unix milliseconds.
    package let createdAt: Int64
    /// When its name or stage last changed, Unix milliseconds.
    package let updatedAt: Int64
    /// Its tags by key.
    package let tags: [KeyValue]
}
