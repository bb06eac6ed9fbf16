/// One way from a trigger to a decision, stored at every step so that a restart goes on where it was.
package struct RetrainingAttempt: Sendable, Hashable {
    /// Where the attempt is.
    package enum State: String, Sendable, Hashable {
        /// Fired; the data is not cut yet.
        case triggered
        /// The data is cut; the job runs, or has to be started again.
        case training
        /// The challenger is registered; it has to be judged.
        case judging
        /// The gate let the challenger pass; the alias has to move.
        case promoting
        /// The alias has moved.
        case promoted
        /// The gate refused.
        case refused
        /// A step could not be done; the champion stays.
        case failed

        /// True where nothing is left to do.
        package var isFinal: Bool { self == .promoted || self == .refused || self == .failed }
    }

    /// Unique, 32 hexadecimal digits.
    package var id: String
    /// The policy's project and name.
    package var project: String
    /// The policy's name.
    package var policy: String
    /// What fired.
    package var trigger: Trigger
    /// Where the attempt is.
    package var state: State
    /// Labelled rows of the stream when it fired.
    package var labelledRows: Int
    /// By partition of the labels, how far they had been read when it fired; empty where that was not known.
    package var labelOffsets: [Int32: Int64] = [:]
    /// The row of the data when it fired, for people.
    package var row: Int
    /// What else the policy looked at when it decided.
    package var inputs = DecisionInputs()
    /// The training data, once cut.
    package var cut: TrainingCut?
    /// The challenger, once trained.
    package var challenger: TrainedModel?
    /// The champion's version when the two were compared.
    package var championVersion: Int?
    /// What the gate saw and said.
    package var verdict: GateVerdict?
    /// Why it failed; empty otherwise.
    package var failure: String
    /// When it fired, in Unix milliseconds.
    package var startedAt: Int64
    /// When it reached its last state, in Unix milliseconds.
    package var updatedAt: Int64
}

/// What a policy looked at besides the trigger when it decided to start.
package struct DecisionInputs: Sendable, Hashable {
    /// Everything that was the matter, the trigger included.
    package var reasons: [String] = []
    /// Open alerts on the quality of the data.
    package var qualityAlerts: [String] = []
    /// Labelled rows since the last attempt; nil before the first.
    package var rowsSinceLastAttempt: Int?
    /// Attempts that began in the 24 hours before.
    package var recentAttempts = 0
}

/// What the gate saw and what it decided.
package struct GateVerdict: Sendable, Hashable {
    /// True where the challenger may take the champion's place.
    package var passed: Bool
    /// Each rule with its numbers, the ones that failed first.
    package var reasons: [String]
    /// The numbers of both models on the same rows.
    package var numbers: GateNumbers
}

/// The numbers of both models on the same hold-out rows.
package struct GateNumbers: Sendable, Hashable {
    /// What the models say of a row.
    package var task: GateTask
    /// The metric that decided.
    package var metric: GateMetric
    /// Rows compared.
    package var rows: Int
    /// First and last offset of the rows in the topic; nil where they come from several partitions.
    package var offsets: ClosedRange<Int64>?
    /// The champion's numbers.
    package var champion: ModelNumbers
    /// The challenger's numbers.
    package var challenger: ModelNumbers
    /// How sure the gain is; nil where the gate does not ask.
    package var paired: PairedGain?
}
