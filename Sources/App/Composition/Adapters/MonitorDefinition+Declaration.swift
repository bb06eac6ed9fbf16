internal import Monitoring
internal import Pipelines
internal import Statistics

extension MonitorDefinition {
    /// The definition that a project's file, or a request, declares.
    ///
    /// - Throws: `MonitorError` for a reference that is none.
    init(_ declaration: MonitorDeclaration) throws(MonitorError) {
        self.init(
            name: declaration.name,
            model: declaration.model,
            inputTopic: declaration.input,
            predictionTopics: declaration.predictions.map { PredictionTopic(role: $0.role, topic: $0.topic) },
            labelsTopic: declaration.labels,
            columns: declaration.columns.map(MonitoredColumn.init),
            window: WindowPlan(declaration.window),
            evaluation: RollingEvaluation(
                rows: declaration.evaluationRows,
                every: declaration.evaluationEvery,
                minimumRows: declaration.evaluationMinimumRows
            ),
            drift: declaration.drift.map(DriftPolicy.init),
            performance: declaration.performance.compactMap(PerformanceLimit.init)
        )
        dataset = declaration.dataset
        task = MonitorTask(rawValue: declaration.task) ?? .binary
        firstRow = Int64(declaration.firstRow)
        labelHorizonMilliseconds = Int64(declaration.horizonDays * 86_400_000)
        join = declaration.labelKey.map { .entity(key: $0) } ?? .predictionID
        quality = declaration.quality.map(QualityPolicy.init)
        estimation = declaration.estimation.map(EstimationPolicy.init)
        health = declaration.health.map(HealthPolicy.init)
        for (index, detector) in declaration.detectors.enumerated() {
            detectors.append(try DetectorDefinition(detector, at: "monitor '\(name)': detectors[\(index)]"))
        }
        routes = declaration.routes.map(AlertRoute.init)
        repeatMilliseconds = declaration.repeatMinutes.map { Int64($0 * 60_000) }
        guard let text = declaration.reference else { return }
        guard let reference = ReferenceDataset(parsing: text) else {
            throw MonitorError(
                .invalidDefinition,
                "monitor '\(name)': reference must be a dataset version such as weather@v1, not '\(text)'"
            )
        }
        self.reference = reference
    }
}

extension MonitoredColumn {
    fileprivate init(_ declaration: MonitorDeclaration.Column) {
        self.init(declaration.name, declaration.isCategorical ? .categorical : .numeric)
        minimum = declaration.minimum
        maximum = declaration.maximum
        categories = declaration.categories
        maximumMissingShare = declaration.maximumMissing
    }
}

extension WindowPlan {
    fileprivate init(_ declaration: MonitorDeclaration.Window) {
        switch declaration {
        case .rows(let count): self = .rows(count)
        case .labels(let count): self = .labels(count)
        case .time(let seconds, let lateness):
            self = .time(spanMilliseconds: Int64(seconds * 1000), latenessMilliseconds: Int64(lateness * 1000))
        }
    }
}

extension DriftPolicy {
    fileprivate init(_ declaration: MonitorDeclaration.Drift) {
        self.init()
        significance = declaration.significance
        kolmogorovSmirnovLimit = declaration.kolmogorovSmirnov
        stabilityIndexLimit = declaration.psi
        wassersteinLimit = declaration.wasserstein
        jensenShannonLimit = declaration.jensenShannon
        correction = MultipleTesting(rawValue: declaration.correction) ?? .benjaminiHochberg
        minimumRows = declaration.minimumRows
        minimumColumns = declaration.minimumColumns
        minimumShare = declaration.minimumShare
        severity = AlertSeverity(rawValue: declaration.severity) ?? .info
        persistence = AlertPersistence(declaration.persistence)
    }
}

extension QualityPolicy {
    fileprivate init(_ declaration: MonitorDeclaration.Quality) {
        self.init()
        missingMargin = declaration.missingMargin
        maximumMistypedShare = declaration.mistyped
        maximumOutOfRangeShare = declaration.outOfRange
        maximumUnseenShare = declaration.newCategories
        maximumDuplicateShare = declaration.duplicates
        maximumOutlierShare = declaration.outliers
        minimumVolume = declaration.volume
        minimumRows = declaration.minimumRows
        severity = AlertSeverity(rawValue: declaration.severity) ?? .warn
        persistence = AlertPersistence(declaration.persistence)
    }
}

extension EstimationPolicy {
    fileprivate init(_ declaration: MonitorDeclaration.Estimation) {
        self.init()
        calibrationRows = declaration.calibrationRows
        limits = declaration.limits.compactMap(PerformanceLimit.init)
    }
}

extension DetectorDefinition {
    fileprivate init(_ declaration: MonitorDeclaration.Detector, at place: String) throws(MonitorError) {
        guard let method = DetectorMethod(rawValue: declaration.method) else {
            throw MonitorError(
                .invalidDefinition,
                "\(place) has the method '\(declaration.method)', which is none: use one of \(DetectorMethod.allCases.map(\.rawValue).joined(separator: ", "))"
            )
        }
        let series: Series =
            declaration.column.map(Series.column) ?? (declaration.of == "errors" ? .errors : .predictions)
        self.init(series, method, parameters: declaration.parameters)
        severity = AlertSeverity(rawValue: declaration.severity) ?? .warn
        quietRows = declaration.quietRows
    }
}

extension HealthPolicy {
    fileprivate init(_ declaration: MonitorDeclaration.Health) {
        self.init()
        groups = declaration.groups
        maximumLag = declaration.lag.map(Int64.init)
        stalledAfterSeconds = declaration.stalledAfterSeconds
        maximumSilenceSeconds = declaration.silenceSeconds
        maximumErrorShare = declaration.errors
        maximumLatencyMilliseconds = declaration.latencyMilliseconds
        severity = AlertSeverity(rawValue: declaration.severity) ?? .page
        persistence = AlertPersistence(declaration.persistence)
    }
}

extension AlertRoute {
    fileprivate init(_ declaration: MonitorDeclaration.Route) {
        let target: Target =
            switch declaration.kind {
            case "webhook": .webhook(url: declaration.url ?? "", secret: declaration.secret)
            case "slack": .slack(url: declaration.url ?? "")
            case "email": .email(addresses: declaration.to)
            default: .topic(declaration.topic ?? "")
            }
        self.init(
            name: declaration.name,
            target: target,
            minimumSeverity: AlertSeverity(rawValue: declaration.severity) ?? .info
        )
    }
}

extension PerformanceLimit {
    /// Nil for a metric that the reader of the file should have refused.
    fileprivate init?(_ declaration: MonitorDeclaration.PerformanceLimit) {
        guard let metric = QualityMetric(rawValue: declaration.metric) else { return nil }
        self.init(
            metric: metric,
            bound: declaration.drop.map(Bound.drop) ?? .value(declaration.limit),
            role: declaration.role,
            severity: AlertSeverity(rawValue: declaration.severity) ?? .warn,
            persistence: AlertPersistence(declaration.persistence),
            recoveryMargin: declaration.recoveryMargin
        )
    }
}

extension AlertPersistence {
    fileprivate init(_ declaration: MonitorDeclaration.Persistence) {
        self.init(windows: declaration.windows, of: declaration.of)
    }
}
