internal import CRdKafka
internal import Primitives
internal import Telemetry

/// One librdkafka consumer of fixed partitions, without a group.
///
/// Everything but ``wake()`` runs on the reader's thread.
final class ReaderCore: @unchecked Sendable {
    // Safe to share: all state is used on the reader's one thread, and after that by `deinit`.
    private struct Assignment {
        let partition: TopicPartition
        let topic: OpaquePointer
    }

    /// Where the error callback, which runs inside ``consume(maximum:wait:)``, leaves what it was told.
    private final class ErrorBox: @unchecked Sendable {
        // Safe to share: used on the reader's thread only.
        var error: StreamError?
    }

    /// Fewer queued records than this are soon used up.
    private static let lowQueue = 4_096

    private let handle: ClientHandle
    private let box = ErrorBox()
    private let queue: OpaquePointer
    private var assignments: [Assignment] = []
    private var pending: StreamError?
    private var closed = false
    private var lastWake: Int64 = 0

    init(_ configuration: StreamConfiguration) throws(StreamError) {
        let box = Unmanaged.passUnretained(box).toOpaque()
        handle = try ClientHandle(RD_KAFKA_CONSUMER, settings: configuration.readerSettings) {
            rd_kafka_conf_set_opaque($0, box)
            rd_kafka_conf_set_error_cb($0) { client, code, reason, box in
                ReaderCore.note(client, code, reason, box)
            }
        }
        guard let queue = rd_kafka_queue_new(handle.raw), let main = rd_kafka_queue_get_main(handle.raw) else {
            throw StreamError(.configuration, "the Kafka client has no queue")
        }
        self.queue = queue
        rd_kafka_queue_forward(main, queue)
        rd_kafka_queue_destroy(main)
    }

    deinit {
        // Stopping a fetcher blocks, so it happens away from whoever released the last reference.
        let topics = assignments.map { (UInt(bitPattern: $0.topic), $0.partition.partition) }
        let queue = UInt(bitPattern: queue)
        let stopped = closed
        ClientHandle.afterUse { [handle, box] in
            for (topic, partition) in topics {
                if !stopped { rd_kafka_consume_stop(OpaquePointer(bitPattern: topic), partition) }
                rd_kafka_topic_destroy(OpaquePointer(bitPattern: topic))
            }
            rd_kafka_queue_destroy(OpaquePointer(bitPattern: queue))
            withExtendedLifetime((handle, box)) {}
        }
    }

    /// Starts fetching a partition; called before the core is shared.
    func start(_ partition: TopicPartition, at offset: Int64) throws(StreamError) {
        guard let topic = rd_kafka_topic_new(handle.raw, partition.topic, nil) else {
            throw StreamError(rd_kafka_last_error(), operation: "topic \"\(partition.topic)\" cannot be used")
        }
        guard rd_kafka_consume_start_queue(topic, partition.partition, offset, queue) == 0 else {
            let error = rd_kafka_last_error()
            rd_kafka_topic_destroy(topic)
            throw StreamError(
                error,
                operation: "reading \(partition) from \(offset) cannot start",
                partition: partition
            )
        }
        assignments.append(Assignment(partition: partition, topic: topic))
    }

    /// Takes what has been fetched, at most `maximum` records; waits at most `wait` for the first one.
    func consume(maximum: Int, wait: Duration) throws(StreamError) -> StreamBatch {
        guard !closed else { throw StreamError(.closed, "the reader is closed") }
        if let error = pending ?? takeNoted() {
            pending = nil
            throw error
        }
        let timeout = Int32(clamping: max(0, wait.milliseconds))
        guard let first = rd_kafka_consume_queue(queue, timeout) else {
            if let error = takeNoted() { throw error }
            return StreamBatch([], owner: self)
        }
        // The batch call would wait until the batch is full, so it only collects what is there already.
        let rest = maximum > 1 ? collect(maximum - 1) : []
        wakeFetcher(behind: rest.last ?? first)
        return try sort([first] + rest)
    }

    /// Goes on at another offset; what was fetched from the old one is dropped.
    func seek(_ partition: TopicPartition, to offset: Int64, timeout: Duration) throws(StreamError) {
        guard !closed else { throw StreamError(.closed, "the reader is closed") }
        guard let assignment = assignments.first(where: { $0.partition == partition }) else {
            throw StreamError(.invalid, "the reader does not read \(partition)", partition: partition)
        }
        let milliseconds = Int32(clamping: max(1, timeout.milliseconds))
        var result = rd_kafka_seek(assignment.topic, partition.partition, offset, milliseconds)
        if result == RD_KAFKA_RESP_ERR__STATE {
            // An error, such as an offset out of range, has stopped the fetcher: start it anew.
            rd_kafka_consume_stop(assignment.topic, partition.partition)
            let started = rd_kafka_consume_start_queue(assignment.topic, partition.partition, offset, queue)
            result = started == 0 ? RD_KAFKA_RESP_ERR_NO_ERROR : rd_kafka_last_error()
        }
        guard result == RD_KAFKA_RESP_ERR_NO_ERROR else {
            throw StreamError(result, operation: "seeking \(partition) to \(offset) failed", partition: partition)
        }
        if pending?.partition == partition { pending = nil }
    }

    /// Stops fetching and waits for the fetchers' end.
    func close() {
        guard !closed else { return }
        closed = true
        for assignment in assignments { rd_kafka_consume_stop(assignment.topic, assignment.partition.partition) }
    }

    /// Ends a wait in ``consume(maximum:wait:)``; callable from any thread.
    func wake() {
        rd_kafka_queue_yield(queue)
    }

    /// The end of a partition as of the last fetch; nil before the first; callable from any thread.
    func knownEnd(_ partition: TopicPartition) -> Int64? {
        var low: Int64 = 0
        var high: Int64 = -1
        let result = rd_kafka_get_watermark_offsets(handle.raw, partition.topic, partition.partition, &low, &high)
        return result == RD_KAFKA_RESP_ERR_NO_ERROR && high >= 0 ? high : nil
    }

    /// Makes librdkafka fetch on where its queue runs low although the log has more.
    ///
    /// Once its queue has been full, librdkafka 2.0 looks only every second whether there is room again. Any request to
    /// the partition's broker makes it look at once; the cheapest is the one for the partition's end.
    private func wakeFetcher(behind last: UnsafeMutablePointer<rd_kafka_message_t>) {
        let queued = rd_kafka_queue_length(queue)
        guard queued < ReaderCore.lowQueue, last.pointee.err == RD_KAFKA_RESP_ERR_NO_ERROR else { return }
        let now = MonotonicClock.nowNanoseconds()
        let name = rd_kafka_topic_name(last.pointee.rkt).map { String(cString: $0) } ?? ""
        let partition = TopicPartition(name, last.pointee.partition)
        guard now - lastWake > 5_000_000, let end = knownEnd(partition), end > last.pointee.offset + 1 + Int64(queued)
        else { return }
        lastWake = now
        var low: Int64 = 0
        var high: Int64 = 0
        // Whether it is answered does not matter.
        _ = rd_kafka_query_watermark_offsets(handle.raw, partition.topic, partition.partition, &low, &high, 50)
    }

    private func collect(_ maximum: Int) -> [UnsafeMutablePointer<rd_kafka_message_t>] {
        let available = min(maximum, rd_kafka_queue_length(queue))
        guard available > 0 else { return [] }
        return [UnsafeMutablePointer<rd_kafka_message_t>](unsafeUninitializedCapacity: available) { buffer, count in
            buffer.withMemoryRebound(to: UnsafeMutablePointer<rd_kafka_message_t>?.self) { slots in
                count = max(0, rd_kafka_consume_batch_queue(queue, 0, slots.baseAddress, slots.count))
            }
        }
    }

    /// Separates records from errors: an error is thrown once the records before it have been taken.
    private func sort(_ messages: [UnsafeMutablePointer<rd_kafka_message_t>]) throws(StreamError) -> StreamBatch {
        guard messages.contains(where: { $0.pointee.err != RD_KAFKA_RESP_ERR_NO_ERROR }) else {
            return StreamBatch(messages, owner: self)
        }
        var records: [UnsafeMutablePointer<rd_kafka_message_t>] = []
        for message in messages {
            if message.pointee.err == RD_KAFKA_RESP_ERR_NO_ERROR {
                records.append(message)
            } else {
                pending = pending ?? makeError(message)
                rd_kafka_message_destroy(message)
            }
        }
        if records.isEmpty, let error = pending {
            pending = nil
            throw error
        }
        return StreamBatch(records, owner: self)
    }

    /// Errors that belong to no record: what a reader can do nothing about is logged, since librdkafka goes on by itself.
    private static func note(
        _ client: OpaquePointer?,
        _ code: Int32,
        _ reason: UnsafePointer<CChar>?,
        _ box: UnsafeMutableRawPointer?
    ) {
        guard let client, let box else { return }
        let detail = reason.map { String(cString: $0) } ?? ""
        let error = StreamError(rd_kafka_resp_err_t(code), operation: "reading failed", detail: detail)
        if error.code == .unreachable || error.code == .timedOut {
            return ClientHandle.logger.warning("A reader lost its broker", ["reason": detail])
        }
        let noted = Unmanaged<ErrorBox>.fromOpaque(box).takeUnretainedValue()
        noted.error = noted.error ?? error
        rd_kafka_yield(client)
    }

    private func takeNoted() -> StreamError? {
        let error = box.error
        box.error = nil
        return error
    }

    private func makeError(_ message: UnsafeMutablePointer<rd_kafka_message_t>) -> StreamError {
        let topic = rd_kafka_topic_name(message.pointee.rkt).map { String(cString: $0) } ?? ""
        let partition = TopicPartition(topic, message.pointee.partition)
        return StreamError(
            message.pointee.err,
            operation: "reading \(partition) failed",
            detail: rd_kafka_message_errstr(message).map { String(cString: $0) },
            partition: partition
        )
    }
}
