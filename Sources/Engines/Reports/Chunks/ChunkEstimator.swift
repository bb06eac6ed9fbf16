internal import Statistics

/// Estimates a model's quality chunk by chunk, as NannyML's CBPE and DLE do.
struct ChunkEstimator {
    let plan: ChunkPlan
    let options: ChunkOptions

    /// A side of a binary classifier; labels are nil where they are not known.
    struct Binary {
        var scores: [Double]
        var predictions: [Bool]
        var labels: [Bool?]
    }

    /// A side of a classifier of several classes.
    struct Classes {
        /// By class, one score a row.
        var scores: [[Double]]
        var predictions: [Int]
        var labels: [Int?]
    }

    /// A side of a regression: predicted losses, and those that truth shows; nil where it is not known.
    struct Losses {
        var predicted: [Double]
        var realised: [Double?]
    }

    /// Estimates of a binary classifier; the reference calibrates.
    func binary(_ reference: Binary, _ current: Binary) throws(UndefinedStatistic) -> [ChunkEstimate] {
        let known = reference.labels.indices.filter { reference.labels[$0] != nil }
        let calibration = try IsotonicCalibration(
            scores: known.map { reference.scores[$0] },
            labels: known.map { reference.labels[$0] == true }
        )
        func estimate(_ side: Binary) -> [EstimatedPerformance?] {
            plan.ranges(of: side.scores.count).map { rows in
                let scores = Array(side.scores[rows])
                return try? EstimatedPerformance(
                    scores: scores,
                    calibrated: scores.map(calibration.probability),
                    predictions: Array(side.predictions[rows])
                )
            }
        }
        func realise(_ side: Binary) -> [RealisedQuality?] {
            plan.ranges(of: side.scores.count).map { RealisedQuality(side, rows: $0) }
        }
        let (before, now) = (estimate(reference), estimate(current))
        let (was, have) = (realise(reference), realise(current))
        let errors = SamplingError.ofBinary(
            scores: known.map { reference.scores[$0] },
            predictions: known.map { reference.predictions[$0] },
            labels: known.map { reference.labels[$0] == true }
        )
        let metrics: [(String, (EstimatedPerformance) -> Double?, (RealisedQuality) -> Double?)] = [
            ("roc_auc", { $0.areaUnderCurve }, { $0.areaUnderCurve }),
            ("average_precision", { $0.averagePrecision }, { $0.averagePrecision }),
            ("f1", { $0.f1 }, { $0.confusion.f1 }),
            ("precision", { $0.precision }, { $0.confusion.precision }),
            ("recall", { $0.recall }, { $0.confusion.recall }),
            ("specificity", { $0.specificity }, { $0.specificity }),
            ("accuracy", { $0.accuracy }, { $0.confusion.accuracy }),
        ]
        return metrics.map { name, expected, realised in
            chunks(
                name,
                (before.map { $0.flatMap(expected) }, now.map { $0.flatMap(expected) }),
                (was.map { $0.flatMap(realised) }, have.map { $0.flatMap(realised) }),
                errors[name],
                (reference.labels.count, current.labels.count),
                range: 0...1
            )
        }
    }

    /// Estimates of a classifier of several classes; the reference calibrates.
    func classes(_ reference: Classes, _ current: Classes) throws(UndefinedStatistic) -> [ChunkEstimate] {
        let known = reference.labels.indices.filter { reference.labels[$0] != nil }
        let calibration = try MulticlassCalibration(
            scores: reference.scores.map { column in known.map { column[$0] } },
            labels: known.map { reference.labels[$0] ?? 0 }
        )
        func estimate(_ side: Classes) -> [EstimatedClasses?] {
            plan.ranges(of: side.predictions.count).map { rows in
                let scores = side.scores.map { Array($0[rows]) }
                return try? EstimatedClasses(
                    scores: scores,
                    calibrated: calibration.probabilities(of: scores),
                    predictions: Array(side.predictions[rows])
                )
            }
        }
        func realise(_ side: Classes) -> [RealisedClasses?] {
            plan.ranges(of: side.predictions.count).map { RealisedClasses(side, rows: $0) }
        }
        let (before, now) = (estimate(reference), estimate(current))
        let (was, have) = (realise(reference), realise(current))
        let errors = SamplingError.ofClasses(
            scores: reference.scores.map { column in known.map { column[$0] } },
            predictions: known.map { reference.predictions[$0] },
            labels: known.map { reference.labels[$0] ?? 0 }
        )
        let metrics: [(String, (EstimatedClasses) -> Double?, (RealisedClasses) -> Double?)] = [
            ("roc_auc", { $0.areaUnderCurve }, { $0.areaUnderCurve }),
            ("f1", { $0.f1 }, { $0.matrix.f1(.macro) }),
            ("precision", { $0.precision }, { $0.matrix.precision(.macro) }),
            ("recall", { $0.recall }, { $0.matrix.recall(.macro) }),
            ("specificity", { $0.specificity }, { $0.specificity }),
            ("accuracy", { $0.accuracy }, { $0.matrix.accuracy }),
        ]
        return metrics.map { name, expected, realised in
            chunks(
                name,
                (before.map { $0.flatMap(expected) }, now.map { $0.flatMap(expected) }),
                (was.map { $0.flatMap(realised) }, have.map { $0.flatMap(realised) }),
                errors[name],
                (reference.labels.count, current.labels.count),
                range: 0...1
            )
        }
    }

    /// Estimates of a regression from predicted losses.
    func losses(_ metric: EstimatedLoss, _ reference: Losses, _ current: Losses) -> ChunkEstimate {
        func estimate(_ side: Losses) -> [Double?] {
            plan.ranges(of: side.predicted.count).map { metric.metric(of: side.predicted[$0].filter(\.isFinite)) }
        }
        func realise(_ side: Losses) -> [Double?] {
            plan.ranges(of: side.realised.count).map { metric.metric(of: side.realised[$0].compactMap { $0 }) }
        }
        return chunks(
            metric.rawValue,
            (estimate(reference), estimate(current)),
            (realise(reference), realise(current)),
            SamplingError.ofLosses(reference.realised.compactMap { $0 }, metric),
            (reference.predicted.count, current.predicted.count),
            range: 0...Double.greatestFiniteMagnitude
        )
    }

    /// The limits are those of what the metric was in the reference, not of its estimates.
    private func chunks(
        _ metric: String,
        _ estimates: (reference: [Double?], current: [Double?]),
        _ realised: (reference: [Double?], current: [Double?]),
        _ error: SamplingError?,
        _ rows: (reference: Int, current: Int),
        range: ClosedRange<Double>
    ) -> ChunkEstimate {
        let threshold = options.limits[metric] ?? options.qualityThreshold
        func bands(_ values: [Double?], _ rows: Int) -> [EstimateBand?] {
            zip(values, plan.ranges(of: rows)).map { value, rows in
                EstimateBand(value, error: error?.error(rows: rows.count), within: range)
            }
        }
        return ChunkEstimate(
            metric: metric,
            series: ChunkSeries(
                reference: estimates.reference,
                current: estimates.current,
                limits: threshold.limits(of: realised.reference, within: range)
            ),
            realisedReference: realised.reference,
            realisedCurrent: realised.current,
            bandsOfReference: bands(estimates.reference, rows.reference),
            bandsOfCurrent: bands(estimates.current, rows.current)
        )
    }
}

extension EstimateBand {
    /// Three sampling errors on both sides, as NannyML draws it; nil without a value or an error.
    fileprivate init?(_ value: Double?, error: Double?, within range: ClosedRange<Double>) {
        guard let value, let error else { return nil }
        samplingError = error
        lower = max(range.lowerBound, value - 3 * error)
        upper = min(range.upperBound, value + 3 * error)
    }
}

/// What a binary classifier's quality was in some rows; nil without labels.
private struct RealisedQuality {
    let confusion: BinaryConfusion
    let areaUnderCurve: Double?
    let averagePrecision: Double?
    let specificity: Double

    init?(_ side: ChunkEstimator.Binary, rows: Range<Int>) {
        let known = rows.filter { side.labels[$0] != nil }
        let labels = known.map { side.labels[$0] == true }
        let predictions = known.map { side.predictions[$0] }
        guard !known.isEmpty, let confusion = try? BinaryConfusion(predictions: predictions, labels: labels) else {
            return nil
        }
        self.confusion = confusion
        let ranked = try? RankedScores(scores: known.map { side.scores[$0] }, labels: labels)
        areaUnderCurve = try? ranked?.areaUnderCurve()
        averagePrecision = try? ranked?.averagePrecision()
        let negatives = labels.count { !$0 }
        let right = zip(predictions, labels).count { !$0 && !$1 }
        specificity = negatives == 0 ? 0 : Double(right) / Double(negatives)
    }
}

/// What the quality of a classifier of several classes was in some rows; nil without labels.
private struct RealisedClasses {
    let matrix: ConfusionMatrix
    let areaUnderCurve: Double?
    let specificity: Double

    init?(_ side: ChunkEstimator.Classes, rows: Range<Int>) {
        let known = rows.filter { side.labels[$0] != nil }
        guard !known.isEmpty else { return nil }
        let labels = known.map { side.labels[$0] ?? 0 }
        var matrix = ConfusionMatrix(classes: side.scores.count)
        for (row, label) in zip(known, labels) { matrix.add(label: label, prediction: side.predictions[row]) }
        self.matrix = matrix
        let probabilities = known.map { row in side.scores.map { $0[row] } }
        areaUnderCurve = try? MulticlassScores(probabilities: probabilities, labels: labels).areaOneAgainstRest()
        var sum = 0.0
        for label in side.scores.indices {
            let others = matrix.total - matrix.support(label)
            let wrong = matrix.predicted(label) - matrix[label, label]
            sum += others > 0 ? (others - wrong) / others : 0
        }
        specificity = sum / Double(max(1, side.scores.count))
    }
}
