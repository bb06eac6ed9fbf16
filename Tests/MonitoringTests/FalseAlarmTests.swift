import Glibc
import Testing

@testable import Monitoring

struct FalseAlarmTests {
    /// A value of one of five shapes: even, skewed, heavy-tailed, counted, or mostly zero.
    private func value(_ column: Int, _ generator: inout SplitMix) -> Double {
        let u = generator.uniform()
        return switch column % 5 {
        case 0: u
        case 1: -log(1 - u)
        case 2: 1 / (1 - u)
        case 3: (u * 8).rounded(.down)
        default: u < 0.8 ? 0 : u
        }
    }

    private func columns(_ rows: Int, _ generator: inout SplitMix, shifted: Int? = nil) -> [[Double]] {
        (0..<25).map { column in
            (0..<rows).map { _ in value(column, &generator) * (column == shifted ? 1.5 : 1) }
        }
    }

    /// Counts the alerts that the defaults raise over `windows` windows, with column 1 shifted from `shiftAt` on.
    private func alerts(
        windows: Int,
        rows: Int,
        reference: Int,
        shiftAt: Int = .max,
        seed: UInt64
    ) throws -> [MonitorAlert] {
        var generator = SplitMix(seed: seed)
        let names = (0..<25).map { "c\($0)" }
        let dataset = ReferenceDataset(dataset: "reference", version: 1)
        let numbers = columns(reference, &generator).map { ReferenceColumn.numbers($0) }
        let inspector = try WindowInspector(
            Dictionary(uniqueKeysWithValues: zip(names, numbers)),
            of: dataset,
            columns: names.map { MonitoredColumn($0) },
            policy: DriftPolicy()
        )
        var definition = StreamScript.definition(windowRows: rows, columns: names)
        definition.quality = QualityPolicy()
        let rules = AlertRules(definition: definition)
        var state = MonitorSnapshot(
            intake: MonitorIntake(definition),
            assembler: WindowAssembler(definition),
            alerts: AlertBook()
        )
        var opened: [MonitorAlert] = []
        for index in 0..<windows {
            let cells = columns(rows, &generator, shifted: index >= shiftAt ? 1 : nil)
            var window = AssembledWindow.sample(index: index, columns: cells.map { $0.map { Cell.number($0) } })
            window.scores = (0..<rows).map { _ in
                let probability = generator.uniform()
                return .init(probability: probability, predicted: probability > 0.5, version: 1, label: nil)
            }
            var turn = MonitorTurn(state: state, rules: rules, inspector: inspector, now: 0)
            _ = turn.measure(window)
            for case .alert(let alert) in turn.changes where alert.state == .open { opened.append(alert) }
            state = turn.state
        }
        return opened
    }

    @Test func `the defaults stay silent on 100,000 rows of 25 columns without drift`() throws {
        #expect(try alerts(windows: 40, rows: 2500, reference: 10_001, seed: 1).count <= 1)
    }

    @Test(arguments: [11, 12, 13, 14, 15] as [UInt64])
    func `a stationary stream of 100,000 rows raises at most one false alert, whatever its seed`(seed: UInt64) throws {
        #expect(try alerts(windows: 100, rows: 1000, reference: 5000, seed: seed).count <= 1)
    }

    @Test func `small windows without drift stay silent too`() throws {
        #expect(try alerts(windows: 40, rows: 200, reference: 10_001, seed: 2).count <= 1)
    }

    @Test func `a column that shifts by half its size is told within three windows`() throws {
        let found = try alerts(windows: 10, rows: 400, reference: 10_001, shiftAt: 6, seed: 3)
        #expect(found.count == 1)
        #expect(found.first.map { (6...8).contains($0.window) } == true)
        #expect(found.first?.message == "1 of 25 columns differ from reference@v1: c1")
    }
}
