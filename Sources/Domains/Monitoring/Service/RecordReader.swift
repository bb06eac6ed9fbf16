package import Streams

/// Reads records of fixed partitions in order; what a monitor needs of a stream reader.
package protocol RecordReader: Sendable {
    /// At most `maximum` records, waiting up to `wait` for the first; empty where none came.
    func next(maximum: Int, wait: Duration) async throws -> [StreamRecord]

    /// The offset behind the newest record of a partition, as far as is known; nil before it was read from.
    func knownEnd(_ partition: TopicPartition) -> Int64?

    /// Stops reading.
    func close() async
}

extension StreamReader: RecordReader {}
