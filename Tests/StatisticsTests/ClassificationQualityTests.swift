import Testing

@testable import Statistics

struct ClassificationQualityTests {
    private static let ids = ["binary", "binary_ties", "multiclass", "no_positive_pred", "single_class"]

    @Test(arguments: ids)
    func `every averaged metric equals scikit-learn's, with and without weights`(id: String) throws {
        let input = try #require(try GoldenFile.byID("inputs_labelled")[id])
        let golden = try #require(try GoldenFile.byID("sklearn_metrics")[id])["expected"]
        let classes = id == "multiclass" ? 3 : 2
        let labels = input["y_true"].ints
        let predictions = input["y_pred"].ints
        let matrix = try ConfusionMatrix(labels: labels, predictions: predictions, classes: classes)
        var values: [(String, Double)] = [
            ("accuracy", matrix.accuracy), ("balanced_accuracy", matrix.balancedAccuracy),
            ("mcc", matrix.matthewsCorrelation), ("cohen_kappa", matrix.cohenKappa),
            ("hamming", 1 - matrix.accuracy), ("fbeta2_macro", matrix.fBeta(2, .macro)),
        ]
        values += averages(matrix, suffix: "", isBinary: classes == 2)
        if input["sample_weight"].exists {
            let weighted = try ConfusionMatrix(
                labels: labels,
                predictions: predictions,
                classes: classes,
                weights: input["sample_weight"].doubles
            )
            values += averages(weighted, suffix: "_sw", isBinary: classes == 2)
        }
        for (name, value) in values {
            #expect(golden[name].exists, "\(name)")
            #expect(agrees(value, golden[name].double, absolute: 1e-13), "\(name) \(value)")
        }
        for (name, metric) in [("precision", matrix.precision), ("recall", matrix.recall), ("f1", matrix.f1)] {
            let perClass = (0..<classes).map { metric(.label($0)) }
            #expect(zip(perClass, golden["\(name)_per_class"].doubles).allSatisfy { agrees($0, $1) }, "\(name)")
        }
        let cells = (0..<classes).map { label in (0..<classes).map { Int(matrix[label, $0]) } }
        #expect(cells == golden["confusion_matrix"].array.map(\.ints))
    }

    private func averages(_ matrix: ConfusionMatrix, suffix: String, isBinary: Bool) -> [(String, Double)] {
        let metrics: [(String, (ConfusionMatrix.Average) -> Double)] = [
            ("precision", matrix.precision), ("recall", matrix.recall), ("f1", matrix.f1), ("jaccard", matrix.jaccard),
        ]
        var averages: [(String, ConfusionMatrix.Average)] = [
            ("micro", .micro), ("macro", .macro), ("weighted", .weighted),
        ]
        if isBinary { averages.append(("binary", .label(1))) }
        return metrics.flatMap { metric, value in
            averages.map { ("\(metric)_\($0.0)\(suffix)", value($0.1)) }
        }
    }

    @Test(arguments: ["binary", "binary_ties", "no_positive_pred", "single_class"])
    func `what follows from the order of scores equals scikit-learn`(id: String) throws {
        let input = try #require(try GoldenFile.byID("inputs_labelled")[id])
        let golden = try #require(try GoldenFile.byID("sklearn_metrics")[id])["expected"]
        let (scores, labels) = (input["y_score"].doubles, input["y_true"].bools)
        let ranked = try RankedScores(scores: scores, labels: labels)
        #expect(agrees(try ranked.averagePrecision(), golden["average_precision"].double))
        #expect(agrees(try ranked.precisionRecallArea(), golden["pr_auc_trapezoid"].double))
        if golden["roc_auc"].double.isNaN {
            #expect(throws: UndefinedStatistic(.singleClass)) { try ranked.areaUnderCurve() }
            #expect(throws: UndefinedStatistic(.singleClass)) { try ranked.greatestSeparation() }
        } else {
            #expect(agrees(try ranked.areaUnderCurve(), golden["roc_auc"].double))
            #expect(agrees(2 * (try ranked.areaUnderCurve()) - 1, golden["gini"].double))
            #expect(agrees(try ranked.greatestSeparation(), golden["ks_score"].double))
        }
        if input["sample_weight"].exists {
            let weights = input["sample_weight"].doubles
            let weighted = try RankedScores(scores: scores, labels: labels, weights: weights)
            #expect(agrees(try weighted.areaUnderCurve(), golden["roc_auc_sw"].double))
            #expect(agrees(try weighted.averagePrecision(), golden["average_precision_sw"].double))
        }
        let curve = try CalibrationCurve(probabilities: scores, labels: labels)
        let expected = golden["calibration_curve_uniform_10"]
        #expect(curve.bins.count == expected["mean_predicted"].array.count)
        #expect(zip(curve.bins, expected["mean_predicted"].doubles).allSatisfy { agrees($0.meanPredicted, $1) })
        #expect(zip(curve.bins, expected["fraction_positive"].doubles).allSatisfy { agrees($0.fractionPositive, $1) })
        #expect(agrees(curve.expectedError, golden["ece_uniform_10"].double))
    }

    @Test func `probabilities of several classes equal scikit-learn`() throws {
        let input = try #require(try GoldenFile.byID("inputs_labelled")["multiclass"])
        let golden = try #require(try GoldenFile.byID("sklearn_metrics")["multiclass"])["expected"]
        let scores = try MulticlassScores(
            probabilities: input["y_score"].array.map(\.doubles),
            labels: input["y_true"].ints
        )
        let values: [(String, Double)] = [
            ("roc_auc_ovr_macro", try scores.areaOneAgainstRest()),
            ("roc_auc_ovr_weighted", try scores.areaOneAgainstRest(isWeighted: true)),
            ("roc_auc_ovo_macro", try scores.areaOneAgainstOne()),
            ("roc_auc_ovo_weighted", try scores.areaOneAgainstOne(isWeighted: true)),
            ("log_loss", scores.logarithmicLoss), ("brier_multiclass", scores.brierScore),
            ("top2_accuracy", scores.topAccuracy(2)),
        ]
        for (name, value) in values { #expect(agrees(value, golden[name].double), "\(name) \(value)") }
        for label in 0..<3 {
            #expect(agrees(try scores.areaUnderCurve(of: label), golden["roc_auc_by_label"].doubles[label]))
            let precision = try scores.averagePrecision(of: label)
            #expect(agrees(precision, golden["average_precision_by_label"].doubles[label]))
        }
    }

    @Test func `classes and probabilities that cannot be have a reason`() {
        #expect(throws: UndefinedStatistic(.outOfRange)) {
            try ConfusionMatrix(labels: [0, 3], predictions: [0, 0], classes: 3)
        }
        #expect(throws: UndefinedStatistic(.lengthMismatch)) {
            try ConfusionMatrix(labels: [0], predictions: [], classes: 2)
        }
        #expect(throws: UndefinedStatistic(.outOfRange)) {
            try MulticlassScores(probabilities: [[0.5, 1.5]], labels: [0])
        }
        #expect(throws: UndefinedStatistic(.emptyCurrent)) { try MulticlassScores(probabilities: [], labels: []) }
        #expect(throws: UndefinedStatistic(.outOfRange)) { try CalibrationCurve(probabilities: [.nan], labels: [true]) }
    }
}
