import Testing

@testable import Statistics

struct RegressionQualityTests {
    private func metrics(_ quality: RegressionQuality) -> [(String, Double?)] {
        [
            ("mae", quality.meanAbsoluteError), ("mse", quality.meanSquaredError),
            ("rmse", quality.rootMeanSquaredError), ("mape", quality.meanAbsolutePercentageError),
            ("medae", quality.medianAbsoluteError), ("r2", quality.determination),
            ("explained_variance", quality.explainedVariance), ("msle", try? quality.meanSquaredLogError()),
            ("rmsle", (try? quality.meanSquaredLogError())?.squareRoot()),
            ("poisson_deviance", try? quality.poissonDeviance()), ("gamma_deviance", try? quality.gammaDeviance()),
            ("d2_absolute", quality.explainedAbsoluteDeviation),
        ]
    }

    @Test(arguments: ["regression", "regression_signed_zero", "regression_constant_target"])
    func `every metric equals scikit-learn's, with and without weights`(id: String) throws {
        let input = try #require(try GoldenFile.byID("inputs_labelled")[id])
        let golden = try #require(try GoldenFile.byID("sklearn_metrics")[id])["expected"]
        let quality = try RegressionQuality(labels: input["y_true"].doubles, predictions: input["y_pred"].doubles)
        let single: [(String, Double?)] =
            [
                ("max_error", quality.maximumError), ("pinball_0.9", quality.pinballLoss(0.9)),
                ("mean_error", quality.meanError), ("error_std_sample", quality.errorDeviation),
                ("smape_percent", quality.symmetricPercentageError), ("wape", try quality.weightedPercentageError()),
            ]
            // The golden file has the formula; in Evidently's reports a target of zero counts as an error of 100 %.
            + (id.hasSuffix("zero") ? [] : [("evidently_mape_percent", quality.evidentlyPercentageError)])
        for (name, value) in metrics(quality) + single { expect(value, golden[name], name) }
        guard input["sample_weight"].exists else { return }
        let weighted = try RegressionQuality(
            labels: input["y_true"].doubles,
            predictions: input["y_pred"].doubles,
            weights: input["sample_weight"].doubles
        )
        for (name, value) in metrics(weighted) { expect(value, golden["\(name)_weighted"], "\(name)_weighted") }
    }

    /// Where scikit-learn refuses, the golden file holds its error, and ours has a reason.
    private func expect(_ value: Double?, _ golden: GoldenValue, _ name: String) {
        guard golden.exists, !golden["error"].exists else {
            #expect(golden["error"].exists == (value == nil), "\(name)")
            return
        }
        #expect(
            value.map { agrees($0, golden.double, absolute: 1e-12) } == true,
            "\(name) \(String(describing: value))"
        )
    }

    @Test func `rows that cannot be judged have a reason`() {
        #expect(throws: UndefinedStatistic(.emptyCurrent)) { try RegressionQuality(labels: [], predictions: []) }
        #expect(throws: UndefinedStatistic(.notFinite)) { try RegressionQuality(labels: [.nan], predictions: [1]) }
        #expect(throws: UndefinedStatistic(.lengthMismatch)) { try RegressionQuality(labels: [1], predictions: []) }
        #expect(throws: UndefinedStatistic(.zeroVariance)) {
            try RegressionQuality(labels: [0, 0], predictions: [1, 2]).weightedPercentageError()
        }
    }
}
