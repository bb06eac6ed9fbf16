import Files
import Testing

@testable import Statistics

struct EstimatedClassesTests {
    private struct Table {
        private var columns: [String: [String]] = [:]
        let count: Int

        init(_ name: String) throws {
            let folder = #filePath.split(separator: "/").dropLast().joined(separator: "/")
            let text = String(decoding: try File.read("/\(folder)/Golden/\(name).csv"), as: UTF8.self)
            let lines = text.split(whereSeparator: \.isNewline).map { $0.split(separator: ",").map(String.init) }
            for (index, name) in lines[0].enumerated() { columns[name] = lines.dropFirst().map { $0[index] } }
            count = lines.count - 1
        }

        func texts(_ name: String) -> [String] { columns[name] ?? [] }

        func numbers(_ name: String) -> [Double] { texts(name).compactMap(Double.init) }
    }

    /// The rows of a chunk in its own table.
    private func rows(_ chunk: GoldenValue) -> Range<Int> {
        let (start, end) = (chunk["chunk"]["start_index"].int, chunk["chunk"]["end_index"].int)
        return start..<(end + 1)
    }

    @Test func `the estimate of several classes equals NannyML's`() throws {
        let golden = try #require(try GoldenFile.byID("nannyml_performance")["cbpe_multiclass"])
        let tables = (try Table("cbpe_multiclass_reference"), try Table("cbpe_multiclass_analysis"))
        let names = ["a", "b", "c"]
        let calibration = try MulticlassCalibration(
            scores: names.map { tables.0.numbers("p\($0)") },
            labels: tables.0.texts("y_true").map { names.firstIndex(of: $0) ?? -1 }
        )
        for chunk in golden["expected"].array {
            let table = chunk["chunk"]["period"].string == "reference" ? tables.0 : tables.1
            let rows = rows(chunk)
            let scores = names.map { Array(table.numbers("p\($0)")[rows]) }
            let estimate = try EstimatedClasses(
                scores: scores,
                calibrated: try calibration.probabilities(of: scores),
                predictions: table.texts("y_pred")[rows].map { names.firstIndex(of: $0) ?? -1 }
            )
            let values: [(String, Double?)] = [
                ("roc_auc", estimate.areaUnderCurve), ("f1", estimate.f1), ("precision", estimate.precision),
                ("recall", estimate.recall), ("specificity", estimate.specificity), ("accuracy", estimate.accuracy),
            ]
            for (metric, value) in values {
                let expected = chunk[metric]["value"].double
                #expect(value.map { agrees($0, expected) } == true, "\(metric) \(value ?? .nan) \(expected)")
            }
        }
    }

    @Test func `sampling errors of several classes equal NannyML's`() throws {
        let golden = try #require(try GoldenFile.byID("nannyml_performance")["cbpe_multiclass"])
        let table = try Table("cbpe_multiclass_reference")
        let names = ["a", "b", "c"]
        let errors = SamplingError.ofClasses(
            scores: names.map { table.numbers("p\($0)") },
            predictions: table.texts("y_pred").map { names.firstIndex(of: $0) ?? -1 },
            labels: table.texts("y_true").map { names.firstIndex(of: $0) ?? -1 }
        )
        #expect(errors.count == 6)
        for chunk in golden["expected"].array {
            for (metric, error) in errors {
                let expected = chunk[metric]["sampling_error"].double
                #expect(agrees(error.error(rows: rows(chunk).count) ?? .nan, expected), "\(metric) \(expected)")
            }
        }
    }

    @Test func `rows to which no class has anything to say are split evenly`() throws {
        let calibration = try MulticlassCalibration(scores: [[0, 1], [0, 1]], labels: [2, 2])
        #expect(try calibration.probabilities(of: [[0.5], [0.5]]) == [[0.5], [0.5]])
        #expect(throws: UndefinedStatistic.self) { try calibration.probabilities(of: [[0.5]]) }
        #expect(throws: UndefinedStatistic.self) { try MulticlassCalibration(scores: [], labels: []) }
        #expect(throws: UndefinedStatistic.self) {
            try EstimatedClasses(scores: [[0.5]], calibrated: [[0.5]], predictions: [1])
        }
    }

    @Test(arguments: EstimatedLoss.allCases)
    func `predicted losses add up as NannyML's do, with its sampling errors and limits`(loss: EstimatedLoss) throws {
        let golden = try #require(try GoldenFile.byID("nannyml_performance")["dle"])
        let reference = try Table("dle_reference")
        let truths = zip(reference.numbers("y_pred"), reference.numbers("y_true"))
        let losses = truths.map { loss.loss(prediction: $0, truth: $1) }
        let predicted = golden["per_row_loss_prediction"][loss.rawValue].doubles
        let chunks = golden["expected"].array
        var realised: [Double?] = []
        for chunk in chunks where chunk["chunk"]["period"].string == "reference" {
            let rows = rows(chunk)
            let value = loss.metric(of: Array(losses[rows]))
            realised.append(value)
            #expect(value.map { agrees($0, chunk[loss.rawValue]["realized"].double) } == true)
        }
        let limits = ChunkThreshold.quality.limits(of: realised, within: 0...Double.greatestFiniteMagnitude)
        var checked = 0
        for chunk in chunks {
            let expected = chunk[loss.rawValue]
            #expect(limits.lower.map { agrees($0, expected["lower_threshold"].double) } == true)
            #expect(limits.upper.map { agrees($0, expected["upper_threshold"].double) } == true)
            let error = loss.samplingError(losses: losses, rows: 250)
            #expect(error.map { agrees($0, expected["sampling_error"].double) } == true)
            // The file has the predictions of the analysis' rows, or of all.
            let isReference = chunk["chunk"]["period"].string == "reference"
            guard predicted.count > reference.count || !isReference else { continue }
            let offset = predicted.count > reference.count && !isReference ? reference.count : 0
            let rows = rows(chunk)
            let estimate = loss.metric(of: Array(predicted[(rows.lowerBound + offset)..<(rows.upperBound + offset)]))
            #expect(estimate.map { agrees($0, expected["value"].double) } == true)
            #expect(limits.areExceeded(by: estimate) == expected["alert"].bool)
            checked += 1
        }
        #expect(checked > 0)
    }
}
