import JSON
import Statistics
import Testing

@testable import Reports

struct DriftReportTests {
    private func report(_ names: [String], _ options: DriftOptions) throws -> DriftReport {
        let (reference, current) = (try GoldenFrame("frame_reference"), try GoldenFrame("frame_current"))
        return try DriftReport(
            reference: (DatasetLabel(name: "reference", rows: reference.rows), names.map(reference.column)),
            current: (DatasetLabel(name: "current", rows: current.rows), names.map(current.column)),
            options: options
        )
    }

    private static func options(_ id: String) -> DriftOptions {
        var options = DriftOptions()
        options.compatibility = .evidently
        switch id {
        case "drift_psi_0.2":
            options.method = .populationStabilityIndex
            options.threshold = 0.2
            options.driftShare = 0.3
        case "drift_per_column":
            options.numericalMethod = .kolmogorovSmirnov
            options.categoricalMethod = .jensenShannon
            options.columnMethods = ["age": .wasserstein]
            options.columnThresholds = ["age": 0.05]
        default: break
        }
        return options
    }

    @Test(arguments: ["drift_default", "drift_psi_0.2", "drift_per_column"])
    func `every metric and test equals Evidently's report`(id: String) throws {
        let golden = try GoldenFrame.report(id)
        let expected = try #require(golden["expected"]?["metrics"]?.arrayValue)
        let compared = expected.compactMap { $0["config"]?["column"]?.stringValue }
        let json = try report(compared, Self.options(id)).json
        for metric in expected.dropFirst() {
            let name = try #require(metric["metric_name"])
            let ours = try #require(json["metrics"]?.arrayValue?.first { $0["metric_name"] == name }, "\(name)")
            #expect(ours["config"] == metric["config"])
            #expect(agrees(ours["value"]?.doubleValue, metric["value"]?.doubleValue), "\(name)")
        }
        #expect(json["metrics"]?[0]?["value"] == expected[0]["value"])
        for test in golden["expected"]?["tests"]?.arrayValue ?? [] {
            let ours = json["tests"]?.arrayValue?.first { $0["name"] == test["name"] }
            #expect(ours == test, "\(test["name"] ?? .null)")
        }
    }

    @Test func `the worst column stands first`() throws {
        let report = try report(["age", "income", "city", "plan"], DriftOptions())
        let drifted = report.columns.map(\.hasDrifted)
        #expect(drifted == drifted.sorted { $0 && !$1 })
        #expect(report.columns.first?.name == "city")
        #expect(report.columns.last?.name == "age")
    }

    @Test func `a distance counts only when chance does not explain it`() throws {
        let values = (0..<60).map { Double($0 * 37 % 60) }
        var options = DriftOptions()
        options.method = .wasserstein
        let shifted = values.map { $0 + 3 }
        let few = try DriftReport(
            reference: (DatasetLabel(name: "r", rows: 60), [ReportColumn(name: "x", numbers: values)]),
            current: (DatasetLabel(name: "c", rows: 60), [ReportColumn(name: "x", numbers: shifted)]),
            options: options
        )
        #expect(try #require(few.columns[0].measurement).score > 0.1)
        #expect(!few.columns[0].hasDrifted)
        options.compatibility = .evidently
        let evidently = try DriftReport(
            reference: (DatasetLabel(name: "r", rows: 60), [ReportColumn(name: "x", numbers: values)]),
            current: (DatasetLabel(name: "c", rows: 60), [ReportColumn(name: "x", numbers: shifted)]),
            options: options
        )
        #expect(evidently.columns[0].hasDrifted)
    }

    @Test func `numbers against categories are refused by name`() throws {
        let numbers = ReportColumn(name: "x", numbers: [1, 2, 3])
        let texts = ReportColumn(name: "x", categories: CategoryCounts(["a", "b"]))
        let error = #expect(throws: ReportError.self) {
            try ColumnDrift(reference: numbers, current: texts, options: DriftOptions())
        }
        #expect(error?.code == .mixedTypes)
        #expect(error?.message.contains("column x is numbers in the reference and categories") == true)
    }

    @Test(arguments: [
        ([Double](), [1.0, 2.0], "empty_reference"),
        ([1.0], [Double](), "empty_current"),
        ([.nan, .infinity], [1.0], "empty_reference"),
        ([1.0, 2.0], [.nan, -.infinity], "empty_current"),
    ])
    func `a side without a number has a reason instead of a score`(
        reference: [Double],
        current: [Double],
        reason: String
    ) throws {
        let column = try ColumnDrift(
            reference: ReportColumn(name: "x", numbers: reference),
            current: ReportColumn(name: "x", numbers: current),
            options: DriftOptions()
        )
        #expect(column.measurement == nil)
        #expect(column.undefined?.reason.rawValue == reason)
        #expect(column.json["undefined"]?["reason"] == .string(reason))
        #expect(column.json["score"] == .null)
    }

    @Test func `one row and constant columns are compared without a fault`() throws {
        let one = try ColumnDrift(
            reference: ReportColumn(name: "x", numbers: [5]),
            current: ReportColumn(name: "x", numbers: [5]),
            options: DriftOptions()
        )
        #expect(one.method == .proportions)
        #expect(one.measurement?.score == 1)
        let constant = try ColumnDrift(
            reference: ReportColumn(name: "x", numbers: Array(repeating: 5, count: 5_000)),
            current: ReportColumn(name: "x", numbers: Array(repeating: 6, count: 5_000)),
            options: DriftOptions()
        )
        #expect(constant.method == .jensenShannon)
        #expect(agrees(constant.measurement?.score, 0.8325546111576977))
    }

    @Test func `an unseen category counts and is drawn`() throws {
        let column = try ColumnDrift(
            reference: ReportColumn(name: "x", categories: CategoryCounts(["a", "a", "b", nil])),
            current: ReportColumn(name: "x", categories: CategoryCounts(["a", "c", "c", "c"])),
            options: DriftOptions()
        )
        #expect(column.picture.bars.first { $0.label == "c" }?.reference == 0)
        #expect(column.picture.bars.first { $0.label == "c" }?.current == 0.75)
        #expect(column.reference.missing == 1)
    }
}
