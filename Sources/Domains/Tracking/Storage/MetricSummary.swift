internal import SQLStore

/// What a chart needs to know of a packed chunk of points: it need not unpack a chunk that lies within one bucket.
struct MetricSummary: Equatable {
    /// The lowest and highest step.
    let steps: ClosedRange<Int64>
    /// How many points there are.
    let count: Int64
    /// The lowest and highest value; nil when no point is a number.
    let values: ClosedRange<Double>?
    /// The last point by step, time and value.
    let last: MetricPoint

    static let migration = Migration(
        id: "tracking-metrics-001",
        statements: [
            // One row a row of metric_chunks, in a table of its own: a chart reads many and none of the points.
            // Chunks that are older than this table have none until they are written again.
            """
            CREATE TABLE metric_summaries (
                run BIGINT NOT NULL, key BIGINT NOT NULL, number BIGINT NOT NULL, first_step BIGINT NOT NULL,
                last_step BIGINT NOT NULL, count BIGINT NOT NULL, low DOUBLE PRECISION, high DOUBLE PRECISION,
                end_step BIGINT NOT NULL, end_time BIGINT NOT NULL, end_value DOUBLE PRECISION,
                PRIMARY KEY (run, key, number)) WITHOUT ROWID
            """
        ]
    )

    /// The summary of points; nil of none.
    init?(_ points: some Collection<MetricPoint>) {
        guard let first = points.first else { return nil }
        var last = first
        var (lowStep, highStep) = (first.step, first.step)
        var values: ClosedRange<Double>?
        for point in points {
            lowStep = min(lowStep, point.step)
            highStep = max(highStep, point.step)
            if point.supersedes(last) { last = point }
            let value = point.value
            if !value.isNaN {
                values = values.map { min($0.lowerBound, value)...max($0.upperBound, value) } ?? value...value
            }
        }
        steps = lowStep...highStep
        count = Int64(points.count)
        self.values = values
        self.last = last
    }

    /// The summary in the columns of the table from `first_step` on, which begin at `index`; nil when there is none.
    init?(_ row: SQLRow, from index: Int) throws {
        guard row[index] != .null else { return nil }
        let (low, high) = (try row.int(index), try row.int(index + 1))
        guard low <= high else { throw MetricDamage() }
        steps = low...high
        count = try row.int(index + 2)
        let values = (try row.optionalDouble(index + 3), try row.optionalDouble(index + 4))
        self.values = if case (let low?, let high?) = values, low <= high { low...high } else { nil }
        last = MetricPoint(
            timestamp: try row.int(index + 6),
            step: try row.int(index + 5),
            value: try row.optionalDouble(index + 7) ?? .nan
        )
    }

    /// The values for the columns from `first_step` on.
    var arguments: [SQLValue] {
        [
            .int(steps.lowerBound), .int(steps.upperBound), .int(count), SQLValue(values?.lowerBound),
            SQLValue(values?.upperBound), .int(last.step), .int(last.timestamp),
            last.value.isNaN ? .null : .double(last.value),
        ]
    }
}
