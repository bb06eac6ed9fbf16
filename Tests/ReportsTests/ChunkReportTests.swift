import Files
import JSON
import Statistics
import Testing

@testable import Reports

struct ChunkReportTests {
    // MARK: Quality of the data

    /// The frames of the golden numbers: infinities are missing there, and some rows have a new city.
    private func side(_ name: String) throws -> GoldenFrame { try GoldenFrame("frame_\(name)") }

    private func quality(_ metric: ChunkStatistic, _ column: String) throws -> ChunkQuality {
        let (before, now) = (try side("reference"), try side("current"))
        func ranges(_ count: Int) -> [Range<Int>] { ChunkPlan.rows(100).ranges(of: count) }
        func measures(_ side: GoldenFrame, isCurrent: Bool) -> [ChunkMeasure] {
            if metric == .rows { return ranges(side.rows).map { ChunkMeasure(value: Double($0.count)) } }
            if ChunkStatistic.ofCategories.contains(metric), !GoldenFrame.numerical.contains(column) {
                var texts = side.texts(column)
                if isCurrent, column == "city" { for row in 3...6 { texts[row] = "Quito" } }
                let known = CategoryStatistics(reference: before.texts(column))
                return ranges(texts.count).map { known.measure([metric], of: texts[$0])[metric] ?? .init(value: nil) }
            }
            func finite(_ frame: GoldenFrame) -> [Double] { frame.numbers(column).map { $0.isFinite ? $0 : .nan } }
            let (known, numbers) = (NumberStatistics(reference: finite(before)), finite(side))
            return ranges(numbers.count).map { known.measure([metric], of: numbers[$0])[metric] ?? .init(value: nil) }
        }
        return ChunkQuality(
            metric,
            reference: measures(before, isCurrent: false),
            current: measures(now, isCurrent: true),
            limits: [:]
        )
    }

    @Test(arguments: [
        ("missing_normalized", ChunkStatistic.missingRate), ("missing_counts", .missingCount),
        ("unseen", .unseenRate), ("out_of_range", .outsideRate), ("avg", .mean), ("std", .deviation),
        ("median", .median), ("sum", .sum), ("rows", .rows),
    ])
    func `the quality of chunks is told as NannyML tells it`(id: String, metric: ChunkStatistic) throws {
        let bytes = try File.read(GoldenFrame.path("nannyml_quality.json"), limit: 4 << 20)
        let cases = try JSONValue.parse(bytes)["cases"]?.arrayValue ?? []
        let golden = try #require(cases.first { $0["id"] == .string(id) })
        let chunks = golden["expected"]?.arrayValue ?? []
        var compared = 0
        for column in try #require(chunks.first?.objectValue).keys where column != "chunk" {
            let found = try quality(metric, column)
            let findings = found.series.reference + found.series.current
            let bands = found.bandsOfReference + found.bandsOfCurrent
            #expect(findings.count == chunks.count)
            for (index, chunk) in chunks.enumerated() {
                guard let expected = chunk[column] else { continue }
                let pairs: [(Double?, String)] = [
                    (findings[index].value, "value"), (found.series.limits.upper, "upper_threshold"),
                    (found.series.limits.lower, "lower_threshold"), (bands[index]?.samplingError, "sampling_error"),
                    (bands[index]?.upper, "upper_confidence_boundary"),
                    (bands[index]?.lower, "lower_confidence_boundary"),
                ]
                for (value, name) in pairs {
                    #expect(agrees(value, expected[name]?.doubleValue), "\(id) \(column) \(index) \(name)")
                }
                // NannyML takes a chunk at its limit for unusual, so all chunks of one length.
                if metric != .rows { #expect(.bool(findings[index].isUnusual) == expected["alert"]) }
                compared += 1
            }
        }
        #expect(compared >= 10)
    }

    @Test func `a value at its limit is usual, and limits can be given`() throws {
        let measures = [3.0, 3, 3].map { ChunkMeasure(value: $0) }
        let found = ChunkQuality(.mean, reference: measures, current: measures, limits: [:])
        #expect(found.series.limits.upper == 3 && found.series.unusual == 0)
        let given = ChunkQuality(
            .mean,
            reference: measures,
            current: measures,
            limits: ["values_avg": .constant(lower: nil, upper: 2)]
        )
        #expect(given.series.unusual == 3)
    }

    // MARK: Estimates

    private func side(_ count: Int, _ change: (Int) -> (Double, Bool?, Bool?)) -> ChunkEstimator.Binary {
        let rows = (0..<count).map(change)
        return ChunkEstimator.Binary(scores: rows.map(\.0), predictions: rows.map(\.1), labels: rows.map(\.2))
    }

    private func estimates(_ current: ChunkEstimator.Binary) throws -> [String: ChunkEstimate] {
        let reference = side(200) { row in
            let score = Double(row * 37 % 200) / 200
            return (score, score >= 0.5, (row * 61 % 200) < Int(score * 200))
        }
        let estimator = ChunkEstimator(plan: .rows(20), options: ChunkOptions())
        let found = try estimator.binary(reference, current)
        return Dictionary(found.map { ($0.metric, $0) }) { first, _ in first }
    }

    @Test func `what the classes of a chunk say nothing about has no realised value`() throws {
        let found = try estimates(
            side(60) { row in
                let score = Double(row * 7 % 20) / 20
                // All true, then all predicted, then all negative.
                return row < 20
                    ? (score, score > 0.5, true) : row < 40 ? (score, true, score > 0.3) : (score, false, false)
            }
        )
        for metric in ["f1", "precision", "recall"] {
            #expect(found[metric]?.realisedCurrent == [nil, nil, nil], "\(metric)")
        }
        #expect(found["specificity"]?.realisedCurrent == [nil, 0, 1])
        #expect(found["roc_auc"]?.realisedCurrent.map { $0 == nil } == [true, false, true])
        #expect(found["average_precision"]?.realisedCurrent.map { $0 == nil } == [false, false, true])
        #expect(found["accuracy"]?.realisedCurrent.allSatisfy { $0 != nil } == true)
        #expect(found["true_positive"]?.realisedCurrent[0] == 9 && found["false_negative"]?.realisedCurrent[0] == 11)
        #expect(found["true_negative"]?.realisedCurrent[2] == 20)
    }

    @Test func `rows that lack a score or a prediction are left out of what needs it`() throws {
        let whole = try estimates(side(20) { (Double($0) / 20, $0 > 9, nil) })
        let gaps = try estimates(side(20) { ($0 < 5 ? .nan : Double($0) / 20, $0 > 9 ? true : nil, nil) })
        let rest = try estimates(side(15) { (Double($0 + 5) / 20, $0 > 4, nil) })
        #expect(gaps["roc_auc"]?.series.current.first?.value == rest["roc_auc"]?.series.current.first?.value)
        #expect(gaps["roc_auc"]?.series.current != whole["roc_auc"]?.series.current)
        #expect(gaps["recall"]?.series.current.first?.value == 1)
        let errors = (gaps["accuracy"]?.bandsOfCurrent[0], whole["accuracy"]?.bandsOfCurrent[0])
        let ratio = (errors.0?.samplingError ?? 0) / (errors.1?.samplingError ?? 1)
        #expect(agrees(ratio, 2.0.squareRoot()))
    }

    // MARK: The page

    private let names = ["roc_auc", "average_precision", "f1", "precision", "recall", "specificity", "accuracy"]

    private func report(_ columns: Int, chunks: Int, names: [String]) -> ChunkReport {
        let values = (0..<chunks).map { Double($0 % 7) / 10 }
        let limits = ChunkThreshold.constant(lower: 0.05, upper: 0.55).limits(of: [], within: 0...1)
        let series = ChunkSeries(reference: values, current: values, limits: limits)
        let bands = values.map { EstimateBand($0, error: 0.02, within: 0...1) }
        func estimate(_ metric: String) -> ChunkEstimate {
            ChunkEstimate(
                metric: metric,
                series: series,
                realisedReference: values.map { $0 + 0.01 },
                realisedCurrent: values.map { $0 > 0.3 ? nil : $0 },
                bandsOfReference: bands,
                bandsOfCurrent: bands
            )
        }
        let measures = values.map { ChunkMeasure(value: $0) }
        let quality = ChunkQuality(.mean, reference: measures, current: measures, limits: [:])
        return ChunkReport(
            reference: DatasetLabel(name: "train", rows: 10 * chunks),
            current: DatasetLabel(name: "now", rows: 10 * chunks),
            options: {
                var options = ChunkOptions()
                options.plan = .rows(10)
                return options
            }(),
            columns: (0..<columns).map { index in
                ChunkColumn(
                    name: "a column with a long name, number \(index)",
                    kind: .numerical,
                    series: Dictionary(uniqueKeysWithValues: ChunkMethod.ofNumbers.map { ($0, series) }),
                    quality: Array(repeating: quality, count: 5)
                )
            },
            estimates: names.map(estimate),
            skipped: []
        )
    }

    @Test func `the page draws estimate, band, limits, realised values and what is unusual`() {
        let html = report(1, chunks: 14, names: names).html
        #expect(html.split(separator: "class=\"chart\"").count == 8)
        for part in ["class=\"band\"", "class=\"est\"", "class=\"was\"", "class=\"unusual\"", "0.02", "0.54 … 0.66"] {
            let isThere = html.contains(part)
            #expect(isThere, "\(part)")
        }
        #expect(html.split(separator: "class=\"limit\"").count == 15)
        // Of each side two values lie below the lower limit and two above the upper one.
        #expect(html.contains("aria-label=\"roc_auc by chunk, 8 of 28 unusual\""))
        #expect(html.split(separator: "h.01").count == 7 * 8 + 1)
    }

    @Test func `a page of hundreds of columns and chunks stays below 200 kB and needs nothing from outside`() {
        let html = report(300, chunks: 500, names: names + ChunkOptions.counts).html
        #expect(html.utf8.count < 200_000, "\(html.utf8.count)")
        #expect(html.contains("more rows are in the JSON"))
        for outside in ["http:", "https:", "src=", "@import", "url("] { #expect(!html.contains(outside), "\(outside)") }
    }
}
