internal import CRdKafka

/// Records as they were fetched, read in place: the way to take many small records without copies.
///
/// Immutable, so it may be handed between tasks. The memory is given back when the batch is released.
package final class StreamBatch: @unchecked Sendable {
    // Safe to share: messages are not changed after the fetch, except for headers, which librdkafka parses on first
    // use; read the headers of one batch from one task at a time.
    private let messages: [UnsafeMutablePointer<rd_kafka_message_t>]
    private let owner: ReaderCore

    /// Takes over the messages; `owner` must outlive them.
    init(_ messages: [UnsafeMutablePointer<rd_kafka_message_t>], owner: ReaderCore) {
        self.messages = messages
        self.owner = owner
    }

    deinit {
        for message in messages { rd_kafka_message_destroy(message) }
    }

    /// How many records it holds.
    package var count: Int { messages.count }

    /// True where it holds none.
    package var isEmpty: Bool { messages.isEmpty }

    /// Reads the records in place; neither the list nor a ``StreamMessage`` of it may leave `body`.
    package func withMessages<R, E>(_ body: (StreamMessages) throws(E) -> R) throws(E) -> R {
        defer { withExtendedLifetime(self) {} }
        return try body(StreamMessages(messages))
    }

    /// Visits the records in order; a ``StreamMessage`` must not leave `body`.
    package func forEach<E>(_ body: (StreamMessage) throws(E) -> Void) throws(E) {
        defer { withExtendedLifetime(self) {} }
        for message in messages { try body(StreamMessage(message)) }
    }

    /// Copies of the records.
    package func records() -> [StreamRecord] {
        var records: [StreamRecord] = []
        records.reserveCapacity(count)
        forEach { records.append($0.copy()) }
        return records
    }
}

/// The records of a ``StreamBatch`` in order, valid only within ``StreamBatch/withMessages(_:)``.
package struct StreamMessages {
    private let messages: [UnsafeMutablePointer<rd_kafka_message_t>]

    init(_ messages: [UnsafeMutablePointer<rd_kafka_message_t>]) {
        self.messages = messages
    }

    /// How many records there are.
    package var count: Int { messages.count }

    /// The record at a place in the order in which they were fetched.
    package subscript(index: Int) -> StreamMessage { StreamMessage(messages[index]) }
}

/// One record inside a ``StreamBatch``; its pointers are valid only within ``StreamBatch/withMessages(_:)``.
package struct StreamMessage {
    private let message: UnsafeMutablePointer<rd_kafka_message_t>

    init(_ message: UnsafeMutablePointer<rd_kafka_message_t>) {
        self.message = message
    }

    /// The topic's name.
    package var topic: String {
        rd_kafka_topic_name(message.pointee.rkt).map { String(cString: $0) } ?? ""
    }

    /// The partition's number.
    package var partition: Int32 { message.pointee.partition }

    /// The record's place in the partition.
    package var offset: Int64 { message.pointee.offset }

    /// Unix time in milliseconds, or -1 where the record has none.
    package var timestampMilliseconds: Int64 { rd_kafka_message_timestamp(message, nil) }

    /// The key's bytes, if any.
    package var key: UnsafeRawBufferPointer? {
        guard let start = message.pointee.key else { return nil }
        return UnsafeRawBufferPointer(start: start, count: message.pointee.key_len)
    }

    /// The value's bytes; nil is a tombstone.
    package var value: UnsafeRawBufferPointer? {
        guard let start = message.pointee.payload else { return nil }
        return UnsafeRawBufferPointer(start: start, count: message.pointee.len)
    }

    /// The value of the last header of this name, or nil.
    package func header(_ name: StaticString) -> UnsafeRawBufferPointer? {
        var headers: OpaquePointer?
        guard rd_kafka_message_headers(message, &headers) == RD_KAFKA_RESP_ERR_NO_ERROR, let headers else { return nil }
        var value: UnsafeRawPointer?
        var size = 0
        let found = name.withUTF8Buffer { bytes in
            bytes.withMemoryRebound(to: CChar.self) { rd_kafka_header_get_last(headers, $0.baseAddress, &value, &size) }
        }
        guard found == RD_KAFKA_RESP_ERR_NO_ERROR, let value else { return nil }
        return UnsafeRawBufferPointer(start: value, count: size)
    }

    /// A copy that may be kept.
    package func copy() -> StreamRecord {
        StreamRecord(
            topic: topic,
            partition: partition,
            offset: offset,
            timestampMilliseconds: timestampMilliseconds,
            key: key.map { Array($0) },
            value: value.map { Array($0) },
            headers: copyHeaders()
        )
    }

    private func copyHeaders() -> [StreamHeader] {
        var list: OpaquePointer?
        guard rd_kafka_message_headers(message, &list) == RD_KAFKA_RESP_ERR_NO_ERROR, let list else { return [] }
        return (0..<rd_kafka_header_cnt(list)).compactMap { index in
            var name: UnsafePointer<CChar>?
            var value: UnsafeRawPointer?
            var size = 0
            guard rd_kafka_header_get_all(list, index, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR,
                let name
            else { return nil }
            return StreamHeader(String(cString: name), Array(UnsafeRawBufferPointer(start: value, count: size)))
        }
    }
}
