/// An experiment, a run or a logged model in the trash.
package struct TrashedWork: Sendable, Equatable {
    /// What it is, with its identifier.
    package enum Subject: Sendable, Hashable {
        case experiment(ExperimentID)
        case run(RunID)
        case loggedModel(LoggedModelID)
    }

    /// What it is.
    package let subject: Subject
    /// Its name for people.
    package let name: String
    /// When it came here, Unix milliseconds.
    package let deletedAt: Int64
    /// How many runs it takes along: those of an experiment, 1 for a run.
    package let runs: Int64
}

/// How much space something takes in the artifact store.
package struct ArtifactUsage: Sendable, Equatable {
    /// The length of all its files in bytes.
    package var bytes: Int64 = 0
    /// How many bytes are freed when it goes: content that nothing else uses, counted once.
    package var freed: Int64 = 0

    /// Nothing.
    package static let none = ArtifactUsage()
}
