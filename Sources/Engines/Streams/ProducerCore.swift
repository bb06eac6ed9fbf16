internal import CRdKafka
internal import Execution
internal import Synchronization

/// One librdkafka producer with the thread that takes its delivery reports.
///
/// A core that met a fatal error is thrown away; ``StreamProducer`` then makes another.
final class ProducerCore: @unchecked Sendable {
    // Safe to share: librdkafka locks inside, the table of topics has its own lock.
    private let handle: ClientHandle
    private let reports: OpaquePointer
    private let topics = Mutex<[String: UInt]>([:])
    private let retired = Atomic<Bool>(false)
    private let outstanding = Atomic<Int>(0)
    private let failed = Atomic<Bool>(false)

    init(_ configuration: StreamConfiguration) throws(StreamError) {
        handle = try ClientHandle(RD_KAFKA_PRODUCER, settings: configuration.producerSettings) {
            rd_kafka_conf_set_events($0, RD_KAFKA_EVENT_DR)
        }
        guard let queue = rd_kafka_queue_get_main(handle.raw) else {
            throw StreamError(.configuration, "the Kafka client has no event queue")
        }
        reports = queue
    }

    deinit {
        for address in topics.withLock({ Array($0.values) }) {
            rd_kafka_topic_destroy(OpaquePointer(bitPattern: address))
        }
        rd_kafka_queue_destroy(reports)
    }

    /// True after an error from which this client cannot recover.
    var isFatal: Bool { failed.load(ordering: .acquiring) }

    /// Starts the poll thread, which keeps the core alive until it is retired and every record is answered.
    func start() {
        DedicatedThread(name: "kafka-reports").submit { self.takeReports() }
    }

    /// Gives up all that is not acknowledged, and ends the poll thread once that is reported.
    func retire() {
        retired.store(true, ordering: .releasing)
        rd_kafka_purge(handle.raw, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT)
        rd_kafka_queue_yield(reports)
    }

    /// The library's object for a topic, made once.
    func topic(_ name: String) throws(StreamError) -> OpaquePointer {
        let address = topics.withLock { topics in
            if let known = topics[name] { return known }
            let made = UInt(bitPattern: rd_kafka_topic_new(handle.raw, name, nil))
            if made != 0 { topics[name] = made }
            return made
        }
        guard let topic = OpaquePointer(bitPattern: address) else {
            throw StreamError(rd_kafka_last_error(), operation: "topic \"\(name)\" cannot be used")
        }
        return topic
    }

    /// Queues one record; does not block.
    func produce(
        topic: OpaquePointer,
        partition: Int32,
        timestampMilliseconds: Int64,
        key: UnsafeRawBufferPointer?,
        value: UnsafeRawBufferPointer?,
        headers: [StreamHeader],
        opaque: UnsafeMutableRawPointer
    ) throws(StreamError) {
        let list = headers.isEmpty ? nil : makeHeaders(headers)
        outstanding.add(1, ordering: .relaxed)
        let result = martlet_rdkafka_produce(
            handle.raw,
            topic,
            partition,
            timestampMilliseconds,
            pointer(key),
            key?.count ?? 0,
            pointer(value),
            value?.count ?? 0,
            list,
            opaque
        )
        guard result != RD_KAFKA_RESP_ERR_NO_ERROR else { return }
        outstanding.subtract(1, ordering: .relaxed)
        if let list { rd_kafka_headers_destroy(list) }
        noteFatal()
        let name = rd_kafka_topic_name(topic).map { String(cString: $0) } ?? ""
        throw StreamError(
            result,
            operation: "a record of \(value?.count ?? 0) bytes for topic \"\(name)\" was not taken",
            partition: TopicPartition(name, partition)
        )
    }

    /// A null pointer means "no key"; an empty key needs an address.
    private func pointer(_ bytes: UnsafeRawBufferPointer?) -> UnsafeRawPointer? {
        guard let bytes else { return nil }
        return bytes.baseAddress ?? UnsafeRawPointer(bitPattern: 1)
    }

    private func makeHeaders(_ headers: [StreamHeader]) -> OpaquePointer? {
        let list = rd_kafka_headers_new(headers.count)
        for header in headers {
            header.value.withUnsafeBytes { value in
                _ = rd_kafka_header_add(list, header.name, -1, pointer(value), value.count)
            }
        }
        return list
    }

    private func takeReports() {
        var messages = [UnsafePointer<rd_kafka_message_t>?](repeating: nil, count: 1_024)
        while !(retired.load(ordering: .acquiring) && outstanding.load(ordering: .acquiring) == 0) {
            guard let event = rd_kafka_queue_poll(reports, 1_000) else { continue }
            defer { rd_kafka_event_destroy(event) }
            guard rd_kafka_event_type(event) == RD_KAFKA_EVENT_DR else { continue }
            while true {
                let count = rd_kafka_event_message_array(event, &messages, messages.count)
                if count == 0 { break }
                take(messages[0..<count])
            }
        }
    }

    private func take(_ messages: ArraySlice<UnsafePointer<rd_kafka_message_t>?>) {
        // A fatal error is noted before anyone is told, so that whoever sends again gets a new client.
        if messages.contains(where: { ($0?.pointee.err ?? RD_KAFKA_RESP_ERR_NO_ERROR) != RD_KAFKA_RESP_ERR_NO_ERROR }) {
            noteFatal()
        }
        for case let message? in messages { Delivery.report(message) }
        outstanding.subtract(messages.count, ordering: .releasing)
    }

    private func noteFatal() {
        var reason = [CChar](repeating: 0, count: 256)
        if rd_kafka_fatal_error(handle.raw, &reason, reason.count) != RD_KAFKA_RESP_ERR_NO_ERROR {
            failed.store(true, ordering: .releasing)
        }
    }
}
