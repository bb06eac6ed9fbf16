/// A row to replay.
package struct ReplayRow: Sendable, Hashable {
    /// Event time, Unix milliseconds.
    package let eventTime: Int64
    /// The features as a JSON object, without the label.
    package let value: [UInt8]
    /// What the row turned out to be; nil where that is not known.
    package let label: Double?

    /// Makes a row.
    package init(eventTime: Int64, value: [UInt8], label: Double?) {
        self.eventTime = eventTime
        self.value = value
        self.label = label
    }
}

/// Rows in the order in which they are replayed; always the same ones.
package protocol RowSource: Sendable {
    /// How many rows there are.
    func count() async throws -> Int

    /// The rows of a range, counted from 0.
    func rows(_ range: Range<Int>) async throws -> [ReplayRow]
}
