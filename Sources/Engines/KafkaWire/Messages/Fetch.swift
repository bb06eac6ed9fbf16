/// Records wanted, per partition, and how long to wait for them (API 1).
package struct FetchRequest: WireRequest {
    /// One partition to read.
    package struct Partition: Sendable {
        /// The partition's number.
        package let index: Int32
        /// The leader epoch that the client knows, -1 for none.
        package let currentLeaderEpoch: Int32
        /// The first offset wanted.
        package let fetchOffset: Int64
        /// The most bytes of this partition.
        package let maximumBytes: Int32

        init(from reader: inout WireReader) throws(WireError) {
            index = try reader.int32()
            currentLeaderEpoch = reader.since(9) ? try reader.int32() : -1
            fetchOffset = try reader.int64()
            if reader.since(12) { _ = try reader.int32() }
            if reader.since(5) { _ = try reader.int64() }
            maximumBytes = try reader.int32()
            try reader.tags()
        }
    }

    /// One topic's partitions.
    package typealias Topic = TopicEntries<Partition>

    /// Partitions that leave a session.
    package typealias ForgottenTopic = TopicEntries<Int32>

    /// The longest wait for ``minimumBytes``.
    package let maximumWaitMilliseconds: Int32
    /// Answer at once when there is this much.
    package let minimumBytes: Int32
    /// The most bytes of records in the answer.
    package let maximumBytes: Int32
    /// Whether only committed transactions are wanted.
    package let readCommitted: Bool
    /// The session that the request continues, 0 for none.
    package let sessionID: Int32
    /// The request's number in the session; 0 opens one, -1 wants none.
    package let sessionEpoch: Int32
    /// What to read; in a session only what changed.
    package let topics: [Topic]
    /// What leaves the session.
    package let forgotten: [ForgottenTopic]

    /// Reads the body.
    package init(from reader: inout WireReader) throws(WireError) {
        _ = try reader.int32()
        maximumWaitMilliseconds = try reader.int32()
        minimumBytes = try reader.int32()
        maximumBytes = try reader.int32()
        readCommitted = try reader.int8() == 1
        sessionID = reader.since(7) ? try reader.int32() : 0
        sessionEpoch = reader.since(7) ? try reader.int32() : -1
        topics = try reader.topics(Partition.init(from:))
        forgotten = reader.since(7) ? try reader.topics(WireReader.partitionIndex) : []
        if reader.since(11) { _ = try reader.string() }
        try reader.tags()
    }
}

/// What was read; the records themselves are spliced in by the sender (API 1).
package struct FetchResponse: WireResponse {
    /// A transaction whose records a committed reader must drop.
    package struct AbortedTransaction: Hashable, Sendable {
        /// Who wrote it.
        package let producerID: Int64
        /// Its first record in this partition.
        package let firstOffset: Int64

        /// An aborted transaction.
        package init(producerID: Int64, firstOffset: Int64) {
            self.producerID = producerID
            self.firstOffset = firstOffset
        }
    }

    /// One partition's outcome.
    package struct Partition: Sendable {
        /// The partition's number.
        package var index: Int32
        /// What went wrong.
        package var error: KafkaErrorCode = .none
        /// The end of what may be read.
        package var highWatermark: Int64 = -1
        /// The end of what a committed reader may read.
        package var lastStableOffset: Int64 = -1
        /// The first offset kept.
        package var logStartOffset: Int64 = -1
        /// For committed readers; nil for others.
        package var abortedTransactions: [AbortedTransaction]?
        /// How many bytes of records follow.
        package var recordBytes = 0

        /// An empty outcome.
        package init(index: Int32) { self.index = index }
    }

    /// One topic's partitions.
    package typealias Topic = TopicEntries<Partition>

    /// A failure of the whole request: a session that is not known.
    package var error: KafkaErrorCode = .none
    /// The session, 0 for none.
    package var sessionID: Int32 = 0
    /// The outcomes by topic.
    package var topics: [Topic]

    /// The response.
    package init(topics: [Topic]) { self.topics = topics }

    /// Writes the body without the records.
    package func encode(into writer: inout WireWriter) { _ = encodeForSplicing(into: &writer) }

    /// Writes the body without the records.
    ///
    /// - Returns: for each partition with records, in order, the position in the writer's bytes where they belong.
    package func encodeForSplicing(into writer: inout WireWriter) -> [Int] {
        var splices: [Int] = []
        writer.int32(0)
        if writer.since(7) {
            writer.int16(error.rawValue)
            writer.int32(sessionID)
        }
        writer.topics(topics) { writer, partition in
            Self.encode(partition, into: &writer)
            if partition.recordBytes > 0 { splices.append(writer.bytes.count) }
            writer.tags()
        }
        writer.tags()
        return splices
    }

    private static func encode(_ partition: Partition, into writer: inout WireWriter) {
        writer.int32(partition.index)
        writer.int16(partition.error.rawValue)
        writer.int64(partition.highWatermark)
        writer.int64(partition.lastStableOffset)
        if writer.since(5) { writer.int64(partition.logStartOffset) }
        writer.array(partition.abortedTransactions) { writer, aborted in
            writer.int64(aborted.producerID)
            writer.int64(aborted.firstOffset)
            writer.tags()
        }
        if writer.since(11) { writer.int32(-1) }
        writer.recordsLength(partition.recordBytes)
    }
}
