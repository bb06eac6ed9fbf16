/// The points of a metric over equal parts of a range of steps.
package struct MetricChart: Sendable, Equatable {
    /// The points of one part.
    package struct Bucket: Sendable, Equatable {
        /// The first and last step that there is a point at.
        package var steps: ClosedRange<Int64>
        /// How many points there are.
        package var count: Int64
        /// The lowest and highest value; nil when no point is a number.
        package var values: ClosedRange<Double>?
        /// The last point by step, time and value.
        package var last: MetricPoint
    }

    /// The range of steps that was looked at; nil when there is no point at all.
    package let steps: ClosedRange<Int64>?
    /// The parts that have a point, by step.
    package let buckets: [Bucket]
}

/// Sorts points and summaries of points into the parts of a range of steps.
struct MetricChartBuilder {
    private let range: ClosedRange<Int64>
    /// The steps of one part.
    private let width: UInt64
    private var parts: [Int: MetricChart.Bucket] = [:]

    /// A chart of at most `count` parts.
    init(_ range: ClosedRange<Int64>, count: Int) {
        self.range = range
        // Steps may lie anywhere in 64 bits: the distance is counted without a sign.
        let distance = UInt64(bitPattern: range.upperBound &- range.lowerBound)
        width = distance / UInt64(max(1, count)) + 1
    }

    /// Adds a summary; false when it does not lie within one part and its points are needed.
    mutating func add(_ summary: MetricSummary) -> Bool {
        guard range.overlaps(summary.steps) else { return true }
        guard range.contains(summary.steps.lowerBound), range.contains(summary.steps.upperBound),
            part(of: summary.steps.lowerBound) == part(of: summary.steps.upperBound)
        else { return false }
        let bucket = MetricChart.Bucket(
            steps: summary.steps,
            count: summary.count,
            values: summary.values,
            last: summary.last
        )
        add(bucket, to: part(of: summary.steps.lowerBound))
        return true
    }

    /// Adds the points that lie in the range.
    mutating func add(_ points: [MetricPoint]) {
        for point in points where range.contains(point.step) {
            let value = point.value
            let bucket = MetricChart.Bucket(
                steps: point.step...point.step,
                count: 1,
                values: value.isNaN ? nil : value...value,
                last: point
            )
            add(bucket, to: part(of: point.step))
        }
    }

    /// The chart.
    var chart: MetricChart {
        MetricChart(steps: range, buckets: parts.sorted { $0.key < $1.key }.map(\.value))
    }

    private func part(of step: Int64) -> Int {
        Int(UInt64(bitPattern: step &- range.lowerBound) / width)
    }

    private mutating func add(_ bucket: MetricChart.Bucket, to part: Int) {
        guard let known = parts[part] else {
            parts[part] = bucket
            return
        }
        let lowest = min(known.steps.lowerBound, bucket.steps.lowerBound)
        var values = known.values ?? bucket.values
        if let one = known.values, let other = bucket.values {
            values = min(one.lowerBound, other.lowerBound)...max(one.upperBound, other.upperBound)
        }
        parts[part] = MetricChart.Bucket(
            steps: lowest...max(known.steps.upperBound, bucket.steps.upperBound),
            count: known.count + bucket.count,
            values: values,
            last: bucket.last.supersedes(known.last) ? bucket.last : known.last
        )
    }
}
