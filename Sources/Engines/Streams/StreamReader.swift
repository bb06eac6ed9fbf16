internal import Execution

/// Reads fixed partitions from given offsets, without a consumer group.
///
/// Records of one partition come in order. librdkafka fetches ahead up to
/// ``StreamConfiguration/readAheadKilobytes`` and reconnects by itself when a broker restarts. Waiting happens on a
/// thread of the reader's own. Use one reader from one task at a time.
package final class StreamReader: Sendable {
    private let core: ReaderCore
    private let thread = DedicatedThread(name: "kafka-reader")

    /// Starts reading; connects in the background, so a topic that does not exist shows in the first read.
    ///
    /// An offset may also be ``LogicalOffset/beginning`` or ``LogicalOffset/end``.
    ///
    /// - Throws: `StreamError` with code `configuration`.
    package init(_ configuration: StreamConfiguration, assignments: [(TopicPartition, Int64)]) throws {
        core = try ReaderCore(configuration)
        for (partition, offset) in assignments { try core.start(partition, at: offset) }
    }

    /// Takes what is there, at most `maximum` records, waiting up to `wait` for the first one; empty where none came.
    ///
    /// Returns as soon as there is any record. Cancelling the task ends the wait with an empty batch.
    ///
    /// - Throws: `StreamError`, for example with code `offsetOutOfRange` or `unknownTopic`, after the records before it
    ///   have been taken. The reader remains usable: other partitions go on, and ``seek(_:to:)`` revives this one.
    package func nextBatch(maximum: Int, wait: Duration) async throws -> StreamBatch {
        let core = core
        return try await withTaskCancellationHandler {
            try await thread.run { try core.consume(maximum: maximum, wait: wait) }
        } onCancel: {
            core.wake()
        }
    }

    /// Like ``nextBatch(maximum:wait:)``, with copies that may be kept.
    package func next(maximum: Int, wait: Duration) async throws -> [StreamRecord] {
        try await nextBatch(maximum: maximum, wait: wait).records()
    }

    /// Ends a read that waits now, or else the next one, with what is there.
    package func wake() {
        core.wake()
    }

    /// The offset behind the newest record of a partition, as the last fetch told; nil before the first fetch.
    package func knownEnd(_ partition: TopicPartition) -> Int64? {
        core.knownEnd(partition)
    }

    /// Goes on reading a partition at another offset.
    package func seek(_ partition: TopicPartition, to offset: Int64) async throws {
        let core = core
        try await thread.run { try core.seek(partition, to: offset, timeout: .seconds(10)) }
    }

    /// Stops fetching; reads that wait end, later ones fail with code `closed`.
    package func close() async {
        let core = core
        core.wake()
        try? await thread.run { core.close() }
    }
}
