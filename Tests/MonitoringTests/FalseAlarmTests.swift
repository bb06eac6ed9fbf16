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
        let values = Dictionary(uniqueKeysWithValues: zip(names, columns(reference, &generator)))
        let judge = try DriftJudge(values, of: dataset, columns: names, policy: DriftPolicy())
        let rules = AlertRules(definition: StreamScript.definition(windowRows: rows, columns: names))
        var book = AlertBook()
        var opened: [MonitorAlert] = []
        for index in 0..<windows {
            let shifted = index >= shiftAt ? 1 : nil
            let window = MonitoredWindow(
                monitor: "quality",
                index: index,
                firstRow: Int64(index * rows),
                lastRow: Int64((index + 1) * rows - 1),
                rows: rows,
                labelled: 0,
                unscored: 0,
                quality: [],
                championVersions: [1],
                drift: judge.compare(columns(rows, &generator, shifted: shifted)),
                reference: dataset.description,
                closedAt: 0
            )
            guard let observation = rules.observation(of: window) else { continue }
            opened += book.observe(observation, now: 0).filter { $0.state == .open }
        }
        return opened
    }

    @Test func `the defaults stay silent on 100,000 rows of 25 columns without drift`() throws {
        #expect(try alerts(windows: 40, rows: 2500, reference: 10_001, seed: 1).count <= 1)
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
