internal import CRdKafka

/// What went wrong with a topic, a producer or a reader.
package struct StreamError: Error, Sendable, CustomStringConvertible {
    /// The kinds of failure that a caller may want to tell apart.
    package struct Code: Sendable, Hashable, CustomStringConvertible {
        private enum Kind: String {
            case configuration, unreachable, timedOut, unknownTopic, topicExists, offsetOutOfRange, messageTooLarge
            case queueFull, closed, invalid, fatal, refused, unknownGroup, groupInUse
        }

        private let kind: Kind

        private init(_ kind: Kind) { self.kind = kind }

        /// A setting is not accepted.
        package static let configuration = Code(.configuration)
        /// No broker answers.
        package static let unreachable = Code(.unreachable)
        /// The answer did not come in time; the request may still have been carried out.
        package static let timedOut = Code(.timedOut)
        /// The topic or the partition does not exist.
        package static let unknownTopic = Code(.unknownTopic)
        /// A topic of this name exists already.
        package static let topicExists = Code(.topicExists)
        /// The offset is not, or no longer, in the log.
        package static let offsetOutOfRange = Code(.offsetOutOfRange)
        /// The record is larger than the broker or the client allows.
        package static let messageTooLarge = Code(.messageTooLarge)
        /// More waits to be sent than is allowed.
        package static let queueFull = Code(.queueFull)
        /// The producer or reader was closed before.
        package static let closed = Code(.closed)
        /// The broker does not accept the arguments.
        package static let invalid = Code(.invalid)
        /// The client lost its order guarantee; a producer makes itself a new client on the next send.
        package static let fatal = Code(.fatal)
        /// The consumer group does not exist.
        package static let unknownGroup = Code(.unknownGroup)
        /// The consumer group has members, so it stays.
        package static let groupInUse = Code(.groupInUse)
        /// Anything else that the broker or the client refused.
        package static let refused = Code(.refused)

        package var description: String { kind.rawValue }
    }

    /// The kind of failure.
    package let code: Code
    /// What failed, with what, and what to try.
    package let message: String
    /// The partition that it is about, where there is one.
    package let partition: TopicPartition?

    /// Makes an error of a kind.
    package init(_ code: Code, _ message: String, partition: TopicPartition? = nil) {
        self.code = code
        self.message = message
        self.partition = partition
    }

    package var description: String { "\(message) (\(code))" }
}

extension StreamError {
    /// Translates librdkafka's code; `operation` says what was attempted, `detail` what the library added.
    init(
        _ error: rd_kafka_resp_err_t,
        operation: String,
        detail: String? = nil,
        partition: TopicPartition? = nil
    ) {
        let reason = detail ?? rd_kafka_err2str(error).map { String(cString: $0) } ?? "error \(error.rawValue)"
        let (code, remedy) = StreamError.classify(error)
        let advice = remedy.map { "; \($0)" } ?? ""
        self.init(code, "\(operation): \(reason)\(advice)", partition: partition)
    }

    private static func classify(_ error: rd_kafka_resp_err_t) -> (Code, String?) {
        switch error {
        case RD_KAFKA_RESP_ERR__TRANSPORT, RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, RD_KAFKA_RESP_ERR__RESOLVE,
            RD_KAFKA_RESP_ERR_BROKER_NOT_AVAILABLE, RD_KAFKA_RESP_ERR_NETWORK_EXCEPTION:
            (.unreachable, "is the broker running at the configured address?")
        case RD_KAFKA_RESP_ERR__TIMED_OUT, RD_KAFKA_RESP_ERR__MSG_TIMED_OUT, RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE,
            RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT:
            (.timedOut, "is the broker running, and is its disk not full?")
        case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC,
            RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
            (.unknownTopic, "create the topic first")
        case RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS: (.topicExists, nil)
        case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE, RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
            (.offsetOutOfRange, "the records may have been removed by retention")
        case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
            (.messageTooLarge, "make the record smaller or raise message.max.bytes")
        case RD_KAFKA_RESP_ERR__QUEUE_FULL: (.queueFull, "send less at once")
        case RD_KAFKA_RESP_ERR__PURGE_QUEUE, RD_KAFKA_RESP_ERR__PURGE_INFLIGHT, RD_KAFKA_RESP_ERR__DESTROY:
            (.closed, "the producer was closed before the record was acknowledged")
        case RD_KAFKA_RESP_ERR__INVALID_ARG, RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION,
            RD_KAFKA_RESP_ERR_INVALID_PARTITIONS, RD_KAFKA_RESP_ERR_INVALID_CONFIG, RD_KAFKA_RESP_ERR_INVALID_REQUEST,
            RD_KAFKA_RESP_ERR_INVALID_REPLICATION_FACTOR:
            (.invalid, nil)
        case RD_KAFKA_RESP_ERR_GROUP_ID_NOT_FOUND: (.unknownGroup, nil)
        case RD_KAFKA_RESP_ERR_NON_EMPTY_GROUP: (.groupInUse, "stop its consumers first")
        case RD_KAFKA_RESP_ERR__FATAL, RD_KAFKA_RESP_ERR__GAPLESS_GUARANTEE, RD_KAFKA_RESP_ERR__INCONSISTENT:
            (.fatal, "send again: a new client is made")
        default: (.refused, nil)
        }
    }
}
