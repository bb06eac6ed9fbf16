/// How the parts that a monitor depends on are doing now.
package protocol HealthSource: Sendable {
    /// One reading for each part that works for the monitor's topics.
    func readings(for definition: MonitorDefinition) async -> [HealthReading]
}

/// How one part is doing: a deployment that scores the input, or a partition of a consumer group.
package struct HealthReading: Sendable, Hashable {
    /// The part, such as `deployment rain-champion`.
    package var part: String

    /// Rows that it has yet to take.
    package var lag: Int64

    /// A number that grows with each row that it takes.
    package var progress: Int64

    /// Rows that it could not use, since its start; nil where that is not counted.
    package var errors: Int64?

    /// Latency from event to acknowledged result, 99th percentile, in milliseconds; nil where it is not known.
    package var latencyMilliseconds: Double?

    /// Whether the part is the input itself, whose progress is the rows that come in.
    package var isInput: Bool

    /// Describes a part.
    package init(part: String, lag: Int64, progress: Int64, isInput: Bool = false) {
        self.part = part
        self.lag = lag
        self.progress = progress
        self.isInput = isInput
    }
}
