internal import Statistics

/// What is expected of a binary classifier in some rows: of all with a score, and of those with a prediction too.
struct ExpectedQuality {
    private let ofScores: EstimatedPerformance?
    private let ofPredictions: EstimatedPerformance?
    private let counts: (scored: Int, decided: Int)

    init(_ side: ChunkEstimator.Binary, rows: Range<Int>, _ calibration: NeededCalibration) {
        let scored = rows.filter { side.scores[$0].isFinite }
        let decided = scored.filter { side.predictions[$0] != nil }
        func estimate(_ rows: [Int]) -> EstimatedPerformance? {
            let scores = rows.map { side.scores[$0] }
            return try? EstimatedPerformance(
                scores: scores,
                calibrated: scores.map(calibration.probability),
                predictions: rows.map { side.predictions[$0] == true }
            )
        }
        ofPredictions = estimate(decided)
        ofScores = decided.count == scored.count ? ofPredictions : estimate(scored)
        counts = (scored.count, decided.count)
    }

    /// A metric of the scores alone.
    func ranked(_ metric: (EstimatedPerformance) -> Double?) -> ChunkEstimator.Estimated {
        ChunkEstimator.Estimated(value: ofScores.flatMap(metric), rows: counts.scored)
    }

    /// A metric of what was predicted.
    func decided(_ metric: (EstimatedPerformance) -> Double) -> ChunkEstimator.Estimated {
        ChunkEstimator.Estimated(value: ofPredictions.map(metric), rows: counts.decided)
    }
}

/// What is expected of a classifier of several classes in some rows.
struct ExpectedClasses {
    private let ofScores: EstimatedClasses?
    private let ofPredictions: EstimatedClasses?
    private let counts: (scored: Int, decided: Int)

    init(_ side: ChunkEstimator.Classes, rows: Range<Int>, _ calibration: MulticlassCalibration) {
        let scored = rows.filter { row in side.scores.allSatisfy { $0[row].isFinite } }
        let decided = scored.filter { side.predictions[$0] != nil }
        func estimate(_ rows: [Int]) -> EstimatedClasses? {
            let scores = side.scores.map { column in rows.map { column[$0] } }
            guard let calibrated = try? calibration.probabilities(of: scores) else { return nil }
            return try? EstimatedClasses(
                scores: scores,
                calibrated: calibrated,
                predictions: rows.map { side.predictions[$0] ?? 0 }
            )
        }
        ofPredictions = estimate(decided)
        ofScores = decided.count == scored.count ? ofPredictions : estimate(scored)
        counts = (scored.count, decided.count)
    }

    /// A metric of the scores alone.
    func ranked(_ metric: (EstimatedClasses) -> Double?) -> ChunkEstimator.Estimated {
        ChunkEstimator.Estimated(value: ofScores.flatMap(metric), rows: counts.scored)
    }

    /// A metric of what was predicted.
    func decided(_ metric: (EstimatedClasses) -> Double) -> ChunkEstimator.Estimated {
        ChunkEstimator.Estimated(value: ofPredictions.map(metric), rows: counts.decided)
    }
}
