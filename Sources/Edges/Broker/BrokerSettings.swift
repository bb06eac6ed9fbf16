internal import KafkaWire

/// The node's own settings as DescribeConfigs shows them; they come from Martlet's configuration and stay as they are.
enum BrokerSettings {
    static func entries(_ configuration: BrokerConfiguration) -> [TopicConfigEntry] {
        let limits = configuration.limits
        let defaults = configuration.defaults
        let values: [(String, String, TopicConfigEntry.ValueType)] = [
            ("auto.create.topics.enable", "\(defaults.createsTopics)", .boolean),
            ("default.replication.factor", "1", .int),
            ("group.initial.rebalance.delay.ms", "\(defaults.initialRebalanceDelayMilliseconds)", .int),
            ("group.max.session.timeout.ms", "\(limits.sessionTimeoutMaximumMilliseconds)", .int),
            ("group.min.session.timeout.ms", "\(limits.sessionTimeoutMinimumMilliseconds)", .int),
            ("log.retention.hours", "168", .int),
            ("message.max.bytes", "1048588", .int),
            ("num.partitions", "\(defaults.partitions)", .int),
            ("offsets.retention.minutes", "\(defaults.offsetsRetentionMinutes)", .int),
            ("socket.request.max.bytes", "\(limits.requestBytes)", .int),
            ("transaction.max.timeout.ms", "\(limits.transactionTimeoutMilliseconds)", .int),
        ]
        return values.map { name, value, type in
            TopicConfigEntry(name: name, value: value, source: .broker, type: type, isReadOnly: true)
        }
    }
}
