internal import CRdKafka

/// Owns librdkafka's list of partitions with offsets.
final class PartitionList {
    let raw: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>

    init(_ offsets: [TopicPartition: Int64]) {
        guard let list = rd_kafka_topic_partition_list_new(Int32(clamping: offsets.count)) else {
            preconditionFailure("librdkafka ends the process itself where it has no memory")
        }
        raw = list
        for (partition, offset) in offsets {
            let entry = rd_kafka_topic_partition_list_add(list, partition.topic, partition.partition)
            entry?.pointee.offset = offset
        }
    }

    deinit {
        rd_kafka_topic_partition_list_destroy(raw)
    }

    /// The offsets that a call has filled in.
    func offsets(_ operation: String) throws(StreamError) -> [TopicPartition: Int64] {
        try PartitionList.read(raw, operation)
    }

    /// The offsets that a call has filled in, without partitions that do not exist.
    func offsetsOfKnown(_ operation: String) throws(StreamError) -> [TopicPartition: Int64] {
        var offsets: [TopicPartition: Int64] = [:]
        for entry in UnsafeBufferPointer(start: raw.pointee.elems, count: Int(raw.pointee.cnt)) {
            let partition = TopicPartition(entry.topic.map { String(cString: $0) } ?? "", entry.partition)
            guard entry.err == RD_KAFKA_RESP_ERR_NO_ERROR else {
                let error = StreamError(entry.err, operation: operation, partition: partition)
                guard error.code == .unknownTopic else { throw error }
                continue
            }
            offsets[partition] = entry.offset
        }
        return offsets
    }

    /// Reads a list of librdkafka's; throws the first error of a partition.
    static func read(
        _ list: UnsafePointer<rd_kafka_topic_partition_list_t>,
        _ operation: String
    ) throws(StreamError) -> [TopicPartition: Int64] {
        var offsets: [TopicPartition: Int64] = [:]
        for entry in UnsafeBufferPointer(start: list.pointee.elems, count: Int(list.pointee.cnt)) {
            let partition = TopicPartition(entry.topic.map { String(cString: $0) } ?? "", entry.partition)
            guard entry.err == RD_KAFKA_RESP_ERR_NO_ERROR else {
                throw StreamError(entry.err, operation: operation, partition: partition)
            }
            offsets[partition] = entry.offset
        }
        return offsets
    }
}
