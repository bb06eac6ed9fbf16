import Testing

@testable import SQLStore
@testable import Tracking

/// Charts say the same as the points that they stand for.
@Suite struct MetricChartTests {
    private let fixture: TrackingFixture
    private let run: RunID

    init() async throws {
        fixture = try await TrackingFixture()
        run = try await fixture.run("r")
    }

    private func log(_ points: [(step: Int64, value: Double)]) async throws {
        for start in stride(from: 0, to: points.count, by: 1_000) {
            let part = points[start..<min(points.count, start + 1_000)]
            let metrics = part.map { Metric(key: "m", value: $0.value, timestamp: 1 + abs($0.step / 7), step: $0.step) }
            try await fixture.tracking.logBatch(LogBatch(metrics: metrics), to: run)
        }
    }

    /// The chart, from all points one by one.
    private func expected(_ steps: ClosedRange<Int64>, _ count: Int) async throws -> MetricChart {
        var builder = MetricChartBuilder(steps, count: count)
        builder.add(try await fixture.tracking.metricHistory("m", of: run).items)
        return builder.chart
    }

    @Test(arguments: [1, 3, 100, 5_000], [nil, 2_500...2_600, -50...40, 4_990...9_000] as [ClosedRange<Int64>?])
    func chunksAddUpToTheirPoints(buckets: Int, steps: ClosedRange<Int64>?) async throws {
        try await log((0..<5_000).map { ($0, $0 % 97 == 0 ? .nan : Double($0 * 7_919 % 1_013)) })
        let chart = try await fixture.tracking.metricChart(
            "m",
            of: run,
            from: steps?.lowerBound,
            to: steps?.upperBound,
            buckets: buckets
        )
        #expect(chart == (try await expected(steps ?? 0...4_999, buckets)))
        #expect(chart.buckets.count <= buckets)
        #expect(chart.buckets.isEmpty == false)
    }

    /// The sample, from all points at once.
    private func sampled(_ steps: ClosedRange<Int64>, _ limit: Int) async throws -> [MetricPoint] {
        let points = try await fixture.tracking.metricHistory("m", of: run).items.filter { steps.contains($0.step) }
            .sorted { ($0.step, $0.timestamp) < ($1.step, $1.timestamp) }
        guard points.count > limit else { return points }
        let (size, longer) = points.count.quotientAndRemainder(dividingBy: limit)
        return (0..<limit - 1).map { points[$0 * size + min($0, longer)] } + [points[points.count - 1]]
    }

    @Test(arguments: [1, 7, 320, 9_000], [Int64.min ... .max, 2_500...2_600, -50...40, 4_990...9_000, 9_000...9_001])
    func aSampleReadsSomeChunksAndIsThatOfAllPoints(limit: Int, steps: ClosedRange<Int64>) async throws {
        try await log((0..<5_000).map { ($0, Double($0 * 7_919 % 1_013)) })
        let sample = try await fixture.tracking.metricSample("m", of: run, steps: steps, limit: limit)
        #expect(sample == (try await sampled(steps, limit)))
    }

    @Test func aSampleOfStepsThatComeAgainIsThatOfAllPoints() async throws {
        for round in 0..<3 { try await log((0..<1_500).map { ($0 % 700, Double($0 + Int64(round) * 10_000)) }) }
        let sample = try await fixture.tracking.metricSample("m", of: run, limit: 100)
        #expect(sample.map(\.step) == (try await sampled(.min ... .max, 100)).map(\.step))
        #expect(sample.count == 100)
    }

    @Test func aBucketHoldsLowestHighestLastAndCount() async throws {
        try await log([(0, 5), (1, -3), (2, 8), (3, 2), (10, .nan)])
        let chart = try await fixture.tracking.metricChart("m", of: run, buckets: 2)
        #expect(chart.steps == 0...10)
        #expect(chart.buckets.map(\.count) == [4, 1])
        #expect(chart.buckets[0].values == -3...8)
        #expect(chart.buckets[0].steps == 0...3)
        #expect(chart.buckets[0].last.value == 2)
        #expect(chart.buckets[1].values == nil)
    }

    @Test func stepsMayLieAnywhere() async throws {
        try await log([(.min, 1), (0, 2), (.max, 3)].map { ($0.0, $0.1) })
        let chart = try await fixture.tracking.metricChart("m", of: run, buckets: 3)
        #expect(chart.buckets.map(\.last.value) == [1, 2, 3])
    }

    @Test func chunksOfAnOlderVersionAreRead() async throws {
        try await log((0..<3_000).map { ($0, Double($0)) })
        let whole = try await fixture.tracking.metricChart("m", of: run, buckets: 10)
        try await fixture.database.write { try $0.execute("DELETE FROM metric_summaries") }
        #expect(try await fixture.tracking.metricChart("m", of: run, buckets: 10) == whole)
    }

    @Test func removingTheMetricsOfARunLeavesNoSummary() async throws {
        try await log((0..<3_000).map { ($0, Double($0)) })
        let id = run
        let left = try await fixture.database.write { transaction in
            let row = try RunStore(transaction: transaction).require(id).row
            try MetricStore(transaction: transaction).removeAll(of: row)
            return try transaction.first("SELECT count(*) FROM metric_summaries")?.int(0)
        }
        #expect(left == 0)
        #expect(try await fixture.tracking.metricChart("m", of: run, buckets: 10).buckets.isEmpty)
    }

    @Test func anUnknownMetricHasNoBucketsAndAnUnknownRunIsAnError() async throws {
        #expect(try await fixture.tracking.metricChart("none", of: run, buckets: 10).buckets.isEmpty)
        await #expect(throws: TrackingError.self) {
            try await fixture.tracking.metricChart("m", of: RunID("none"), buckets: 10)
        }
    }
}
