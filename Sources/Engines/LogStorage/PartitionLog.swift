internal import Files
package import KafkaWire
internal import Primitives
internal import Telemetry

/// One partition: its segments, what may be read of them, and who wrote them.
///
/// Belongs to one thread, the broker's loop. Appending writes to the page cache; what that promises is decided by the
/// flush policy: ``highWatermark`` moves only over what the policy covers.
package final class PartitionLog {
    /// A place in the log that a reader stopped at, so that it need not be searched again.
    struct Hint {
        let offset: Int64
        let segmentBase: Int64
        let position: Int
    }

    /// What a flush under way covers.
    struct FlushInProgress {
        let end: Hint
        let closed: [Segment]
    }

    /// The topic and the partition's number, for messages.
    package let name: String
    /// The number under which the store knows the partition.
    package let ordinal: Int
    let directory: String
    let acknowledgesAfterFlush: Bool
    /// The topic's settings.
    package var settings: TopicSettings
    /// In order; the last one is written to.
    ///
    /// Never empty.
    var segments: [Segment] = []
    var producers = ProducerTable()
    var aborted = AbortedTransactions()
    var closedSinceFlush: [Segment] = []
    var directoryIsDirty = false
    var flushInProgress: FlushInProgress?
    var durable = Hint(offset: 0, segmentBase: 0, position: 0)
    var flushedTo: Int64 = 0
    /// Keys have been compared up to here since the partition was opened.
    var cleanTo: Int64 = 0
    var isListedForFlush = false
    var hints: [Hint] = []
    var nextHint = 0

    /// The first offset that may be read.
    package internal(set) var logStartOffset: Int64
    /// Rises when a crash took records away, so that readers notice.
    package internal(set) var leaderEpoch: Int32
    /// Why the partition is out of order; nil when it is well.
    package internal(set) var failure: String?

    static let logger = Logger(label: "log")

    /// Opens a partition's folder, making it where it is missing, and recovers what is in it.
    ///
    /// - Parameters:
    ///   - name: the topic and number for messages.
    ///   - ordinal: a number of its own among the store's partitions.
    ///   - directory: the folder.
    ///   - settings: the topic's settings.
    ///   - logStartOffset: the first offset to keep, as remembered.
    ///   - leaderEpoch: the epoch, as remembered.
    ///   - acknowledgesAfterFlush: whether readers see only what is on the disk.
    /// - Throws: ``StorageError`` when files cannot be read or written.
    init(
        name: String,
        ordinal: Int,
        directory: String,
        settings: TopicSettings,
        logStartOffset: Int64,
        leaderEpoch: Int32,
        acknowledgesAfterFlush: Bool
    ) throws(StorageError) {
        self.name = name
        self.ordinal = ordinal
        self.directory = directory
        self.settings = settings
        self.logStartOffset = logStartOffset
        self.leaderEpoch = leaderEpoch
        self.acknowledgesAfterFlush = acknowledgesAfterFlush
        try recover()
    }

    /// The segment that is written to.
    var active: Segment {
        guard let last = segments.last else { preconditionFailure("a partition always has a segment") }
        return last
    }

    /// The offset that the next record gets.
    package var nextOffset: Int64 { active.nextOffset }

    /// The end of what may be read.
    package var highWatermark: Int64 { durable.offset }

    /// The end of what readers of committed records may read.
    package var lastStableOffset: Int64 { min(producers.firstOpenOffset ?? highWatermark, highWatermark) }

    /// The bytes of all segments.
    package var byteCount: Int { segments.reduce(0) { $0 + $1.size } }

    /// The producers for DescribeProducers.
    package var producerDescriptions: [DescribeProducersResponse.Producer] {
        producers.producers.sorted { $0.key < $1.key }.map { id, producer in
            DescribeProducersResponse.Producer(
                producerID: id,
                epoch: producer.epoch,
                lastSequence: producer.batches.last?.lastSequence ?? -1,
                lastTimestamp: producer.lastTimestamp,
                transactionStart: producer.transactionStart ?? -1
            )
        }
    }

    /// The epoch and end of an open transaction of a producer; nil when it has none here.
    package func openTransactionEpoch(of producerID: Int64) -> Int16? {
        guard let producer = producers.producers[producerID], producer.transactionStart != nil else { return nil }
        return producer.epoch
    }

    /// Takes the partition out of service because its topic is deleted.
    func goAway() { failure = failure ?? "the topic was deleted" }

    /// Takes the partition out of service after a failure that it cannot undo.
    func goOffline(_ reason: String) {
        guard failure == nil else { return }
        failure = reason
        Self.logger.error("partition offline", ["partition": name, "reason": reason])
    }
}
