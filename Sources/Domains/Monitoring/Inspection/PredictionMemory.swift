internal import Statistics

/// What a monitor has learned of the champion's newest version: its first predictions, to compare later ones with, and
/// how its scores have to be read.
struct PredictionMemory: Sendable, Hashable {
    /// The most predictions that are kept to compare with.
    static let sampleLimit = 2000

    /// A score and what came of it.
    struct Outcome: Sendable, Hashable {
        var score: Double
        var label: Bool
    }

    /// The version whose predictions ``sample`` holds; nil before the first whole window.
    var sampledVersion: Int?
    /// Probabilities of its first window, in the order of rows, thinned evenly.
    var sample: [Double] = []
    /// The version that ``outcomes`` and ``calibration`` are of.
    var calibratedVersion: Int?
    /// Labelled rows that wait for there being enough.
    var outcomes: [Outcome] = []
    /// Labelled rows that ``calibration`` was made of.
    var calibrationRows = 0
    var calibration: IsotonicCalibration?

    // MARK: Predictions against the first ones

    /// Compares the newest version's predictions with those of its first window; keeps the first.
    mutating func compare(_ window: AssembledWindow, policy: DriftPolicy) -> PredictionDrift? {
        guard let version = window.championVersions.last else { return nil }
        let scores = window.scores.filter { $0.version == version }
        let values = scores.map(\.probability)
        var drift = PredictionDrift(
            version: version,
            rows: scores.count,
            positiveShare: Double(scores.count(where: \.predicted)) / Double(max(1, scores.count)),
            meanProbability: values.reduce(0, +) / Double(max(1, values.count))
        )
        guard sampledVersion == version else {
            drift.undefined = "predictions of version \(version) are compared from its second whole window on"
            if scores.count == window.scores.count, scores.count >= policy.minimumRows { keep(values, of: version) }
            return drift
        }
        let profile = NumericProfile(sample)
        drift.histogram = profile.histogram(SortedSample(values))
        do throws(UndefinedStatistic) {
            let found = try profile.comparison.compare(values)
            let measures = DriftMeasures(found)
            drift.measures = measures
            drift.drifted =
                scores.count >= policy.minimumRows
                && policy.hasDrifted(measures, noise: found.stabilityNoiseLevel)
        } catch {
            drift.undefined = error.description
        }
        return drift
    }

    private mutating func keep(_ values: [Double], of version: Int) {
        sampledVersion = version
        let step = max(1, (values.count + Self.sampleLimit - 1) / Self.sampleLimit)
        sample = stride(from: 0, to: values.count, by: step).map { values[$0] }
    }

    // MARK: Quality before labels

    /// Learns from the labels of a complete window, until the newest version has enough of them.
    mutating func learn(from window: AssembledWindow, policy: EstimationPolicy) {
        guard let version = window.championVersions.last else { return }
        if calibratedVersion != version {
            calibratedVersion = version
            (outcomes, calibration, calibrationRows) = ([], nil, 0)
        }
        guard calibration == nil else { return }
        for score in window.scores where score.version == version && outcomes.count < policy.calibrationRows {
            if let label = score.label { outcomes.append(Outcome(score: score.probability, label: label)) }
        }
        guard outcomes.count >= policy.calibrationRows else { return }
        calibrationRows = outcomes.count
        calibration = try? IsotonicCalibration(scores: outcomes.map(\.score), labels: outcomes.map(\.label))
        outcomes = []
    }

    /// The quality to expect of a window's predictions.
    func estimate(_ window: AssembledWindow) -> EstimatedQuality {
        var estimate = EstimatedQuality()
        estimate.version = window.championVersions.last
        let scores = window.scores.filter { $0.version == estimate.version }
        estimate.rows = scores.count
        guard let version = estimate.version, !scores.isEmpty else {
            estimate.undefined = "nothing was predicted"
            return estimate
        }
        guard let calibration, calibratedVersion == version else {
            estimate.undefined = "version \(version) has too few labels to read its scores by"
            return estimate
        }
        estimate.calibrationRows = calibrationRows
        let probabilities = scores.map(\.probability)
        let calibrated = probabilities.map(calibration.probability(of:))
        let predictions = scores.map(\.predicted)
        do throws(UndefinedStatistic) {
            let expected = try EstimatedPerformance(
                scores: probabilities,
                calibrated: calibrated,
                predictions: predictions
            )
            let bounds = try EstimateBounds(
                scores: probabilities,
                calibrated: calibrated,
                predictions: predictions,
                seed: UInt64(bitPattern: Int64(window.index))
            )
            estimate.take(expected, bounds)
        } catch {
            estimate.undefined = error.description
        }
        return estimate
    }
}

extension EstimatedQuality {
    fileprivate mutating func take(_ expected: EstimatedPerformance, _ bounds: EstimateBounds) {
        values = [
            .accuracy: Estimate(expected.accuracy, bounds.accuracy), .f1: Estimate(expected.f1, bounds.f1),
            .precision: Estimate(expected.precision, bounds.precision),
            .recall: Estimate(expected.recall, bounds.recall),
        ]
        if let area = expected.areaUnderCurve, let range = bounds.areaUnderCurve {
            values[.auc] = Estimate(area, range)
        }
    }
}

extension EstimatedQuality.Estimate {
    fileprivate init(_ value: Double, _ range: ClosedRange<Double>) {
        self.init(value: value, lower: range.lowerBound, upper: range.upperBound)
    }
}
