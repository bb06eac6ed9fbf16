internal import Statistics

extension AlertRules {
    private static let changePrefix = "change."

    /// Whether a series is that of a detector which is not declared any more.
    func isOfRemovedDetector(_ series: String) -> Bool {
        series.hasPrefix(Self.changePrefix)
            && !definition.detectors.contains { series == Self.changePrefix + $0.key }
    }

    /// What a detector tells, as an observation: one series, and so at most one open alert, for each detector.
    ///
    /// The number that is observed is that of changes since the series was last quiet.
    func observation(of news: DetectorNews) -> AlertObservation {
        var observation = AlertObservation(
            monitor: definition.name,
            series: Self.changePrefix + news.detector.key,
            subject: news.version.map { "v\($0)" } ?? definition.inputTopic,
            kind: .change,
            severity: news.detector.severity,
            persistence: AlertPersistence(windows: 1, of: 1),
            value: nil,
            limit: 1,
            isBad: false,
            isGood: false,
            window: news.window,
            row: news.row,
            message: ""
        )
        switch news.content {
        case .begunAnew: break
        case .quiet:
            observation.value = 0
            observation.isGood = true
        case .changed(let change, let count):
            observation.value = Double(count)
            observation.isBad = true
            observation.message = message(of: change)
        }
        return observation
    }

    private func message(of change: DetectedChange) -> String {
        let what =
            switch change.series {
            case .column(let name): name
            case .errors: "errors of \(definition.model)"
            case .predictions: "predictions of \(definition.model)"
            }
        let version = change.championVersion.map { " version \($0)" } ?? ""
        let means = change.means.map { ": mean \(rounded($0.before)) before, \(rounded($0.after)) after" } ?? ""
        return "\(what)\(version) changed at row \(change.row) (\(change.method.rawValue))\(means)"
    }
}
