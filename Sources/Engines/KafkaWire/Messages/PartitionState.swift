/// Where an epoch ends (API 23).
package struct OffsetForLeaderEpochRequest: WireRequest {
    /// One topic's questions.
    package typealias Topic = TopicEntries<(index: Int32, currentEpoch: Int32, epoch: Int32)>

    /// The questions by topic.
    package let topics: [Topic]

    /// Reads the body.
    package init(from reader: inout WireReader) throws(WireError) {
        if reader.since(3) { _ = try reader.int32() }
        topics = try reader.topics { reader throws(WireError) in
            let index = try reader.int32()
            let current = try reader.int32()
            let epoch = try reader.int32()
            try reader.tags()
            return (index, current, epoch)
        }
        try reader.tags()
    }
}

/// The ends of epochs (API 23).
package struct OffsetForLeaderEpochResponse: WireResponse {
    /// One topic's answers.
    package typealias Topic = TopicEntries<(error: KafkaErrorCode, index: Int32, epoch: Int32, endOffset: Int64)>

    /// The answers by topic.
    package var topics: [Topic]

    /// The response.
    package init(topics: [Topic]) { self.topics = topics }

    /// Writes the body.
    package func encode(into writer: inout WireWriter) {
        writer.int32(0)
        writer.topics(topics) { writer, partition in
            writer.int16(partition.error.rawValue)
            writer.int32(partition.index)
            writer.int32(partition.epoch)
            writer.int64(partition.endOffset)
            writer.tags()
        }
        writer.tags()
    }
}

/// How much room partitions take (API 35).
package struct DescribeLogDirectoriesRequest: WireRequest {
    /// The partitions by topic, nil for all.
    package let topics: [OffsetFetchRequest.Topic]?

    /// Reads the body.
    package init(from reader: inout WireReader) throws(WireError) {
        topics = try reader.nullableTopics(WireReader.partitionIndex)
        try reader.tags()
    }
}

/// The one directory and what is in it (API 35).
package struct DescribeLogDirectoriesResponse: WireResponse {
    /// The directory's path.
    package var path: String
    /// Sizes of partitions by topic.
    package var topics: [TopicEntries<(index: Int32, bytes: Int64)>]
    /// The size of the file system.
    package var totalBytes: Int64
    /// What is free in it.
    package var usableBytes: Int64

    /// The response.
    package init(
        path: String,
        topics: [TopicEntries<(index: Int32, bytes: Int64)>],
        totalBytes: Int64,
        usableBytes: Int64
    ) {
        self.path = path
        self.topics = topics
        self.totalBytes = totalBytes
        self.usableBytes = usableBytes
    }

    /// Writes the body.
    package func encode(into writer: inout WireWriter) {
        writer.int32(0)
        if writer.since(3) { writer.int16(0) }
        writer.arrayCount(1)
        writer.int16(0)
        writer.string(path)
        writer.topics(topics) { writer, partition in
            writer.int32(partition.index)
            writer.int64(partition.bytes)
            writer.int64(0)
            writer.bool(false)
            writer.tags()
        }
        if writer.since(4) {
            writer.int64(totalBytes)
            writer.int64(usableBytes)
        }
        writer.tags()
        writer.tags()
    }
}

/// Producers of partitions to describe (API 61).
package struct DescribeProducersRequest: WireRequest {
    /// The partitions by topic.
    package let topics: [OffsetFetchRequest.Topic]

    /// Reads the body.
    package init(from reader: inout WireReader) throws(WireError) {
        topics = try reader.topics(WireReader.partitionIndex)
        try reader.tags()
    }
}

/// The producers (API 61).
package struct DescribeProducersResponse: WireResponse {
    /// One producer of a partition.
    package struct Producer: Sendable {
        /// The producer id.
        package var producerID: Int64
        /// The producer's epoch.
        package var epoch: Int16
        /// Its last sequence number, -1 for none.
        package var lastSequence: Int32
        /// When it wrote last.
        package var lastTimestamp: Int64
        /// Where its open transaction begins, -1 for none.
        package var transactionStart: Int64

        /// A producer.
        package init(
            producerID: Int64,
            epoch: Int16,
            lastSequence: Int32,
            lastTimestamp: Int64,
            transactionStart: Int64
        ) {
            self.producerID = producerID
            self.epoch = epoch
            self.lastSequence = lastSequence
            self.lastTimestamp = lastTimestamp
            self.transactionStart = transactionStart
        }
    }

    /// The producers by topic and partition.
    package var topics: [TopicEntries<(index: Int32, error: KafkaErrorCode, producers: [Producer])>]

    /// The response.
    package init(
        topics: [TopicEntries<(index: Int32, error: KafkaErrorCode, producers: [Producer])>]
    ) { self.topics = topics }

    /// Writes the body.
    package func encode(into writer: inout WireWriter) {
        writer.int32(0)
        writer.topics(topics) { writer, partition in
            writer.int32(partition.index)
            writer.int16(partition.error.rawValue)
            writer.string(nil)
            writer.array(partition.producers) { writer, producer in
                writer.int64(producer.producerID)
                writer.int32(Int32(producer.epoch))
                writer.int32(producer.lastSequence)
                writer.int64(producer.lastTimestamp)
                writer.int32(0)
                writer.int64(producer.transactionStart)
                writer.tags()
            }
            writer.tags()
        }
        writer.tags()
    }
}
