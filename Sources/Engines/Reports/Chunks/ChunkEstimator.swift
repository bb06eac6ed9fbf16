internal import Statistics

/// Estimates a model's quality chunk by chunk, as NannyML's CBPE and DLE do.
struct ChunkEstimator {
    let plan: ChunkPlan
    let options: ChunkOptions

    /// A side of a binary classifier; what is not known is nil, a score that is missing not finite.
    struct Binary {
        var scores: [Double]
        var predictions: [Bool?]
        var labels: [Bool?]
    }

    /// A side of a classifier of several classes.
    struct Classes {
        /// By class, one score a row.
        var scores: [[Double]]
        var predictions: [Int?]
        var labels: [Int?]
    }

    /// A side of a regression: predicted losses, and those that truth shows; nil where it is not known.
    struct Losses {
        var predicted: [Double]
        var realised: [Double?]
        /// Whether a row has a prediction at all.
        var isPredicted: [Bool]
    }

    /// A metric of a chunk, and of how many rows it is: those that lack nothing that it needs.
    struct Estimated {
        let value: Double?
        let rows: Int
    }

    /// Estimates of a binary classifier; the reference calibrates.
    func binary(_ reference: Binary, _ current: Binary) throws(UndefinedStatistic) -> [ChunkEstimate] {
        let scored = reference.labels.indices.filter { reference.labels[$0] != nil && reference.scores[$0].isFinite }
        let calibration = try NeededCalibration(
            scores: scored.map { reference.scores[$0] },
            labels: scored.map { reference.labels[$0] == true }
        )
        let decided = reference.labels.indices.filter {
            reference.labels[$0] != nil && reference.predictions[$0] != nil
        }
        func errors(_ rows: [Int]) -> [String: SamplingError] {
            SamplingError.ofBinary(
                scores: rows.map { reference.scores[$0] },
                predictions: rows.map { reference.predictions[$0] == true },
                labels: rows.map { reference.labels[$0] == true }
            )
        }
        var errors = decided == scored ? errors(scored) : errors(decided)
        if decided != scored { errors["roc_auc"] = self.errorOfRanks(reference, scored) }
        func expect(_ side: Binary) -> [ExpectedQuality] {
            plan.ranges(of: side.scores.count).map { ExpectedQuality(side, rows: $0, calibration) }
        }
        func realise(_ side: Binary) -> [RealisedQuality] {
            plan.ranges(of: side.scores.count).map { RealisedQuality(side, rows: $0) }
        }
        let (before, now) = (expect(reference), expect(current))
        let (was, have) = (realise(reference), realise(current))
        let metrics: [(String, (ExpectedQuality) -> Estimated, (RealisedQuality) -> Double?)] = [
            ("roc_auc", { $0.ranked(\.areaUnderCurve) }, { $0.areaUnderCurve }),
            ("average_precision", { $0.ranked(\.averagePrecision) }, { $0.averagePrecision }),
            ("f1", { $0.decided(\.f1) }, { $0.ofBothClasses?.f1 }),
            ("precision", { $0.decided(\.precision) }, { $0.ofBothClasses?.precision }),
            ("recall", { $0.decided(\.recall) }, { $0.ofBothClasses?.recall }),
            ("specificity", { $0.decided(\.specificity) }, { $0.specificity }),
            ("accuracy", { $0.decided(\.accuracy) }, { $0.confusion?.accuracy }),
            ("true_positive", { $0.decided(\.truePositives) }, { ($0.confusion?.truePositives).map(Double.init) }),
            ("false_positive", { $0.decided(\.falsePositives) }, { ($0.confusion?.falsePositives).map(Double.init) }),
            ("false_negative", { $0.decided(\.falseNegatives) }, { ($0.confusion?.falseNegatives).map(Double.init) }),
            ("true_negative", { $0.decided(\.trueNegatives) }, { ($0.confusion?.trueNegatives).map(Double.init) }),
        ]
        return metrics.map { name, expected, realised in
            chunks(
                name,
                (before.map(expected), now.map(expected)),
                (was.map(realised), have.map(realised)),
                errors[name],
                range: ChunkOptions.counts.contains(name) ? 0...Double.greatestFiniteMagnitude : 0...1
            )
        }
    }

    private func errorOfRanks(_ side: Binary, _ rows: [Int]) -> SamplingError? {
        SamplingError.ofBinary(
            scores: rows.map { side.scores[$0] },
            predictions: rows.map { _ in false },
            labels: rows.map { side.labels[$0] == true }
        )["roc_auc"]
    }

    /// Estimates of a classifier of several classes; the reference calibrates.
    func classes(_ reference: Classes, _ current: Classes) throws(UndefinedStatistic) -> [ChunkEstimate] {
        let known = reference.labels.indices.filter { row in
            reference.labels[row] != nil && reference.scores.allSatisfy { $0[row].isFinite }
        }
        let calibration = try MulticlassCalibration(
            scores: reference.scores.map { column in known.map { column[$0] } },
            labels: known.map { reference.labels[$0] ?? 0 }
        )
        let decided = known.filter { reference.predictions[$0] != nil }
        let errors = SamplingError.ofClasses(
            scores: reference.scores.map { column in decided.map { column[$0] } },
            predictions: decided.map { reference.predictions[$0] ?? 0 },
            labels: decided.map { reference.labels[$0] ?? 0 }
        )
        func expect(_ side: Classes) -> [ExpectedClasses] {
            plan.ranges(of: side.predictions.count).map { ExpectedClasses(side, rows: $0, calibration) }
        }
        func realise(_ side: Classes) -> [RealisedClasses] {
            plan.ranges(of: side.predictions.count).map { RealisedClasses(side, rows: $0) }
        }
        let (before, now) = (expect(reference), expect(current))
        let (was, have) = (realise(reference), realise(current))
        let metrics: [(String, (ExpectedClasses) -> Estimated, (RealisedClasses) -> Double?)] = [
            ("roc_auc", { $0.ranked(\.areaUnderCurve) }, { $0.areaUnderCurve }),
            ("f1", { $0.decided(\.f1) }, { $0.matrix?.f1(.macro) }),
            ("precision", { $0.decided(\.precision) }, { $0.matrix?.precision(.macro) }),
            ("recall", { $0.decided(\.recall) }, { $0.matrix?.recall(.macro) }),
            ("specificity", { $0.decided(\.specificity) }, { $0.specificity }),
            ("accuracy", { $0.decided(\.accuracy) }, { $0.matrix?.accuracy }),
        ]
        return metrics.map { name, expected, realised in
            chunks(
                name,
                (before.map(expected), now.map(expected)),
                (was.map(realised), have.map(realised)),
                errors[name],
                range: 0...1
            )
        }
    }

    /// Estimates of a regression from predicted losses.
    func losses(_ metric: EstimatedLoss, _ reference: Losses, _ current: Losses) -> ChunkEstimate {
        func estimate(_ side: Losses) -> [Estimated] {
            plan.ranges(of: side.predicted.count).map { rows in
                Estimated(
                    value: metric.metric(of: side.predicted[rows].filter(\.isFinite)),
                    rows: rows.count { side.isPredicted[$0] }
                )
            }
        }
        func realise(_ side: Losses) -> [Double?] {
            plan.ranges(of: side.realised.count).map { metric.metric(of: side.realised[$0].compactMap { $0 }) }
        }
        return chunks(
            metric.rawValue,
            (estimate(reference), estimate(current)),
            (realise(reference), realise(current)),
            SamplingError.ofLosses(reference.realised.compactMap { $0 }, metric),
            range: 0...Double.greatestFiniteMagnitude
        )
    }

    /// The limits are those of what the metric was in the reference, not of its estimates.
    private func chunks(
        _ metric: String,
        _ estimates: (reference: [Estimated], current: [Estimated]),
        _ realised: (reference: [Double?], current: [Double?]),
        _ error: SamplingError?,
        range: ClosedRange<Double>
    ) -> ChunkEstimate {
        let threshold = options.limits[metric] ?? options.qualityThreshold
        func bands(_ estimates: [Estimated]) -> [EstimateBand?] {
            estimates.map { EstimateBand($0.value, error: error?.error(rows: $0.rows), within: range) }
        }
        return ChunkEstimate(
            metric: metric,
            series: ChunkSeries(
                reference: estimates.reference.map(\.value),
                current: estimates.current.map(\.value),
                limits: threshold.limits(of: realised.reference, within: range)
            ),
            realisedReference: realised.reference,
            realisedCurrent: realised.current,
            bandsOfReference: bands(estimates.reference),
            bandsOfCurrent: bands(estimates.current)
        )
    }
}

extension EstimateBand {
    /// Three sampling errors on both sides, as NannyML draws it; nil where no error is known.
    init?(_ value: Double?, error: Double?, within range: ClosedRange<Double>) {
        guard let error, error.isFinite else { return nil }
        samplingError = error
        lower = value.map { max(range.lowerBound, $0 - 3 * error) }
        upper = value.map { min(range.upperBound, $0 + 3 * error) }
    }
}
