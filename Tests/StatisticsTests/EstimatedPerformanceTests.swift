import Files
import Testing

@testable import Statistics

struct EstimatedPerformanceTests {
    private struct Rows {
        var labels: [Bool] = []
        var scores: [Double] = []
        var predictions: [Bool] = []

        init(_ name: String) throws {
            let folder = #filePath.split(separator: "/").dropLast().joined(separator: "/")
            let text = String(decoding: try File.read("/\(folder)/Golden/\(name).csv"), as: UTF8.self)
            for line in text.split(whereSeparator: \.isNewline).dropFirst() {
                let cells = line.split(separator: ",")
                labels.append(cells[0] == "1")
                scores.append(try #require(Double(cells[1])))
                predictions.append(cells[2] == "1")
            }
        }
    }

    @Test(arguments: ["well_calibrated", "overconfident"])
    func `the estimate of every chunk equals NannyML's`(name: String) throws {
        let golden = try #require(try GoldenFile.byID("nannyml_performance")["cbpe_binary_\(name)"])
        let reference = try Rows("cbpe_\(name)_reference")
        let analysis = try Rows("cbpe_\(name)_analysis")
        let calibration = try IsotonicCalibration(scores: reference.scores, labels: reference.labels)
        for chunk in golden["expected"].array {
            let rows = chunk["chunk"]["period"].string == "reference" ? reference : analysis
            let range = chunk["chunk"]["start_index"].int...chunk["chunk"]["end_index"].int
            let offset = range.upperBound >= rows.scores.count ? reference.scores.count : 0
            let slice = (range.lowerBound - offset)...(range.upperBound - offset)
            let scores = Array(rows.scores[slice])
            let estimate = try EstimatedPerformance(
                scores: scores,
                calibrated: scores.map(calibration.probability),
                predictions: Array(rows.predictions[slice])
            )
            let values: [(String, Double?)] = [
                ("roc_auc", estimate.areaUnderCurve), ("average_precision", estimate.averagePrecision),
                ("f1", estimate.f1), ("precision", estimate.precision), ("recall", estimate.recall),
                ("specificity", estimate.specificity), ("accuracy", estimate.accuracy),
                ("true_positive", estimate.truePositives), ("true_negative", estimate.trueNegatives),
            ]
            for (metric, value) in values {
                let expected = chunk[metric]["value"].double
                #expect(
                    value.map { agrees($0, expected) } == true,
                    "\(metric) \(String(describing: value)) \(expected)"
                )
            }
        }
    }

    @Test(arguments: ["well_calibrated", "overconfident"])
    func `sampling errors equal NannyML's`(name: String) throws {
        let golden = try #require(try GoldenFile.byID("nannyml_performance")["cbpe_binary_\(name)"])
        let reference = try Rows("cbpe_\(name)_reference")
        let errors = SamplingError.ofBinary(
            scores: reference.scores,
            predictions: reference.predictions,
            labels: reference.labels
        )
        #expect(errors.count == 10)
        for chunk in golden["expected"].array {
            let rows = chunk["chunk"]["end_index"].int - chunk["chunk"]["start_index"].int + 1
            for (metric, error) in errors {
                let expected = chunk[metric]["sampling_error"].double
                #expect(agrees(error.error(rows: rows) ?? .nan, expected), "\(metric) \(expected)")
            }
        }
    }

    @Test func `sampling errors of one class only are those that can be had`() {
        let errors = SamplingError.ofBinary(scores: [0.1, 0.9], predictions: [false, true], labels: [true, true])
        #expect(errors["roc_auc"] == nil && errors["specificity"] == nil)
        #expect(errors["accuracy"]?.error(rows: 4) == 0.25 && errors["accuracy"]?.error(rows: 0) == nil)
        #expect(SamplingError.ofBinary(scores: [], predictions: [], labels: []).isEmpty)
        #expect(SamplingError.ofLosses([], .meanAbsolute) == nil)
    }

    @Test(arguments: ["well_calibrated", "overconfident"])
    func `the knots of the calibration equal scikit-learn's`(name: String) throws {
        let golden = try #require(try GoldenFile.byID("nannyml_performance")["cbpe_binary_\(name)"])["isotonic_knots"]
        let reference = try Rows("cbpe_\(name)_reference")
        let calibration = try IsotonicCalibration(scores: reference.scores, labels: reference.labels)
        #expect(calibration.scores == golden["x"].doubles)
        #expect(zip(calibration.probabilities, golden["y"].doubles).allSatisfy { agrees($0, $1) })
    }

    @Test func `outside the knots the map is flat, between them it is linear`() throws {
        let calibration = try IsotonicCalibration(scores: [0.2, 0.4, 0.8], labels: [false, false, true])
        #expect(calibration.probability(of: 0) == 0)
        #expect(calibration.probability(of: 1) == 1)
        #expect(agrees(calibration.probability(of: 0.6), 0.5))
    }

    @Test func `nothing to estimate from has a reason`() {
        #expect(throws: UndefinedStatistic(.emptyReference)) { try IsotonicCalibration(scores: [], labels: []) }
        #expect(throws: UndefinedStatistic(.emptyCurrent)) {
            try EstimatedPerformance(scores: [], calibrated: [], predictions: [])
        }
        #expect(throws: UndefinedStatistic(.notFinite)) {
            try EstimatedPerformance(scores: [.nan], calibrated: [1], predictions: [true])
        }
    }
}
