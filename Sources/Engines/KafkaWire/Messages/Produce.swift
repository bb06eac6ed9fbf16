/// Records to append, per partition (API 0).
package struct ProduceRequest: WireRequest {
    /// One partition's records.
    package struct Partition: Sendable {
        /// The partition's number.
        package let index: Int32
        /// Where the record batches lie in the frame, nil when there are none.
        package let records: Range<Int>?

        init(from reader: inout WireReader) throws(WireError) {
            index = try reader.int32()
            records = try reader.nullableByteRange()
            try reader.tags()
        }
    }

    /// One topic's partitions.
    package typealias Topic = TopicEntries<Partition>

    /// The transaction that the records belong to.
    package let transactionalID: String?
    /// How much must be safe before the answer: -1, 0 or 1.
    package let acks: Int16
    /// How long the client waits.
    package let timeoutMilliseconds: Int32
    /// The records by topic.
    package let topics: [Topic]

    /// Reads the body.
    package init(from reader: inout WireReader) throws(WireError) {
        transactionalID = try reader.nullableString()
        acks = try reader.int16()
        timeoutMilliseconds = try reader.int32()
        topics = try reader.topics(Partition.init(from:))
        try reader.tags()
    }
}

/// Where the records went (API 0).
package struct ProduceResponse: WireResponse {
    /// One partition's outcome.
    package struct Partition: Sendable {
        /// The partition's number.
        package var index: Int32
        /// What went wrong.
        package var error: KafkaErrorCode
        /// The offset of the first record, -1 on error.
        package var baseOffset: Int64
        /// The broker's time when it decides the time, else -1.
        package var logAppendTime: Int64
        /// The first offset still kept, -1 on error.
        package var logStartOffset: Int64
        /// What went wrong, in words.
        package var message: String?

        /// An outcome.
        package init(
            index: Int32,
            error: KafkaErrorCode,
            baseOffset: Int64 = -1,
            logAppendTime: Int64 = -1,
            logStartOffset: Int64 = -1,
            message: String? = nil
        ) {
            self.index = index
            self.error = error
            self.baseOffset = baseOffset
            self.logAppendTime = logAppendTime
            self.logStartOffset = logStartOffset
            self.message = message
        }
    }

    /// One topic's partitions.
    package typealias Topic = TopicEntries<Partition>

    /// The outcomes by topic.
    package var topics: [Topic]

    /// The response.
    package init(topics: [Topic]) { self.topics = topics }

    /// Writes the body.
    package func encode(into writer: inout WireWriter) {
        writer.topics(topics) { writer, partition in
            writer.int32(partition.index)
            writer.int16(partition.error.rawValue)
            writer.int64(partition.baseOffset)
            writer.int64(partition.logAppendTime)
            if writer.since(5) { writer.int64(partition.logStartOffset) }
            if writer.since(8) {
                writer.arrayCount(0)
                writer.string(partition.message)
            }
            writer.tags()
        }
        writer.int32(0)
        writer.tags()
    }
}
