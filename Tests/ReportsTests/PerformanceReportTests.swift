import JSON
import Statistics
import Testing

@testable import Reports

struct PerformanceReportTests {
    private func sample(_ frame: GoldenFrame, _ id: String) throws -> PerformanceSample {
        switch id {
        case "regression":
            return .numbers(predictions: frame.numbers("amount_pred"), labels: frame.numbers("amount"))
        case "classification_multiclass":
            let classes = ["x", "y", "z"]
            var matrix = ConfusionMatrix(classes: 3)
            let scores = classes.map(frame.numbers)
            for (row, label) in frame.texts("cls").enumerated() {
                let best = (0..<3).max { scores[$0][row] < scores[$1][row] } ?? 0
                matrix.add(label: try #require(classes.firstIndex(of: label ?? "")), prediction: best)
            }
            return .classes(classes, matrix)
        default:
            return .binary(scores: frame.numbers("proba"), labels: frame.numbers("target").map { $0 == 1 })
        }
    }

    @Test(arguments: [
        "classification_binary", "classification_binary_threshold_0.3", "classification_multiclass", "regression",
    ])
    func `metrics equal those of Evidently's preset`(id: String) throws {
        let (reference, current) = (try GoldenFrame("frame_reference"), try GoldenFrame("frame_current"))
        let report = try PerformanceReport(
            reference: (DatasetLabel(name: "reference", rows: reference.rows), try sample(reference, id)),
            current: (DatasetLabel(name: "current", rows: current.rows), try sample(current, id)),
            threshold: id.hasSuffix("0.3") ? 0.3 : 0.5,
            compatibility: .evidently
        )
        var compared = 0
        for metric in try GoldenFrame.report(id)["expected"]?["metrics"]?.arrayValue ?? [] {
            let name = try #require(metric["metric_name"]?.stringValue).prefix { $0 != "(" }
            guard let ours = report.metrics.first(where: { $0.name == String(name) }) else { continue }
            let value = metric["value"]?.doubleValue ?? metric["value"]?["mean"]?.doubleValue
            #expect(agrees(ours.current, value), "\(name) \(String(describing: ours.current))")
            compared += 1
        }
        #expect(compared >= 4)
        #expect(report.html.utf8.count < 200_000)
    }

    @Test func `a loss that grows and a score that falls are both a decline`() {
        var loss = PerformanceMetric("LogLoss", 0.6, higher: false)
        loss.reference = 0.5
        var area = PerformanceMetric("RocAuc", 0.6)
        area.reference = 0.75
        var error = PerformanceMetric("MeanError", -0.3, higher: nil)
        error.reference = 0.2
        #expect(agrees(loss.decline, 0.2) && agrees(area.decline, 0.2) && agrees(error.decline, 0.5))
        #expect(PerformanceMetric("F1Score", 0.5).decline == nil)
    }

    @Test func `no row with both, and two different tasks, are refused`() throws {
        let label = DatasetLabel(name: "now", rows: 3)
        #expect(throws: ReportError.self) {
            try PerformanceReport(reference: nil, current: (label, .binary(scores: [], labels: [])))
        }
        let error = #expect(throws: ReportError.self) {
            try PerformanceReport(
                reference: (label, .numbers(predictions: [1], labels: [1])),
                current: (label, .binary(scores: [0.5], labels: [true]))
            )
        }
        #expect(error?.code == .invalidTarget)
    }
}
