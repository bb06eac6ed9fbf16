import JSON
import Statistics
import Testing

@testable import Reports

struct SummaryReportTests {
    private static let names = ["age", "income", "score", "flag", "const", "city", "plan", "income_copy"]

    @Test func `metrics of columns equal Evidently's, but for infinities, which are counted apart`() throws {
        let frame = try GoldenFrame("frame_current")
        let columns = Self.names.map(frame.column)
        let report = SummaryReport(
            reference: nil,
            current: (
                DatasetLabel(name: "current", rows: frame.rows),
                DatasetHealth(
                    columns: columns.map(ColumnHealth.init),
                    rows: frame.rows,
                    duplicatedRows: 5,
                    emptyRows: 0
                )
            ),
            columns: columns.map { ColumnSummary(reference: nil, current: $0) }
        )
        let ours = Dictionary(
            (report.json["metrics"]?.arrayValue ?? []).map { ($0["metric_name"]?.stringValue ?? "", $0["value"]) }
        ) { first, _ in first }
        let infinite: Set<String> = ["MaxValue(column=score)", "MeanValue(column=score)", "StdValue(column=score)"]
        var compared = 0
        for metric in try GoldenFrame.report("summary_with_reference")["expected"]?["metrics"]?.arrayValue ?? [] {
            let name = try #require(metric["metric_name"]?.stringValue)
            guard let value = ours[name] ?? nil, !infinite.contains(name), !name.contains("column=score,quantile")
            else {
                continue
            }
            if let number = metric["value"]?.doubleValue, !name.hasPrefix("AlmostDuplicated") {
                #expect(agrees(value.doubleValue, number), "\(name)")
                compared += 1
            } else if name.hasPrefix("MissingValueCount") {
                #expect(value == metric["value"], "\(name)")
                compared += 1
            }
        }
        #expect(compared > 35)
        #expect(report.columns.first { $0.name == "score" }?.current.infinite == 3)
    }

    @Test func `what is constant, almost constant and empty is named`() {
        let columns = [
            ReportColumn(name: "one", numbers: Array(repeating: 4, count: 100)),
            ReportColumn(
                name: "nearly",
                categories: CategoryCounts(Array(repeating: "a", count: 97) + ["b", "c", "d"])
            ),
            ReportColumn(name: "none", numbers: Array(repeating: .nan, count: 100)),
            ReportColumn(name: "many", numbers: (0..<100).map(Double.init)),
        ]
        let health = DatasetHealth(
            columns: columns.map(ColumnHealth.init),
            rows: 100,
            twins: [
                ColumnTwins(first: "one", second: "many", equalRows: 100, equalValues: 100),
                ColumnTwins(first: "one", second: "none", equalRows: 96, equalValues: 96),
                ColumnTwins(first: "many", second: "none", equalRows: 90, equalValues: 90),
            ]
        )
        #expect(health.constantColumns == ["one"])
        #expect(health.almostConstantColumns == ["one", "nearly"])
        #expect(health.emptyColumns == ["none"])
        #expect(health.missingCells == 100)
        #expect(health.duplicatedColumns.map(\.second) == ["many"])
        #expect(health.almostDuplicatedColumns.map(\.second) == ["none"])
    }

    @Test func `under compatibility a dataset is counted as Evidently counts it`() {
        let columns = [
            ReportColumn(name: "none", numbers: Array(repeating: .nan, count: 100)),
            ReportColumn(name: "gaps", numbers: Array(repeating: 4, count: 94) + Array(repeating: .nan, count: 6)),
        ]
        let twins = [
            ColumnTwins(first: "none", second: "gaps", equalRows: 100, equalValues: 0),
            ColumnTwins(first: "gaps", second: "none", equalRows: 100, equalValues: 97),
        ]
        let ours = DatasetHealth(columns: columns.map(ColumnHealth.init), rows: 100, twins: twins)
        let theirs = DatasetHealth(
            columns: columns.map(ColumnHealth.init),
            rows: 100,
            twins: twins,
            compatibility: .evidently
        )
        #expect(ours.missingShare == 0.53 && theirs.missingShare == 1.06)
        #expect(ours.constantColumns == ["gaps"] && theirs.constantColumns == ["none", "gaps"])
        #expect(ours.almostConstantColumns == ["gaps"] && theirs.almostConstantColumns.isEmpty)
        #expect(ours.almostDuplicatedColumns.isEmpty && theirs.almostDuplicatedColumns == [twins[1]])
    }

    @Test func `under compatibility infinities are numbers, and missing values a category without rows`() throws {
        var quirks = SummaryQuirks()
        quirks.negativeInfinities = 1
        quirks.missingLabel = "nan"
        let numbers = ReportColumn(name: "x", numbers: [-.infinity, 1, 2, 3, 4, 5, 6, .infinity, .nan])
        let found = try #require(ColumnSummary(reference: nil, current: numbers, quirks: quirks).current.numbers)
        // numpy.quantile of the eight numbers.
        #expect(found.quartiles == [1.75, 3.5, 5.25] && found.mean.isNaN && found.deviation == nil)
        #expect(found.minimum == -.infinity && found.maximum == .infinity)
        #expect(ColumnSummary(reference: nil, current: numbers).current.numbers?.minimum == 1)
        let texts = ReportColumn(name: "t", categories: CategoryCounts(["a", nil]))
        let counted = ColumnSummary(reference: nil, current: texts, quirks: quirks)
        #expect(counted.categories.map(\.label) == ["a", "nan"] && counted.categories.map(\.count) == [1, 0])
        #expect(ColumnSummary(reference: nil, current: texts).categories.count == 1)
    }

    @Test func `a column without a number still has Evidently's metrics, of null`() {
        let empty = ReportColumn(name: "x", numbers: [.nan, .nan])
        let report = SummaryReport(
            reference: nil,
            current: (DatasetLabel(name: "now", rows: 2), DatasetHealth(columns: [ColumnHealth(empty)], rows: 2)),
            columns: [ColumnSummary(reference: nil, current: empty)]
        )
        let metrics = report.json["metrics"]?.arrayValue ?? []
        let mean = metrics.first { $0["metric_name"] == "MeanValue(column=x)" }
        #expect(mean?["value"] == .null)
        #expect(metrics.count { $0["metric_name"]?.stringValue?.hasPrefix("QuantileValue(column=x") == true } == 3)
    }

    @Test func `a request survives the way through JSON`() throws {
        var request = ReportRequest(kind: .performance)
        request.columns = ["a"]
        request.drift.method = .populationStabilityIndex
        request.drift.columnThresholds = ["a": 0.25]
        request.drift.correction = nil
        request.drift.compatibility = .evidently
        request.model = ReportRequest.Model(target: "y")
        request.model?.score = "p"
        #expect(try ReportRequest(json: request.json) == request)
    }

    @Test(arguments: [
        ("{}", "'kind' is needed"), (#"{"kind":"x"}"#, "is one of drift, summary, performance"),
        (#"{"kind":"drift","drift":{"threshold":"a"}}"#, "'drift.threshold' must be a number"),
        (#"{"kind":"drift","drift":{"column_methods":{"a":"kss"}}}"#, "'drift.column_methods.a' is one of"),
        (#"{"kind":"drift","drift":{"drift_share":2}}"#, "drift share is a number from 0 to 1"),
        (#"{"kind":"drift","columns":[1]}"#, "'columns' must be an array of strings"),
        (#"{"kind":"performance","model":{"target":"y","x":1}}"#, "there is no 'model.x'"),
    ])
    func `a request that cannot be names the member`(text: String, message: String) throws {
        let object = try #require(try JSONValue.parse(Array(text.utf8)).objectValue)
        let error = #expect(throws: ReportError.self) { try ReportRequest(json: object) }
        #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
    }
}
