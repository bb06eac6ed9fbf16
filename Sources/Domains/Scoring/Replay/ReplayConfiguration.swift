package import Streams

/// What a replay sends where, and how fast.
package struct ReplayConfiguration: Sendable {
    /// The replay's name, for example `weather-station`.
    package var name: String
    /// The topic of rows, into which nobody else writes; rows go to its partitions in turn.
    package var output: String
    /// The topic of labels, likewise; nil where labels are not released.
    package var labels: String?
    /// The pace.
    package var rowsPerSecond: Double
    /// A row's label is released when the row this many later is sent; the last ones when the rows have ended.
    package var labelDelayRows: Int
    /// How the topics are reached.
    package var streams: StreamConfiguration

    /// Describes a replay.
    package init(
        name: String,
        output: String,
        labels: String?,
        rowsPerSecond: Double,
        labelDelayRows: Int,
        streams: StreamConfiguration
    ) {
        self.name = name
        self.output = output
        self.labels = labels
        self.rowsPerSecond = rowsPerSecond
        self.labelDelayRows = labelDelayRows
        self.streams = streams
    }
}
