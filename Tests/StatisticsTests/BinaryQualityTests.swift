import Testing

@testable import Statistics

struct BinaryQualityTests {
    @Test(arguments: ["binary", "binary_ties", "no_positive_pred", "single_class"])
    func `equals scikit-learn`(id: String) throws {
        let input = try #require(try GoldenFile.byID("inputs_labelled")[id])
        let expected = try #require(try GoldenFile.byID("sklearn_metrics")[id])["expected"]
        let labels = input["y_true"].bools
        let scores = input["y_score"].doubles
        let confusion = try BinaryConfusion(predictions: input["y_pred"].bools, labels: labels)
        let values: [(String, Double)] = [
            ("accuracy", confusion.accuracy),
            ("precision_binary", confusion.precision),
            ("recall_binary", confusion.recall),
            ("f1_binary", confusion.f1),
            ("jaccard_binary", confusion.jaccard),
            ("mcc", confusion.matthewsCorrelation),
            ("log_loss", try ProbabilityLoss.logarithmic(probabilities: scores, labels: labels)),
            ("brier", try ProbabilityLoss.brier(probabilities: scores, labels: labels)),
        ]
        for (name, value) in values {
            #expect(expected[name].exists && agrees(value, expected[name].double, relative: 1e-12), "\(name): \(value)")
        }
    }

    @Test(arguments: ["binary", "binary_ties", "no_positive_pred"])
    func `the area under the curve equals scikit-learn, ties included`(id: String) throws {
        let input = try #require(try GoldenFile.byID("inputs_labelled")[id])
        let expected = try #require(try GoldenFile.byID("sklearn_metrics")[id])["expected"]["roc_auc"].double
        let area = try ReceiverOperatingCharacteristic.areaUnderCurve(
            scores: input["y_score"].doubles,
            labels: input["y_true"].bools
        )
        #expect(agrees(area, expected, relative: 1e-14))
    }

    @Test func `one class has no area but still a loss`() throws {
        #expect(throws: UndefinedStatistic(.singleClass)) {
            try ReceiverOperatingCharacteristic.areaUnderCurve(scores: [0.1, 0.9], labels: [true, true])
        }
        #expect(throws: UndefinedStatistic(.singleClass)) {
            try ReceiverOperatingCharacteristic.areaUnderCurve(scores: [], labels: [])
        }
        #expect(try ProbabilityLoss.brier(probabilities: [0.5], labels: [true]) == 0.25)
    }

    @Test func `impossible probabilities have a reason instead of a number`() {
        #expect(throws: UndefinedStatistic(.notFinite)) {
            try ProbabilityLoss.logarithmic(probabilities: [.nan], labels: [true])
        }
        #expect(throws: UndefinedStatistic(.outOfRange)) {
            try ProbabilityLoss.brier(probabilities: [1.5], labels: [true])
        }
        #expect(throws: UndefinedStatistic(.lengthMismatch)) {
            try ProbabilityLoss.brier(probabilities: [0.5], labels: [])
        }
        #expect(throws: UndefinedStatistic(.emptyCurrent)) {
            try ProbabilityLoss.logarithmic(probabilities: [], labels: [])
        }
        #expect(throws: UndefinedStatistic(.notFinite)) {
            try ReceiverOperatingCharacteristic.areaUnderCurve(scores: [.nan, 0], labels: [true, false])
        }
    }

    @Test func `a certain mistake costs as much as scikit-learn says`() throws {
        let loss = try ProbabilityLoss.logarithmic(probabilities: [0], labels: [true])
        #expect(agrees(loss, 36.04365338911715, relative: 1e-14))
    }

    @Test func `no rows give zeros, never NaN`() {
        let confusion = BinaryConfusion()
        #expect([confusion.accuracy, confusion.precision, confusion.recall, confusion.f1] == [0, 0, 0, 0])
        #expect([confusion.matthewsCorrelation, confusion.jaccard, confusion.specificity] == [0, 0, 0])
    }
}
