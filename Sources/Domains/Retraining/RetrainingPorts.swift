/// Training data cut from the log: enough to cut it again, byte for byte.
package struct TrainingCut: Sendable, Hashable {
    /// The dataset that the version belongs to.
    package var dataset: String
    /// The version's number.
    package var version: Int
    /// SHA-256 of the canonical content.
    package var contentHash: String
    /// The topic of the features.
    package var topic: String
    /// Where the features lie, by partition.
    package var ranges: [Range]
    /// Rows with a label.
    package var rows: Int
    /// The Parquet file.
    package var path: String

    /// Describes a cut.
    package init(
        dataset: String,
        version: Int,
        contentHash: String,
        topic: String,
        ranges: [Range],
        rows: Int,
        path: String
    ) {
        self.dataset = dataset
        self.version = version
        self.contentHash = contentHash
        self.topic = topic
        self.ranges = ranges
        self.rows = rows
        self.path = path
    }

    /// The name people use, `dataset@v3`.
    package var name: String { "\(dataset)@v\(version)" }

    /// The offsets of one partition.
    package struct Range: Sendable, Hashable {
        /// The partition's number.
        package var partition: Int32
        /// The first offset.
        package var from: Int64
        /// The offset behind the last one.
        package var to: Int64

        /// The offsets `from` up to `to`.
        package init(partition: Int32 = 0, from: Int64, to: Int64) {
            self.partition = partition
            self.from = from
            self.to = to
        }
    }
}

/// A model that a job has trained and registered.
package struct TrainedModel: Sendable, Hashable {
    /// The tracking run.
    package var runID: String
    /// The registered version.
    package var version: Int
    /// The commit of the training code; empty where it is not under Git.
    package var commit: String
    /// How long the job took, in seconds.
    package var seconds: Double

    /// Describes a trained model.
    package init(runID: String, version: Int, commit: String, seconds: Double) {
        self.runID = runID
        self.version = version
        self.commit = commit
        self.seconds = seconds
    }
}

/// What both models said about the hold-out rows.
package struct HoldOutScores: Sendable {
    /// What the numbers are: probabilities of class 1, classes, or values.
    package var task: GateTask
    /// What was true of each row.
    package var labels: [Double]
    /// What the champion says of each row.
    package var champion: [Double]
    /// What the challenger says of each row.
    package var challenger: [Double]
    /// First and last offset of the rows in the topic; nil where they come from several partitions.
    package var offsets: ClosedRange<Int64>?

    /// Pairs the labels with what the models said; all arrays have one length.
    package init(
        task: GateTask,
        labels: [Double],
        champion: [Double],
        challenger: [Double],
        offsets: ClosedRange<Int64>?
    ) {
        self.task = task
        self.labels = labels
        self.champion = champion
        self.challenger = challenger
        self.offsets = offsets
    }
}

/// How far the labels of a stream had come at some moment.
package struct LabelProgress: Sendable, Hashable {
    /// Rows that had their label, counted from the first.
    package var rows: Int
    /// By partition of the labels, the offset behind the last that had been read; empty where nobody knew.
    package var offsets: [Int32: Int64]

    /// Describes a moment.
    package init(rows: Int, offsets: [Int32: Int64] = [:]) {
        self.rows = rows
        self.offsets = offsets
    }
}

/// Cuts training data from the log.
package protocol TrainingDataSource: Sendable {
    /// Cuts the last `policy.trainingRows` labelled rows as a dataset version.
    ///
    /// `labels` tells how far the labels had come when the policy decided, so that the same attempt cuts the same rows
    /// again after a restart.
    func cut(_ policy: RetrainingPolicy, labels: LabelProgress) async throws -> TrainingCut
}

/// Runs the training code as a job.
package protocol ModelTrainer: Sendable {
    /// Trains on all but the last `policy.holdOutRows` rows of the cut, and registers the result.
    ///
    /// Throws an error whose description carries the tail of the job's log where the job failed.
    func train(_ policy: RetrainingPolicy, on cut: TrainingCut, attempt: String) async throws -> TrainedModel
}

/// Scores hold-out rows natively with two versions of a model.
package protocol HoldOutScorer: Sendable {
    /// Scores the last `policy.holdOutRows` rows of the cut with both versions.
    func score(
        _ policy: RetrainingPolicy,
        cut: TrainingCut,
        champion: Int,
        challenger: Int
    ) async throws -> HoldOutScores
}

/// Reads and moves the alias of the model in the registry.
package protocol ChampionAlias: Sendable {
    /// The version that the alias points to now.
    func championVersion(model: String, alias: String) async throws -> Int

    /// When the alias was last moved, in Unix milliseconds; nil where that is not known.
    func championSince(model: String, alias: String) async throws -> Int64?

    /// Points the alias to another version, as one durable act with its reason.
    func promote(model: String, alias: String, version: Int, reason: String) async throws

    /// Lets deployments and monitors take over what the alias points to; called once the promotion is on record.
    func follow(model: String) async
}
