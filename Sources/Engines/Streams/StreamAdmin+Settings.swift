/// One setting of a topic.
package struct TopicSetting: Sendable, Hashable {
    /// Kafka's name for it, such as `retention.ms`.
    package let name: String
    /// Its value; nil where the cluster keeps that to itself.
    package let value: String?
    /// Whether it was set for this topic; otherwise the value is the cluster's.
    package let isOwn: Bool
}

extension StreamAdmin {
    /// A topic's settings, by name.
    ///
    /// - Throws: `StreamError` with code `unknownTopic`, among others.
    package func settings(ofTopic topic: String) async throws -> [TopicSetting] {
        try await run { try $0.settings(ofTopic: topic) }
    }

    /// Changes some settings of a topic, all of them or none; nil gives one its standard value again.
    ///
    /// Two changes of one topic at a time may undo each other, since the protocol's older request replaces all.
    ///
    /// - Throws: `StreamError` with code `unknownTopic` or `invalid`, among others.
    package func alterTopic(_ topic: String, settings: [String: String?]) async throws {
        try await run { try $0.alterTopic(topic, settings: settings) }
    }

    /// Gives a topic more partitions; `count` is how many it has then.
    ///
    /// - Throws: `StreamError` with code `unknownTopic` or `invalid`, among others.
    package func addPartitions(toTopic topic: String, count: Int) async throws {
        try await run { try $0.addPartitions(toTopic: topic, count: count) }
    }
}
