internal import CRdKafka
internal import Execution
internal import Glibc
internal import Telemetry

/// Owns one librdkafka client.
///
/// The library's client may be used from any thread. It is destroyed on a thread of its own, since that blocks until
/// the library's threads have ended.
final class ClientHandle: @unchecked Sendable {
    // Safe to share: `raw` never changes and librdkafka locks inside.
    let raw: OpaquePointer

    private static let reaper = DedicatedThread(name: "rdkafka-reaper")
    static let logger = Logger(label: "streams")

    /// Starts a client; `configure` may add callbacks to its configuration.
    init(
        _ kind: rd_kafka_type_t,
        settings: [(String, String)],
        configure: (_ configuration: OpaquePointer) -> Void = { _ in }
    ) throws(StreamError) {
        guard let configuration = rd_kafka_conf_new() else {
            throw StreamError(.configuration, "librdkafka gave no configuration object: out of memory")
        }
        var reason = [CChar](repeating: 0, count: 512)
        for (name, value) in settings {
            guard rd_kafka_conf_set(configuration, name, value, &reason, reason.count) == RD_KAFKA_CONF_OK else {
                rd_kafka_conf_destroy(configuration)
                throw StreamError(
                    .configuration,
                    "setting \(name) is not accepted: \(ClientHandle.reason(text(reason), value: value))"
                )
            }
        }
        configure(configuration)
        rd_kafka_conf_set_log_cb(configuration) { _, level, facility, message in
            ClientHandle.log(level: level, facility: facility, message: message)
        }
        guard let client = rd_kafka_new(kind, configuration, &reason, reason.count) else {
            rd_kafka_conf_destroy(configuration)
            throw StreamError(.configuration, "the Kafka client cannot start: \(text(reason))")
        }
        raw = client
    }

    deinit {
        let address = UInt(bitPattern: raw)
        ClientHandle.afterUse {
            rd_kafka_destroy_flags(OpaquePointer(bitPattern: address), RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE)
        }
    }

    /// What the library says of a setting, without the value, which may be a secret.
    private static func reason(_ text: String, value: String) -> String {
        value.isEmpty ? text : text.replacing(value, with: "…")
    }

    /// Runs cleaning-up that blocks, away from the caller.
    static func afterUse(_ body: @escaping @Sendable () -> Void) {
        reaper.submit(body)
    }

    /// librdkafka's own words: connection losses are warnings, since it goes on by itself; chatter is for debugging.
    private static func log(level: Int32, facility: UnsafePointer<CChar>?, message: UnsafePointer<CChar>?) {
        let metadata = { () -> [String: String] in
            [
                "facility": facility.map { String(cString: $0) } ?? "",
                "text": message.map { String(cString: $0) } ?? "",
            ]
        }
        // Advice about settings, which are ours: known, and the same for every client.
        if let facility, strcmp(facility, "CONFWARN") == 0 {
            return logger.debug("The Kafka client advises", metadata())
        }
        switch level {
        case ...2: logger.error("The Kafka client failed", metadata())
        case 3, 4: logger.warning("The Kafka client reports", metadata())
        default: logger.debug("The Kafka client says", metadata())
        }
    }
}

/// The text in a buffer that a C function filled.
func text(_ buffer: [CChar]) -> String {
    buffer.withUnsafeBufferPointer { bytes in
        guard let start = bytes.baseAddress, bytes.contains(0) else { return "" }
        return String(cString: start)
    }
}
