/// When a model is trained again, on what, and what a successor must show.
package struct RetrainingPolicy: Sendable, Hashable {
    /// The policy's name, unique in its project.
    package var name: String
    /// The project that declares it.
    package var project: String
    /// The registered model that it keeps right.
    package var model: String
    /// The alias that a promoted version gets.
    package var alias: String
    /// Kinds of alert that start a retraining.
    package var triggers: Set<TriggerKind>
    /// Times at which to train again, whatever the alerts say; nil for none.
    package var schedule: CronSchedule?
    /// Labelled rows since the last attempt, or since the start, that are a reason to train again; nil for none.
    package var everyLabels: Int?
    /// How old the champion may become, in milliseconds; nil for any age.
    package var maximumAgeMilliseconds: Int64?
    /// Labelled rows of the stream before which nothing starts by itself.
    package var warmUpRows = 0
    /// Whether everything that is declared must be the matter at once; else anything of it is enough.
    package var requiresAll = false
    /// Whether an open alert on the quality of the data holds back what would begin by itself.
    package var requiresQuality = false
    /// Whether an attempt begins by itself; else the reason is shown and a person begins it.
    package var isAutomatic = true
    /// Milliseconds that must pass between the starts of two attempts.
    package var coolDownMilliseconds: Int64 = 0
    /// Labelled rows that must pass between the starts of two attempts.
    package var coolDownRows: Int
    /// Labelled rows since the alert opened, or since the last attempt, at the least: the new world to learn from.
    package var minimumNewLabels: Int
    /// Labelled rows that the training data is cut from: the most recent ones, hold-out included.
    package var trainingRows: Int
    /// The most recent of them, kept from training and used to compare.
    package var holdOutRows: Int
    /// Longest time for one training job.
    package var jobTimeout: Duration
    /// Most attempts within 24 hours.
    package var maximumAttemptsPerDay: Int
    /// What the challenger must show.
    package var gate: Gate

    /// Describes a policy; see the properties for units.
    package init(
        name: String,
        project: String,
        model: String,
        alias: String = "champion",
        triggers: Set<TriggerKind> = [.performance, .manual],
        coolDownRows: Int,
        minimumNewLabels: Int,
        trainingRows: Int,
        holdOutRows: Int,
        jobTimeout: Duration = .seconds(600),
        maximumAttemptsPerDay: Int = 100,
        gate: Gate = Gate()
    ) {
        self.name = name
        self.project = project
        self.model = model
        self.alias = alias
        self.triggers = triggers
        self.coolDownRows = coolDownRows
        self.minimumNewLabels = minimumNewLabels
        self.trainingRows = trainingRows
        self.holdOutRows = holdOutRows
        self.jobTimeout = jobTimeout
        self.maximumAttemptsPerDay = maximumAttemptsPerDay
        self.gate = gate
    }

    /// What a challenger must show on the hold-out rows to take the champion's place.
    package struct Gate: Sendable, Hashable {
        /// What the models say of a row.
        package var task: GateTask
        /// What is compared.
        package var metric: GateMetric
        /// By how much the challenger must be better than the champion.
        package var minimumGain: Double
        /// The least value that the challenger must have, the greatest of a loss; nil for any.
        package var limit: Double?
        /// Fewest hold-out rows that neither model was trained on.
        package var minimumRows: Int
        /// How sure the gain must be, see ``PairedGain``; nil where the rows as they are decide.
        package var confidence: Double?
        /// How much worse the challenger may be at that confidence.
        package var tolerance: Double = 0

        /// A gate on the task's own metric that lets an equal challenger pass, since it is the fresher one; AUC must be
        /// at least a coin's.
        package init(
            task: GateTask = .binary,
            metric: GateMetric? = nil,
            minimumGain: Double = 0,
            limit: Double? = nil,
            minimumRows: Int = 100
        ) {
            let metric = metric ?? task.defaultMetric
            self.task = task
            self.metric = metric
            self.minimumGain = minimumGain
            self.limit = limit ?? (metric == .auc ? 0.5 : nil)
            self.minimumRows = minimumRows
        }
    }
}

/// What can start a retraining.
package enum TriggerKind: String, Sendable, Hashable, CaseIterable {
    /// A realised metric crossed its limit.
    case performance
    /// Inputs or predictions drifted beyond their limit.
    case drift
    /// A metric that is estimated before labels come crossed its limit.
    case estimated
    /// A detector has found a change in a column, the predictions or their errors.
    case change
    /// A time of the schedule has come.
    case schedule
    /// Enough labels are new.
    case labels
    /// The champion is old.
    case age
    /// A person asked for it.
    case manual
}

/// What fired.
package struct Trigger: Sendable, Hashable {
    /// The kind of the event.
    package var kind: TriggerKind
    /// The alert's id, or one made for a manual request: an attempt for it is never started twice.
    package var id: String
    /// What happened, in words.
    package var message: String
    /// The number that crossed its limit, where there is one.
    package var value: Double?
    /// The limit.
    package var limit: Double?
    /// Labelled rows of the stream when the alert opened; nil where that has no meaning.
    package var openedAtLabelledRows: Int?
    /// Who asked: `policy` or a user.
    package var actor: String

    /// Describes an event.
    package init(
        kind: TriggerKind,
        id: String,
        message: String,
        value: Double? = nil,
        limit: Double? = nil,
        openedAtLabelledRows: Int? = nil,
        actor: String = "policy"
    ) {
        self.kind = kind
        self.id = id
        self.message = message
        self.value = value
        self.limit = limit
        self.openedAtLabelledRows = openedAtLabelledRows
        self.actor = actor
    }
}

/// The state of the loop at the moment when a policy is asked.
package struct PolicySignal: Sendable, Hashable {
    /// What is the matter now; empty where all is well.
    package var triggers: [Trigger]
    /// Rows of the labelled stream up to now, counted from the first: the clock of cool-downs.
    package var labelledRows: Int
    /// By partition of the labels, how far they have been read; empty where that is not known.
    package var labelOffsets: [Int32: Int64] = [:]
    /// What is wrong with the data itself now: the messages of open alerts on its quality.
    package var qualityAlerts: [String] = []
    /// The position of the last labelled row in the data, for people.
    package var row: Int

    /// Describes a moment.
    package init(triggers: [Trigger], labelledRows: Int, row: Int) {
        self.triggers = triggers
        self.labelledRows = labelledRows
        self.row = row
    }
}
