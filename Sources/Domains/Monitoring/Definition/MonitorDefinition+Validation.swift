/// Why a monitor cannot be set up, or cannot go on.
package struct MonitorError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kinds of failure; open, so that a new kind breaks no caller.
    package struct Code: Sendable, Hashable {
        private enum Kind { case invalidDefinition, unknownColumn, missingReference, damagedState, changedDefinition }
        private let kind: Kind

        private init(_ kind: Kind) {
            self.kind = kind
        }

        /// The declaration of the monitor makes no sense.
        package static let invalidDefinition = Code(.invalidDefinition)
        /// A column or topic that is watched does not exist.
        package static let unknownColumn = Code(.unknownColumn)
        /// The reference dataset, or a column of it, is not there.
        package static let missingReference = Code(.missingReference)
        /// The saved state cannot be read.
        package static let damagedState = Code(.damagedState)
        /// The monitor was declared otherwise when its state was saved.
        package static let changedDefinition = Code(.changedDefinition)
    }

    /// The kind of failure.
    package let code: Code

    /// What failed, with what, and what to do.
    package let message: String

    /// Makes an error.
    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { message }
}

extension MonitorDefinition {
    /// The most values of one window that are held in memory: rows times columns.
    package static let maximumWindowValues = 20_000_000

    /// Throws what is wrong with the definition, naming the field as the project file spells it.
    package func validate() throws(MonitorError) {
        try require(!name.isEmpty, "name", "is empty: give the monitor a name")
        try require(!inputTopic.isEmpty, "input", "is empty: name the topic of rows")
        try require(labelsTopic != "", "labels", "is empty: name the topic of labels, or leave it out")
        try require(
            dataset == nil || (predictionTopics.isEmpty && labelsTopic == nil && health == nil),
            "dataset",
            "has neither predictions nor labels nor health: leave them out, or watch a topic"
        )
        try validateRoles()
        try validateWindow()
        try validateColumns()
        try require(labelHorizonMilliseconds >= 0, "horizon", "is negative")
        try validateEvaluation()
        try validateLimits()
        try validatePolicies()
        if let (field, problem) = detectorProblem { try require(false, field, problem) }
        for route in routes {
            if let problem = route.problem { try require(false, "notify", problem) }
        }
    }

    private func validateWindow() throws(MonitorError) {
        switch window {
        case .rows(let rows):
            let most = Self.maximumWindowValues / max(1, columns.count)
            try require(rows > 0, "window.size", "is \(rows): use at least 1")
            try require(
                rows <= most,
                "window.size",
                "is \(rows): with \(columns.count) columns at most \(most) rows fit"
            )
        case .time(let span, let lateness):
            try require(span >= 1000, "window.seconds", "is \(Double(span) / 1000): use at least 1")
            try require(lateness >= 0, "window.latenessSeconds", "is negative")
        case .labels(let count):
            try require(count > 0, "window.labels", "is \(count): use at least 1")
            try require(labelsTopic != nil, "window.labels", "counts labels, and 'labels' names no topic of them")
        }
    }

    private func validateColumns() throws(MonitorError) {
        try require(Set(columns.map(\.name)).count == columns.count, "columns", "names a column twice: name each once")
        try require(
            columns.count <= 2_000,
            "columns",
            "has \(columns.count) columns: at most 2000 are watched together"
        )
        for column in columns {
            if let low = column.minimum, let high = column.maximum {
                try require(low <= high, "columns.\(column.name)", "has a minimum above its maximum")
            }
            if let share = column.maximumMissingShare {
                try require((0...1).contains(share), "columns.\(column.name).missing", "must lie between 0 and 1")
            }
        }
    }

    private func validateRoles() throws(MonitorError) {
        let roles = predictionTopics.map(\.role)
        try require(
            roles.isEmpty || roles.contains(PredictionTopic.championRole),
            "predictions",
            "has no topic for the role 'champion'"
        )
        try require(
            !roles.isEmpty || (labelsTopic == nil && performance.isEmpty && estimation == nil),
            "predictions",
            "is empty, and labels, performance and estimates speak of predictions: name the champion's topic"
        )
        try require(!roles.isEmpty || !columns.isEmpty, "columns", "is empty: name what to look at")
        try require(Set(roles).count == roles.count, "predictions", "names a role twice: name each once")
        try require(roles.count <= 16, "predictions", "has \(roles.count) roles: at most 16 are watched together")
        let topics = [inputTopic] + (labelsTopic.map { [$0] } ?? []) + predictionTopics.map(\.topic)
        try require(Set(topics).count == topics.count, "predictions", "uses a topic twice: each part needs its own")
    }

    private func validateEvaluation() throws(MonitorError) {
        try require(
            (1...1_000_000).contains(evaluation.rows),
            "evaluation.rows",
            "is \(evaluation.rows): use 1 to 1,000,000"
        )
        try require(evaluation.every > 0, "evaluation.every", "is \(evaluation.every): use at least 1")
        try require(
            (1...evaluation.rows).contains(evaluation.minimumRows),
            "evaluation.minimum_rows",
            "is \(evaluation.minimumRows): use 1 to \(evaluation.rows)"
        )
    }

    private func validateLimits() throws(MonitorError) {
        for limit in performance {
            let field = "performance.\(limit.metric.rawValue)"
            try require(
                task.metrics.contains(limit.metric),
                field,
                "is no metric of a \(task.rawValue) model: use one of "
                    + task.metrics.map(\.rawValue).joined(separator: ", ")
            )
            try require(limit.isPossible, field, "needs a finite limit and margin, or a drop above 0 and below 1")
            try require(
                predictionTopics.contains { $0.role == limit.role },
                field,
                "is for the role '\(limit.role)', which has no topic"
            )
            try require(limit.persistence.isPossible, field, "can never open: windows must be 1 to 'of'")
        }
        guard let drift else { return }
        try require(drift.significance > 0 && drift.significance < 1, "drift.significance", "must lie between 0 and 1")
        try require(drift.persistence.isPossible, "drift", "can never open: windows must be 1 to 'of'")
        try require(drift.minimumColumns > 0, "drift.minimum_columns", "is \(drift.minimumColumns): use at least 1")
        if let share = drift.minimumShare {
            try require(share > 0 && share <= 1, "drift.minimum_share", "is \(share): use a share above 0, at most 1")
        }
    }

    private func validatePolicies() throws(MonitorError) {
        if let quality {
            try require(quality.persistence.isPossible, "quality", "can never open: windows must be 1 to 'of'")
        }
        if let estimation {
            try require(task == .binary, "estimated", "is for binary models only: leave it out")
            try require(
                (50...1_000_000).contains(estimation.calibrationRows),
                "estimated.calibrationRows",
                "is \(estimation.calibrationRows): use 50 to 1,000,000"
            )
            for limit in estimation.limits {
                let field = "estimated.\(limit.metric.rawValue)"
                try require(
                    EstimatedQuality.metrics.contains(limit.metric),
                    field,
                    "cannot be estimated: \(EstimatedQuality.choices)"
                )
                try require(limit.isPossible, field, "needs a finite limit and margin, or a drop above 0 and below 1")
                try require(limit.persistence.isPossible, field, "can never open: windows must be 1 to 'of'")
            }
        }
        if let health {
            try require(health.stalledAfterSeconds >= 1, "health.stalledAfterSeconds", "must be at least 1")
            try require(health.persistence.isPossible, "health", "can never open: windows must be 1 to 'of'")
        }
        if let repeatMilliseconds {
            try require(repeatMilliseconds >= 60_000, "repeatMinutes", "must be at least 1")
        }
    }

    private func require(
        _ condition: Bool,
        _ field: String,
        _ problem: @autoclosure () -> String
    ) throws(MonitorError) {
        guard !condition else { return }
        throw MonitorError(.invalidDefinition, "monitor '\(name)': \(field) \(problem())")
    }
}

extension AlertPersistence {
    fileprivate var isPossible: Bool { windows >= 1 && windows <= of && of <= 1000 }
}

extension PerformanceLimit {
    fileprivate var isPossible: Bool {
        guard recoveryMargin >= 0 else { return false }
        return switch bound {
        case .value(let limit): limit.isFinite
        case .drop(let share): share > 0 && (share < 1 || !metric.higherIsBetter && share <= 10)
        }
    }
}
