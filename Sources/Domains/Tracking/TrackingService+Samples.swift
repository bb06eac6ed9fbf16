internal import SQLStore

extension TrackingService {
    /// An even sample of the points of a metric over step, time and value, with the first and the last one.
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
        let points = try await metricHistory(key, of: id).items
            .filter { steps?.contains($0.step) ?? true }
            .sorted { ($0.step, $0.timestamp, $0.value) < ($1.step, $1.timestamp, $1.value) }
        guard points.count > limit, limit > 1 else { return Array(points.prefix(max(1, limit))) }
        return (0..<limit).map { points[$0 * (points.count - 1) / (limit - 1)] }
    }
}
