internal import CRdKafka
internal import Primitives
internal import Synchronization

/// librdkafka's administrative calls, all of which block: run them on threads that may.
final class AdminClient: Sendable {
    /// Where the error callback leaves what the client last complained of.
    private final class Complaint: Sendable {
        let text = Mutex<String?>(nil)
    }

    let handle: ClientHandle
    private let complaint: Complaint
    private let timeout: Int32

    init(_ configuration: StreamConfiguration) throws(StreamError) {
        let complaint = Complaint()
        handle = try ClientHandle(RD_KAFKA_PRODUCER, settings: configuration.settings([])) {
            rd_kafka_conf_set_opaque($0, Unmanaged.passUnretained(complaint).toOpaque())
            rd_kafka_conf_set_error_cb($0) { _, code, reason, complaint in
                AdminClient.note(code, reason, complaint)
            }
        }
        self.complaint = complaint
        timeout = Int32(clamping: max(1, configuration.requestTimeout.milliseconds))
    }

    /// Asks for the brokers, which any of them answers at once.
    ///
    /// - Throws: `StreamError` with what the client says of its connections, such as a refused password.
    func ping(timeout: Duration) throws(StreamError) {
        var result: UnsafePointer<rd_kafka_metadata>?
        complaint.text.withLock { $0 = nil }
        let limit = Int32(clamping: max(1, timeout.milliseconds))
        let error = rd_kafka_metadata(handle.raw, 0, nil, &result, limit)
        if let result { rd_kafka_metadata_destroy(result) }
        guard error != RD_KAFKA_RESP_ERR_NO_ERROR else { return }
        // The callback runs in here: nothing else polls this client.
        rd_kafka_poll(handle.raw, 0)
        let detail = complaint.text.withLock { $0 }
        throw StreamError(error, operation: "the cluster does not answer", detail: detail)
    }

    /// Notes why a connection failed; that all are down says less than why the one before failed.
    private static func note(_ code: Int32, _ reason: UnsafePointer<CChar>?, _ box: UnsafeMutableRawPointer?) {
        guard let box, let reason, code != RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN.rawValue else { return }
        let text = String(cString: reason)
        Unmanaged<Complaint>.fromOpaque(box).takeUnretainedValue().text.withLock { $0 = text }
    }

    /// All topics, by name.
    func topics() throws(StreamError) -> [TopicDescription] {
        var result: UnsafePointer<rd_kafka_metadata>?
        try check(rd_kafka_metadata(handle.raw, 1, nil, &result, timeout), "listing topics failed")
        guard let result else { return [] }
        defer { rd_kafka_metadata_destroy(result) }
        let entries = UnsafeBufferPointer(start: result.pointee.topics, count: Int(result.pointee.topic_cnt))
        let topics = entries.compactMap { entry in
            entry.topic.map { TopicDescription(name: String(cString: $0), partitions: Int(entry.partition_cnt)) }
        }
        return topics.sorted { $0.name < $1.name }
    }

    func createTopic(
        _ name: String,
        partitions: Int,
        configuration: [String: String]
    ) throws(StreamError) {
        let operation = "creating topic \"\(name)\" failed"
        var reason = [CChar](repeating: 0, count: 512)
        // -1: as many replicas as the cluster gives a topic by default.
        guard let topic = rd_kafka_NewTopic_new(name, Int32(clamping: partitions), -1, &reason, reason.count) else {
            throw StreamError(.invalid, "\(operation): \(text(reason))")
        }
        defer { rd_kafka_NewTopic_destroy(topic) }
        for (key, value) in configuration.sorted(by: { $0.key < $1.key }) {
            try check(rd_kafka_NewTopic_set_config(topic, key, value), "\(operation): setting \(key)")
        }
        var topics: [OpaquePointer?] = [topic]
        try request(RD_KAFKA_ADMIN_OP_CREATETOPICS, operation) { options, queue in
            rd_kafka_CreateTopics(handle.raw, &topics, 1, options, queue)
        } read: { event throws(StreamError) in
            var count = 0
            let results = rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &count)
            try checkTopics(results, count, operation)
        }
    }

    func deleteTopic(_ name: String) throws(StreamError) {
        let operation = "deleting topic \"\(name)\" failed"
        guard let topic = rd_kafka_DeleteTopic_new(name) else {
            throw StreamError(.invalid, "\(operation): the name is not accepted")
        }
        defer { rd_kafka_DeleteTopic_destroy(topic) }
        var topics: [OpaquePointer?] = [topic]
        try request(RD_KAFKA_ADMIN_OP_DELETETOPICS, operation) { options, queue in
            rd_kafka_DeleteTopics(handle.raw, &topics, 1, options, queue)
        } read: { event throws(StreamError) in
            var count = 0
            let results = rd_kafka_DeleteTopics_result_topics(rd_kafka_event_DeleteTopics_result(event), &count)
            try checkTopics(results, count, operation)
        }
    }

    func watermarks(_ partition: TopicPartition) throws(StreamError) -> (low: Int64, high: Int64) {
        var low: Int64 = 0
        var high: Int64 = 0
        try check(
            rd_kafka_query_watermark_offsets(
                handle.raw,
                partition.topic,
                partition.partition,
                &low,
                &high,
                timeout
            ),
            "asking for the ends of \(partition) failed",
            partition
        )
        return (low, high)
    }

    /// The ends of many partitions, in two requests; partitions that do not exist are left out.
    func watermarks(
        of partitions: Set<TopicPartition>
    ) throws(StreamError) -> [TopicPartition: (low: Int64, high: Int64)] {
        guard !partitions.isEmpty else { return [:] }
        let lows = try offsets(of: partitions, at: Int64(RD_KAFKA_OFFSET_BEGINNING))
        let highs = try offsets(of: partitions, at: Int64(RD_KAFKA_OFFSET_END))
        return lows.reduce(into: [:]) { marks, low in
            if let high = highs[low.key] { marks[low.key] = (low.value, high) }
        }
    }

    private func offsets(
        of partitions: Set<TopicPartition>,
        at end: Int64
    ) throws(StreamError) -> [TopicPartition: Int64] {
        let operation = "asking for the ends of \(partitions.count) partitions failed"
        let list = PartitionList(Dictionary(uniqueKeysWithValues: partitions.map { ($0, end) }))
        let error = rd_kafka_offsets_for_times(handle.raw, list.raw, timeout)
        // None of them exists.
        if error == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION { return [:] }
        try check(error, operation)
        return try list.offsetsOfKnown(operation)
    }

    func offset(_ partition: TopicPartition, atTime milliseconds: Int64) throws(StreamError) -> Int64 {
        let operation = "asking for the offset of a time in \(partition) failed"
        let list = PartitionList([partition: milliseconds])
        try check(rd_kafka_offsets_for_times(handle.raw, list.raw, timeout), operation, partition)
        let found = try list.offsets(operation)[partition] ?? -1
        return found >= 0 ? found : try watermarks(partition).high
    }

    func commit(_ offsets: [TopicPartition: Int64], group: String) throws(StreamError) {
        let operation = "committing offsets of group \"\(group)\" failed"
        let list = PartitionList(offsets)
        guard let alter = rd_kafka_AlterConsumerGroupOffsets_new(group, list.raw) else {
            throw StreamError(.invalid, "\(operation): the arguments are not accepted")
        }
        defer { rd_kafka_AlterConsumerGroupOffsets_destroy(alter) }
        var requests: [OpaquePointer?] = [alter]
        try request(RD_KAFKA_ADMIN_OP_ALTERCONSUMERGROUPOFFSETS, operation) { options, queue in
            rd_kafka_AlterConsumerGroupOffsets(handle.raw, &requests, 1, options, queue)
        } read: { event throws(StreamError) in
            var count = 0
            let result = rd_kafka_event_AlterConsumerGroupOffsets_result(event)
            let groups = rd_kafka_AlterConsumerGroupOffsets_result_groups(result, &count)
            _ = try readGroup(groups, count, operation)
        }
    }

    /// The committed offsets of partitions, or of all that the group ever committed where `partitions` is nil.
    func committed(_ partitions: [TopicPartition]?, group: String) throws(StreamError) -> [TopicPartition: Int64] {
        let operation = "reading the committed offsets of group \"\(group)\" failed"
        let list = partitions.map { wanted in
            PartitionList(Dictionary(uniqueKeysWithValues: Set(wanted).map { ($0, Int64(-1001)) }))
        }
        guard let ask = rd_kafka_ListConsumerGroupOffsets_new(group, list?.raw) else {
            throw StreamError(.invalid, "\(operation): the arguments are not accepted")
        }
        defer { rd_kafka_ListConsumerGroupOffsets_destroy(ask) }
        var requests: [OpaquePointer?] = [ask]
        var offsets: [TopicPartition: Int64] = [:]
        try request(RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPOFFSETS, operation) { options, queue in
            rd_kafka_ListConsumerGroupOffsets(handle.raw, &requests, 1, options, queue)
        } read: { event throws(StreamError) in
            var count = 0
            let result = rd_kafka_event_ListConsumerGroupOffsets_result(event)
            let groups = rd_kafka_ListConsumerGroupOffsets_result_groups(result, &count)
            offsets = try readGroup(groups, count, operation)
        }
        return offsets.filter { $0.value >= 0 }
    }
}

extension AdminClient {
    /// Sends an administrative request, waits for its event and hands that to `read`.
    func request(
        _ kind: rd_kafka_admin_op_t,
        _ operation: String,
        send: (_ options: OpaquePointer, _ queue: OpaquePointer) -> Void,
        read: (OpaquePointer) throws(StreamError) -> Void
    ) throws(StreamError) {
        guard let options = rd_kafka_AdminOptions_new(handle.raw, kind), let queue = rd_kafka_queue_new(handle.raw)
        else { throw StreamError(.configuration, "\(operation): the Kafka client has no queue") }
        defer {
            rd_kafka_queue_destroy(queue)
            rd_kafka_AdminOptions_destroy(options)
        }
        var reason = [CChar](repeating: 0, count: 256)
        try check(rd_kafka_AdminOptions_set_request_timeout(options, timeout, &reason, reason.count), operation)
        send(options, queue)
        // The request's own time limit ends it first; the margin only guards against a lost answer.
        guard let event = rd_kafka_queue_poll(queue, timeout + 2_000) else {
            throw StreamError(RD_KAFKA_RESP_ERR__TIMED_OUT, operation: operation)
        }
        defer { rd_kafka_event_destroy(event) }
        let error = rd_kafka_event_error(event)
        guard error == RD_KAFKA_RESP_ERR_NO_ERROR else {
            let detail = rd_kafka_event_error_string(event).map { String(cString: $0) }
            throw StreamError(error, operation: operation, detail: detail)
        }
        try read(event)
    }

    func checkTopics(
        _ results: UnsafeMutablePointer<OpaquePointer?>?,
        _ count: Int,
        _ operation: String
    ) throws(StreamError) {
        for case let result? in UnsafeBufferPointer(start: results, count: count) {
            let error = rd_kafka_topic_result_error(result)
            guard error != RD_KAFKA_RESP_ERR_NO_ERROR else { continue }
            let detail = rd_kafka_topic_result_error_string(result).map { String(cString: $0) }
            throw StreamError(error, operation: operation, detail: detail)
        }
    }

    func readGroup(
        _ groups: UnsafeMutablePointer<OpaquePointer?>?,
        _ count: Int,
        _ operation: String
    ) throws(StreamError) -> [TopicPartition: Int64] {
        guard count > 0, let group = groups?.pointee else { return [:] }
        if let error = rd_kafka_group_result_error(group) {
            let detail = rd_kafka_error_string(error).map { String(cString: $0) }
            throw StreamError(rd_kafka_error_code(error), operation: operation, detail: detail)
        }
        guard let partitions = rd_kafka_group_result_partitions(group) else { return [:] }
        return try PartitionList.read(partitions, operation)
    }

    func check(
        _ error: rd_kafka_resp_err_t,
        _ operation: String,
        _ partition: TopicPartition? = nil
    ) throws(StreamError) {
        guard error != RD_KAFKA_RESP_ERR_NO_ERROR else { return }
        throw StreamError(error, operation: operation, partition: partition)
    }
}
