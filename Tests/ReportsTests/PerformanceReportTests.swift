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

    private func numbers(
        _ predictions: [Double],
        _ labels: [Double],
        _ compatibility: Compatibility
    ) throws -> JSONValue {
        try PerformanceReport(
            reference: nil,
            current: (DatasetLabel(name: "now", rows: 4), .numbers(predictions: predictions, labels: labels)),
            compatibility: compatibility
        ).json
    }

    private func value(_ report: JSONValue, _ name: String) -> JSONValue? {
        report["metrics"]?.arrayValue?.first { $0["metric_name"]?.stringValue?.hasPrefix(name + "(") == true }?["value"]
    }

    /// Evidently 0.7.23 on the same four rows.
    @Test func `under compatibility a target of zero is an error of all of it, and deviations are shares`()
        throws
    {
        let theirs = try numbers([2, 5, 1, 4], [1, 4, 0, 5], .evidently)
        #expect(agrees(value(theirs, "MAPE")?["mean"]?.doubleValue, 61.25))
        #expect(agrees(value(theirs, "MAPE")?["std"]?.doubleValue, 0.4479118216792229))
        #expect(agrees(value(theirs, "MAE")?["mean"]?.doubleValue, 1) && value(theirs, "MAE")?["std"]?.doubleValue == 0)
        #expect(agrees(value(theirs, "MeanError")?["std"]?.doubleValue, 1))
    }

    @Test func `the share of variance explained in one row is not defined, nor any deviation`() throws {
        let report = try numbers([2], [1], .none)
        #expect(value(report, "R2Score") == .null && value(report, "MAE") == ["mean": .double(1), "std": .null])
    }

    @Test func `metrics are named as Evidently's presets name them, and told by class`() throws {
        var matrix = ConfusionMatrix(classes: 3)
        matrix.add(label: 0, prediction: 0)
        matrix.add(label: 1, prediction: 2)
        let report = try PerformanceReport(
            reference: nil,
            current: (DatasetLabel(name: "now", rows: 2), .classes(["a", "b", "c"], matrix))
        ).json
        let names = report["metrics"]?.arrayValue?.compactMap { $0["metric_name"]?.stringValue } ?? []
        #expect(names.contains("F1Score(classification_name=default,conf_matrix=True)"))
        // Evidently leaves out a class that never came.
        #expect(value(report, "RecallByLabel") == ["a": .double(1), "b": .double(0)])
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
