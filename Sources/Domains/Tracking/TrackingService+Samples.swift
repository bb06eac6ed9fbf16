internal import SQLStore

extension TrackingService {
    /// An even sample of the points of a metric over step, time and value: the first of each of `limit` parts that are
    /// as equal as can be, and the last point in place of the last of them.
    ///
    /// - Parameters:
    ///   - key: the metric.
    ///   - id: the run.
    ///   - steps: which steps to look at; nil for all.
    ///   - limit: how many points at most.
    /// - Returns: the points by step; empty for an unknown run or metric.
    /// - Throws: `SQLError`.
    package func metricSample(
        _ key: String,
        of id: RunID,
        steps: ClosedRange<Int64>? = nil,
        limit: Int
    ) async throws -> [MetricPoint] {
        let keys = keys
        return try await database.read { transaction in
            guard let number = try keys.number(of: key, in: transaction),
                let run = try RunStore(transaction: transaction).find(id)
            else { return [] }
            return try MetricStore(transaction: transaction)
                .sample(run: run.row, key: number, steps: steps ?? .min ... .max, limit: limit)
        }
    }

    /// The points of a metric over equal parts of a range of steps: what a chart of that width can show.
    ///
    /// Reads some hundred bytes for each thousand points, and the points where a part begins; a million points take a few
    /// milliseconds.
    ///
    /// - Parameters:
    ///   - key: the metric.
    ///   - id: the run.
    ///   - first: the first step; nil for the first that there is.
    ///   - last: the last step; nil for the last that there is.
    ///   - buckets: how many parts at most.
    /// - Returns: the parts that have a point; none for an unknown metric.
    /// - Throws: `TrackingError` with code `doesNotExist` for an unknown run; `SQLError`.
    package func metricChart(
        _ key: String,
        of id: RunID,
        from first: Int64? = nil,
        to last: Int64? = nil,
        buckets: Int
    ) async throws -> MetricChart {
        let keys = keys
        return try await database.read { transaction in
            let run = try RunStore(transaction: transaction).require(id)
            guard let number = try keys.number(of: key, in: transaction) else {
                return MetricChart(steps: nil, buckets: [])
            }
            return try MetricStore(transaction: transaction)
                .chart(run: run.row, key: number, from: first, to: last, count: buckets)
        }
    }
}
