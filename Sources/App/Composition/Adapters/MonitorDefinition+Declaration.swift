internal import Monitoring
internal import Pipelines

extension MonitorDefinition {
    /// The definition that a project's file declares.
    init(_ declaration: MonitorDeclaration) {
        self.init(
            name: declaration.name,
            model: declaration.model,
            inputTopic: declaration.input,
            predictionTopics: declaration.predictions.map { PredictionTopic(role: $0.role, topic: $0.topic) },
            labelsTopic: declaration.labels,
            featureColumns: declaration.columns,
            windowRows: declaration.windowRows,
            evaluation: RollingEvaluation(
                rows: declaration.evaluationRows,
                every: declaration.evaluationEvery,
                minimumRows: declaration.evaluationMinimumRows
            ),
            drift: declaration.drift.map(DriftPolicy.init),
            performance: declaration.performance.compactMap(PerformanceLimit.init)
        )
        firstRow = Int64(declaration.firstRow)
        labelHorizonMilliseconds = Int64(declaration.horizonDays * 86_400_000)
    }
}

extension DriftPolicy {
    fileprivate init(_ declaration: MonitorDeclaration.Drift) {
        self.init()
        significance = declaration.significance
        kolmogorovSmirnovLimit = declaration.kolmogorovSmirnov
        stabilityIndexLimit = declaration.psi
        wassersteinLimit = declaration.wasserstein
        minimumColumns = declaration.minimumColumns
        severity = AlertSeverity(rawValue: declaration.severity) ?? .info
        persistence = AlertPersistence(declaration.persistence)
    }
}

extension PerformanceLimit {
    /// Nil for a metric that the reader of the file should have refused.
    fileprivate init?(_ declaration: MonitorDeclaration.PerformanceLimit) {
        guard let metric = QualityMetric(rawValue: declaration.metric) else { return nil }
        self.init(
            metric: metric,
            limit: declaration.limit,
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
