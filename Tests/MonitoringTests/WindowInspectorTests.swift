import Testing

@testable import Monitoring

struct WindowInspectorTests {
    private let dataset = ReferenceDataset(dataset: "d", version: 1)

    /// An inspector over one numeric column `x` and one of categories `c`, each with 500 rows of reference.
    private func inspector(policy: DriftPolicy? = DriftPolicy()) throws -> WindowInspector {
        var generator = SplitMix(seed: 5)
        let numbers = (0..<500).map { $0.isMultiple(of: 50) ? Double.nan : generator.normal() }
        let texts = (0..<500).map { ["a", "b", "c"][$0 % 3] as String? }
        return try WindowInspector(
            ["x": .numbers(numbers), "c": .categories(texts)],
            of: dataset,
            columns: [MonitoredColumn("x"), MonitoredColumn("c", .categorical)],
            policy: policy
        )
    }

    private func findings(_ x: [Cell], _ c: [Cell]) throws -> WindowFindings {
        try inspector().inspect(.sample(columns: [x, c]))
    }

    private func normals(_ count: Int, shift: Double = 0, seed: UInt64 = 6) -> [Cell] {
        var generator = SplitMix(seed: seed)
        return (0..<count).map { _ in .number(generator.normal() + shift) }
    }

    private func letters(_ count: Int, _ choices: [String] = ["a", "b", "c"]) -> [Cell] {
        (0..<count).map { .category(choices[$0 % choices.count]) }
    }

    @Test func `every kind of value is counted as what it is`() throws {
        let x = normals(296) + [.missing, .mistyped, .nonFinite, .number(1e9)]
        let c = letters(298) + [.category("new"), .mistyped]
        let found = try findings(x, c)
        let number = try #require(found.columns.first)
        #expect(
            [number.rows, number.missing, number.mistyped, number.nonFinite, number.outliers] == [300, 1, 1, 1, 1]
        )
        #expect(number.outsideReference >= 1)
        #expect(number.referenceMissingShare == 0.02)
        #expect(found.columns[1].unseen == 1)
        #expect(found.columns[1].unseenCategories == ["new"])
        #expect(found.columns[1].mistyped == 1)
        #expect(found.outlierRows == 1)
        #expect(found.outliers.first?.row == 299)
        #expect(found.outliers.first?.value == 1e9)
        #expect(number.histogram?.current.reduce(0, +) == 297)
        #expect(number.histogram?.reference.reduce(0, +) == 490)
        #expect(found.drift.allSatisfy { !$0.drifted })
    }

    @Test func `a window of one row gives numbers and no verdict`() throws {
        let found = try findings([.number(0.5)], [.category("a")])
        #expect(found.columns[0].summary?.deviation == 0)
        #expect(found.columns[0].summary?.median == 0.5)
        #expect(found.drift.allSatisfy { !$0.drifted && $0.rows == 1 })
    }

    @Test func `an empty window, and one whose values are all missing, say so`() throws {
        for x in [[], Array(repeating: Cell.missing, count: 300), Array(repeating: Cell.nonFinite, count: 300)] {
            let found = try findings(x, x)
            #expect(found.columns[0].summary == nil)
            #expect(found.columns[0].isConstant)
            #expect(found.drift.map(\.drifted) == [false, false])
            #expect(found.drift[0].undefined == "the current data has no finite value")
            #expect(found.drift[1].undefined != nil)
            #expect(found.duplicates == max(0, x.count - 1))
        }
    }

    @Test func `a constant column drifts from one that varied`() throws {
        let found = try findings(Array(repeating: .number(0.25), count: 300), letters(300, ["a"]))
        #expect(found.columns.map(\.distinct) == [1, 1])
        #expect(found.columns[0].isConstant)
        #expect(found.drift.map(\.drifted) == [true, true])
        #expect(found.columns[0].summary?.deviation == 0)
    }

    @Test func `a constant reference has no outliers, and another value is drift`() throws {
        let inspector = try WindowInspector(
            ["x": .numbers(Array(repeating: 1, count: 500))],
            of: dataset,
            columns: [MonitoredColumn("x")],
            policy: DriftPolicy()
        )
        let same = inspector.inspect(.sample(columns: [Array(repeating: .number(1), count: 300)]))
        #expect(same.drift.map(\.drifted) == [false])
        #expect(same.outlierRows == 0)
        let other = inspector.inspect(.sample(columns: [Array(repeating: .number(2), count: 300)]))
        #expect(other.drift.map(\.drifted) == [true])
    }

    @Test func `a shifted column and a new mix of categories drift, the same ones do not`() throws {
        let same = try findings(normals(400), letters(400))
        #expect(same.drift.map(\.drifted) == [false, false])
        #expect(same.drift[1].measures?.test == .chiSquared)
        #expect(same.drift[1].measures?.kolmogorovSmirnov == nil)
        let moved = try findings(normals(400, shift: 1), letters(400, ["a", "a", "a", "b"]))
        #expect(moved.drift.map(\.drifted) == [true, true])
        #expect((moved.drift[1].measures?.jensenShannon ?? 0) > 0.2)
    }

    @Test func `equal rows are counted, rows that differ in one column are not`() throws {
        let x: [Cell] = [.number(1), .number(1), .number(1), .number(2)]
        let c: [Cell] = [.category("a"), .category("a"), .category("b"), .category("a")]
        #expect(try findings(x, c).duplicates == 1)
    }

    @Test func `a column that the reference lacks is refused with those that it has`() {
        let error = #expect(throws: MonitorError.self) {
            _ = try WindowInspector(
                ["x": .numbers([1]), "y": .numbers([1])],
                of: dataset,
                columns: [MonitoredColumn("z")],
                policy: nil
            )
        }
        #expect(error?.message == "d@v1 has no column 'z'; it has x, y")
        let kind = #expect(throws: MonitorError.self) {
            _ = try WindowInspector(["x": .numbers([1])], of: dataset, columns: [.init("x", .categorical)], policy: nil)
        }
        #expect(kind?.message.contains("is not categorical: declare its type otherwise") == true)
    }

    @Test func `without a reference the columns are described and nothing drifts`() {
        let inspector = WindowInspector(columns: [MonitoredColumn("x")])
        let found = inspector.inspect(.sample(columns: [normals(300)]))
        #expect(found.reference == nil)
        #expect(found.drift.isEmpty)
        #expect(found.columns[0].histogram?.reference == [])
        #expect(found.columns[0].histogram?.current.reduce(0, +) == 300)
    }

    // MARK: Alerts on quality

    private func alerts(_ x: [Cell], _ change: (inout MonitorDefinition) -> Void = { _ in }) throws -> [MonitorAlert] {
        var definition = StreamScript.definition(columns: ["x"])
        definition.drift = nil
        definition.quality = QualityPolicy()
        change(&definition)
        let inspector = try WindowInspector(
            ["x": .numbers((0..<500).map(Double.init))],
            of: dataset,
            columns: definition.columns,
            policy: nil
        )
        let state = MonitorSnapshot(
            intake: MonitorIntake(definition),
            assembler: WindowAssembler(definition),
            alerts: AlertBook()
        )
        var turn = MonitorTurn(state: state, rules: AlertRules(definition: definition), inspector: inspector, now: 0)
        _ = turn.measure(.sample(columns: [x]))
        return turn.state.alerts.openAlerts
    }

    private var clean: [Cell] { (0..<300).map { .number(Double($0)) } }

    @Test func `clean data raises nothing, and each fault its own alert`() throws {
        #expect(try alerts(clean).isEmpty)
        let missing = try alerts(clean.prefix(200) + Array(repeating: .missing, count: 100))
        #expect(missing.map(\.fingerprint) == ["quality.quality.missing"])
        #expect(missing.first?.message.hasSuffix("1 of 1 columns: x: 33.3 % missing") == true)
        let mixed = try alerts(clean.dropLast() + [.mistyped])
        #expect(mixed.map(\.fingerprint) == ["quality.quality.types"])
        let range = try alerts(clean) { $0.columns[0].maximum = 250 }
        #expect(range.map(\.fingerprint) == ["quality.quality.range"])
        let repeated = try alerts(Array(repeating: .number(1), count: 300)) { $0.quality?.maximumDuplicateShare = 0.5 }
        #expect(repeated.map(\.kind) == [.quality])
        #expect(repeated.map(\.fingerprint) == ["quality.quality.duplicates"])
    }

    @Test func `too few rows are no reason to alarm`() throws {
        #expect(try alerts(Array(repeating: .missing, count: 20)).isEmpty)
    }
}
