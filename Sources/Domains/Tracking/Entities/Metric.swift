/// One point of a metric.
package struct Metric: Sendable, Equatable {
    /// The name of the metric.
    package var key: String
    /// Its value; not-a-number is kept, infinities are stored as the largest finite numbers.
    package var value: Double
    /// When it was measured, Unix milliseconds.
    package var timestamp: Int64
    /// The step at which it was measured.
    package var step: Int64
    /// The logged model that it measures.
    package var model: LoggedModelID?
    /// The name of the dataset that it was measured on.
    package var datasetName: String?
    /// The digest of the dataset that it was measured on.
    package var datasetDigest: String?
    /// The run that logged it, where that is not clear from the context.
    package var run: RunID?

    /// A point of a metric.
    package init(key: String, value: Double, timestamp: Int64, step: Int64 = 0) {
        self.key = key
        self.value = value
        self.timestamp = timestamp
        self.step = step
    }

    /// Where and how large the point is.
    var point: MetricPoint {
        MetricPoint(timestamp: timestamp, step: step, value: value)
    }
}

/// A point without the name of its metric, ordered by time, step and value.
package struct MetricPoint: Sendable, Hashable, Comparable {
    /// When it was measured, Unix milliseconds.
    package let timestamp: Int64
    /// The step at which it was measured.
    package let step: Int64
    /// The bits of its value; all not-a-numbers are one.
    private let bits: UInt64

    /// A point, with the value as it is stored.
    package init(timestamp: Int64, step: Int64, value: Double) {
        self.timestamp = timestamp
        self.step = step
        let stored =
            value.isInfinite ? (value < 0 ? -Double.greatestFiniteMagnitude : .greatestFiniteMagnitude) : value
        bits = (value.isNaN ? Double.nan : stored).bitPattern
    }

    /// The value.
    package var value: Double {
        Double(bitPattern: bits)
    }

    package static func < (left: MetricPoint, right: MetricPoint) -> Bool {
        if left.timestamp != right.timestamp { return left.timestamp < right.timestamp }
        if left.step != right.step { return left.step < right.step }
        return left.rank < right.rank
    }

    /// Whether this point is later than another by step, time and value: the one to show as the latest.
    func supersedes(_ other: MetricPoint) -> Bool {
        if step != other.step { return step > other.step }
        if timestamp != other.timestamp { return timestamp > other.timestamp }
        return rank > other.rank
    }

    /// The value as a number that can always be compared: not-a-number counts as zero, as in MLflow's store.
    private var rank: Double {
        value.isNaN ? 0 : value
    }
}
