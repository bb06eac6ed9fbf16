internal import Filters
internal import SQLStore

extension TrackingService {
    /// Computes metrics over traces, spans or assessments; one point for each group, by time and dimension.
    ///
    /// Reads every row that the query selects.
    ///
    /// - Throws: `TrackingError` with code `invalidParameter`.
    package func traceMetrics(_ query: TraceMetricsQuery) async throws -> Page<TraceMetricsPoint> {
        try TraceMetricsRules.check(query)
        return try await database.read { transaction in
            try translatingFilterErrors {
                let source = TraceMetricsSource(query: query)
                let statement = try source.statement()
                let offset = try PageToken(parsing: query.pageToken)?.offset ?? 0
                var groups = TraceMetricsGroups(source)
                if !query.experiments.isEmpty {
                    try transaction.forEach(statement.sql, statement.arguments) { try groups.add($0) }
                }
                let rest = Array(groups.points().dropFirst(offset))
                let next = rest.count > query.limit ? PageToken(offset: offset + query.limit).text : nil
                return Page(items: Array(rest.prefix(query.limit)), next: next)
            }
        }
    }

    /// Counts for how many traces two filters hold, alone and together.
    ///
    /// - Parameters:
    ///   - first: a filter as searches take it.
    ///   - second: another one.
    ///   - base: a filter that holds for every trace that is looked at; nil for all.
    ///   - experiments: the experiments of the traces.
    /// - Returns: the counts.
    /// - Throws: `TrackingError` with code `invalidParameter`.
    package func correlation(
        of first: String,
        and second: String,
        within base: String?,
        experiments: [ExperimentID]
    ) async throws -> FilterCorrelation {
        try await database.read { transaction in
            try translatingFilterErrors {
                let all = try TraceSearch.scope(base, experiments: experiments)
                let left = try TraceSearch.condition(first)
                let right = try TraceSearch.condition(second)
                func count(_ condition: SQLCondition) throws -> Int64 {
                    guard !experiments.isEmpty else { return 0 }
                    let sql = "SELECT count(*) FROM traces t WHERE \(condition.sql)"
                    return try transaction.first(sql, condition.arguments)?.int(0) ?? 0
                }
                return FilterCorrelation(
                    total: try count(all),
                    first: try count(all && left),
                    second: try count(all && right),
                    both: try count(all && left && right)
                )
            }
        }
    }
}
