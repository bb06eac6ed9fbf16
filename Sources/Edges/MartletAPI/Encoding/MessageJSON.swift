internal import HTTPServer
internal import JSON
internal import Primitives
internal import Streams

/// Messages as the API shows and takes them.
enum MessageJSON {
    private static let mostMessages = 10_000

    /// A record: its value as JSON where it is JSON, else as text, else in base64; `encoding` says which.
    static func encode(_ record: StreamRecord) -> JSONValue {
        var object: JSONObject = [
            "partition": .int(Int64(record.partition)),
            "offset": .int(record.offset),
            "timestamp": .int(record.timestampMilliseconds),
            "time": .string(WallClock.iso8601(milliseconds: record.timestampMilliseconds)),
            "key": record.key.map(text) ?? .null,
        ]
        let (value, encoding) = shown(record.value)
        object["value"] = value
        object["encoding"] = .string(encoding)
        object["headers"] = .array(record.headers.map { ["name": .string($0.name), "value": text($0.value)] })
        return .object(object)
    }

    /// The records of `{"messages":[{"key":…,"value":…,"partition":…,"timestamp":…}]}`.
    ///
    /// A value that is a string becomes its text, null a tombstone, everything else its JSON.
    static func decode(_ fields: BodyFields, topic: String, partitions: Int) throws(HTTPError) -> [ProducerRecord] {
        guard let messages = fields.object["messages"]?.arrayValue, !messages.isEmpty else {
            throw BodyFields.wrong("messages", "is needed: an array of objects")
        }
        guard messages.count <= mostMessages else {
            throw BodyFields.wrong("messages", "must hold at most \(mostMessages)")
        }
        var records: [ProducerRecord] = []
        for (index, message) in messages.enumerated() {
            guard let object = message.objectValue, let value = object["value"] else {
                throw BodyFields.wrong("messages[\(index)]", "must be an object with a 'value'")
            }
            let message = BodyFields(object: object)
            let partition = try message.optionalInteger("partition", 0...Int64(partitions - 1))
            records.append(
                ProducerRecord(
                    topic: topic,
                    partition: partition.map(Int32.init),
                    key: try message.optionalString("key").map { Array($0.utf8) },
                    value: bytes(of: value),
                    timestampMilliseconds: try message.optionalInteger("timestamp", 0...Int64.max)
                )
            )
        }
        return records
    }

    private static func bytes(of value: JSONValue) -> [UInt8]? {
        switch value {
        case .null: nil
        case .string(let text): Array(text.utf8)
        default: value.serialized()
        }
    }

    private static func shown(_ bytes: [UInt8]?) -> (JSONValue, String) {
        guard let bytes else { return (.null, "none") }
        if let value = try? JSONValue.parse(bytes), value.objectValue != nil || value.arrayValue != nil {
            return (value, "json")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            return (.string(Base64.encode(bytes)), "base64")
        }
        return (.string(text), "text")
    }

    private static func text(_ bytes: [UInt8]) -> JSONValue {
        .string(String(decoding: bytes, as: UTF8.self))
    }
}

/// Some messages of one partition, read in bounded time and memory.
struct MessageWindow {
    private static let mostBytes = 8 << 20
    private static let longestWait = Duration.seconds(5)

    let partition: TopicPartition
    let start: Int64
    let end: Int64
    let limit: Int

    /// Reads from `start` up to `end`, at most `limit` messages.
    func read(_ configuration: StreamConfiguration) async throws -> [StreamRecord] {
        guard start < end else { return [] }
        let reader = try StreamReader(configuration, assignments: [(partition, start)])
        do {
            let records = try await collect(reader)
            await reader.close()
            return records
        } catch {
            await reader.close()
            throw error
        }
    }

    private func collect(_ reader: StreamReader) async throws -> [StreamRecord] {
        var records: [StreamRecord] = []
        var bytes = 0
        let deadline = ContinuousClock.now + Self.longestWait
        while records.count < limit, bytes < Self.mostBytes, (records.last?.offset ?? -1) < end - 1,
            ContinuousClock.now < deadline
        {
            for record in try await reader.next(maximum: limit - records.count, wait: .milliseconds(250)) {
                guard record.offset < end else { return records }
                bytes += (record.value?.count ?? 0) + (record.key?.count ?? 0)
                records.append(record)
            }
        }
        return records
    }
}
