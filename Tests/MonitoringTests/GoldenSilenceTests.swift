import Files
import JSON
import Testing

@testable import Monitoring
@testable import Statistics

/// The reference's streams without any change: what watches them by default must say nothing.
struct GoldenSilenceTests {
    /// The values of a stream among the golden inputs.
    private func stream(_ id: String) throws -> [Double] {
        let folder = #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
        let bytes = try File.read("/\(folder)/StatisticsTests/Golden/inputs_streams.json", limit: 16 << 20)
        let cases = try JSONValue.parse(bytes)["cases"]?.arrayValue ?? []
        let found = try #require(cases.first { $0["id"]?.stringValue == id })
        #expect(found["change"]?.arrayValue?.isEmpty == true)
        return try #require(found["values"]?.arrayValue).compactMap(\.doubleValue)
    }

    private func openedAlerts(_ values: [Double], reference: Int, rows: Int) throws -> [MonitorAlert] {
        let inspector = try WindowInspector(
            ["x": .numbers(Array(values[..<reference]))],
            of: ReferenceDataset(dataset: "golden", version: 1),
            columns: [MonitoredColumn("x")],
            policy: DriftPolicy()
        )
        var definition = StreamScript.definition(windowRows: rows, columns: ["x"])
        definition.quality = QualityPolicy()
        let rules = AlertRules(definition: definition)
        var state = MonitorSnapshot(
            intake: MonitorIntake(definition),
            assembler: WindowAssembler(definition),
            alerts: AlertBook()
        )
        var opened: [MonitorAlert] = []
        for (index, start) in stride(from: reference, to: values.count - rows + 1, by: rows).enumerated() {
            let cells = values[start..<(start + rows)].map { Cell.number($0) }
            var turn = MonitorTurn(state: state, rules: rules, inspector: inspector, now: 0)
            let findings = turn.measure(AssembledWindow.sample(index: index, columns: [cells]))
            #expect(findings.drift.allSatisfy { !$0.drifted }, "window \(index)")
            for case .alert(let alert) in turn.changes where alert.state == .open { opened.append(alert) }
            state = turn.state
        }
        return opened
    }

    @Test(arguments: ["bern_stable", "gauss_stable"], [100, 250, 500])
    func `a monitor by default is silent on the golden streams without drift`(id: String, rows: Int) throws {
        #expect(try openedAlerts(try stream(id), reference: 1000, rows: rows).isEmpty)
    }

    private func alarms(_ detector: some ChangeDetector, _ values: [Double]) -> Int {
        var detector = detector
        return values.count { detector.update($0) == .drift }
    }

    @Test func `the detectors by default are silent where others by their usual settings cry wolf`() throws {
        let (errors, values) = (try stream("bern_stable"), try stream("gauss_stable"))
        #expect(alarms(AdaptiveWindow(), values) == 0)
        #expect(alarms(AdaptiveWindow(), errors) == 0)
        #expect(alarms(HoeffdingAverageDetector(), errors) == 0)
        #expect(alarms(EarlyDriftDetectionMethod(), errors) > 10)
        #expect(alarms(KolmogorovSmirnovWindow(seed: 42), values) > 0)
    }
}
