internal import SQLStore

extension MetricStore {
    /// The points of one metric over equal parts of a range of steps; reads the points of those chunks only that lie in
    /// more than one part, and of the newest ones.
    ///
    /// - Parameters:
    ///   - run: the run's row.
    ///   - key: the metric's number.
    ///   - first: the first step; nil for the first that there is.
    ///   - last: the last step; nil for the last that there is.
    ///   - count: how many parts at most.
    /// - Returns: the parts that hold points; without steps when there are none.
    /// - Throws: `SQLError`, and an error that says so where stored points cannot be read.
    func chart(
        run: Int64,
        key: Int64,
        from first: Int64?,
        to last: Int64?,
        count: Int
    ) throws -> MetricChart {
        guard let series = try transaction.first(ChartStatements.selectTail, [.int(run), .int(key)]) else {
            return MetricChart(steps: nil, buckets: [])
        }
        let tail = try unpack(series.blob(0))
        var summaries: [(number: Int64, summary: MetricSummary)] = []
        let bounds: [SQLValue] = [.int(first ?? .min), .int(last ?? .max)]
        try transaction.forEach(ChartStatements.selectSummaries, [.int(run), .int(key)] + bounds) { row in
            let number = try row.int(0)
            if let summary = try MetricSummary(row, from: 1) { summaries.append((number, summary)) }
        }
        for (number, points) in try unsummarised(run: run, key: key, series.int(1)) {
            if let summary = MetricSummary(points) { summaries.append((number, summary)) }
        }
        let all = summaries.map(\.summary.steps) + (MetricSummary(tail).map { [$0.steps] } ?? [])
        guard let lowest = first ?? all.map(\.lowerBound).min(), let highest = last ?? all.map(\.upperBound).max(),
            lowest <= highest
        else { return MetricChart(steps: nil, buckets: []) }
        var builder = MetricChartBuilder(lowest...highest, count: count)
        for (number, summary) in summaries where !builder.add(summary) {
            builder.add(try points(run: run, key: key, chunk: number))
        }
        builder.add(tail)
        return builder.chart
    }

    /// Notes what a chart needs to know of a chunk that is written.
    func summarise(_ points: some Collection<MetricPoint>, run: Int64, key: Int64, number: Int64) throws {
        guard let summary = MetricSummary(points) else { return }
        try transaction.execute(
            ChartStatements.upsertSummary,
            [.int(run), .int(key), .int(number)] + summary.arguments
        )
    }

    /// The chunks of a data folder that an older version wrote.
    private func unsummarised(run: Int64, key: Int64, _ chunks: Int64) throws -> [(Int64, [MetricPoint])] {
        let known = try transaction.first(ChartStatements.countSummaries, [.int(run), .int(key)])?.int(0) ?? 0
        guard chunks > known else { return [] }
        return try transaction.query(ChartStatements.selectUnsummarised, [.int(run), .int(key)]).map { row in
            (try row.int(0), try unpack(row.blob(1)))
        }
    }

    /// The points of one chunk.
    func points(run: Int64, key: Int64, chunk: Int64) throws -> [MetricPoint] {
        let row = try transaction.first(ChartStatements.selectPoints, [.int(run), .int(key), .int(chunk)])
        return try row.map { try unpack($0.blob(0)) } ?? []
    }

    private enum ChartStatements {
        static let columns = "first_step, last_step, count, low, high, end_step, end_time, end_value"
        static let selectTail = "SELECT tail, chunks FROM metric_series WHERE run = ? AND key = ?"
        static let selectPoints = "SELECT points FROM metric_chunks WHERE run = ? AND key = ? AND number = ?"
        static let selectSummaries = """
            SELECT number, \(columns) FROM metric_summaries WHERE run = ? AND key = ? AND last_step >= ? AND first_step <= ?
            """
        static let countSummaries = "SELECT count(*) FROM metric_summaries WHERE run = ? AND key = ?"
        static let selectUnsummarised = """
            SELECT c.number, c.points FROM metric_chunks c WHERE c.run = ? AND c.key = ? AND NOT EXISTS
                (SELECT 1 FROM metric_summaries s WHERE s.run = c.run AND s.key = c.key AND s.number = c.number)
            """
        static let upsertSummary = """
            INSERT INTO metric_summaries (run, key, number, \(columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (run, key, number) DO UPDATE SET first_step = excluded.first_step,
                last_step = excluded.last_step, count = excluded.count, low = excluded.low, high = excluded.high,
                end_step = excluded.end_step, end_time = excluded.end_time, end_value = excluded.end_value
            """
    }
}
