internal import KafkaWire

/// The node's own settings by Kafka's names: given when the server starts, shown by DescribeConfigs, and the same as
/// long as it runs.
struct BrokerSetting: Sendable {
    /// Kafka's name.
    let name: String
    private let type: TopicConfigEntry.ValueType
    private let rule: String
    private let read: @Sendable (BrokerConfiguration) -> String
    /// Takes a value; false where it cannot be one.
    private let write: @Sendable (inout BrokerConfiguration, String) -> Bool

    /// All settings, by name.
    static let all: [BrokerSetting] = [
        flag("auto.create.topics.enable", \.defaults.createsTopics),
        fixed("default.replication.factor", "1"),
        integer("group.initial.rebalance.delay.ms", \.defaults.initialRebalanceDelayMilliseconds, 0...60_000),
        integer("group.max.session.timeout.ms", \.limits.sessionTimeoutMaximumMilliseconds, 1_000...86_400_000),
        integer("group.max.size", \.limits.groupMembers, 1...100_000),
        integer("group.min.session.timeout.ms", \.limits.sessionTimeoutMinimumMilliseconds, 100...86_400_000),
        integer("log.retention.check.interval.ms", \.defaults.cleanupMilliseconds, 100...86_400_000),
        fixed("log.retention.hours", "168"),
        fixed("message.max.bytes", "1048588"),
        integer("num.partitions", \.defaults.partitions, 1...1_000),
        integer("offsets.retention.minutes", \.defaults.offsetsRetentionMinutes, 1...10_000_000),
        integer("producer.id.expiration.ms", \.defaults.producerExpirationMilliseconds, 1_000...31_536_000_000),
        integer("socket.request.max.bytes", \.limits.requestBytes, (1 << 20)...(1 << 30)),
        integer("transaction.max.timeout.ms", \.limits.transactionTimeoutMilliseconds, 1_000...86_400_000),
        integer(
            "transactional.id.expiration.ms",
            \.defaults.transactionalIDExpirationMilliseconds,
            60_000...31_536_000_000
        ),
    ]

    /// The settings as DescribeConfigs shows them.
    static func entries(_ configuration: BrokerConfiguration) -> [TopicConfigEntry] {
        all.map { setting in
            TopicConfigEntry(
                name: setting.name,
                value: setting.read(configuration),
                source: .broker,
                type: setting.type,
                isReadOnly: true
            )
        }
    }

    fileprivate func set(_ value: String, in configuration: inout BrokerConfiguration) throws(BrokerError) {
        guard write(&configuration, value) else { throw .setting(name, value, rule) }
    }

    private static func integer<Value: FixedWidthInteger & Sendable>(
        _ name: String,
        _ path: any WritableKeyPath<BrokerConfiguration, Value> & Sendable,
        _ range: ClosedRange<Value>
    ) -> BrokerSetting {
        BrokerSetting(
            name: name,
            type: Value.bitWidth > 32 ? .long : .int,
            rule: "a whole number from \(range.lowerBound) to \(range.upperBound)",
            read: { "\($0[keyPath: path])" },
            write: { configuration, text in
                guard let value = Value(text), range.contains(value) else { return false }
                configuration[keyPath: path] = value
                return true
            }
        )
    }

    private static func flag(
        _ name: String,
        _ path: any WritableKeyPath<BrokerConfiguration, Bool> & Sendable
    ) -> BrokerSetting {
        BrokerSetting(
            name: name,
            type: .boolean,
            rule: "true or false",
            read: { "\($0[keyPath: path])" },
            write: { configuration, text in
                guard let value = Bool(text) else { return false }
                configuration[keyPath: path] = value
                return true
            }
        )
    }

    private static func fixed(_ name: String, _ value: String) -> BrokerSetting {
        BrokerSetting(
            name: name,
            type: .int,
            rule: "always \(value) here",
            read: { _ in value },
            write: { _, text in text == value }
        )
    }
}

extension BrokerConfiguration {
    /// Sets what Kafka calls `name` among the node's settings.
    ///
    /// - Throws: ``BrokerError`` that names the setting, where it is unknown or the value cannot be.
    package mutating func set(_ name: String, to value: String) throws(BrokerError) {
        guard let setting = BrokerSetting.all.first(where: { $0.name == name }) else {
            throw .unknownSetting(name, BrokerSetting.all.map(\.name))
        }
        try setting.set(value, in: &self)
    }
}
