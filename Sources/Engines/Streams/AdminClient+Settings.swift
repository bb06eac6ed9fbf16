internal import CRdKafka

extension AdminClient {
    /// A topic's settings, by name.
    func settings(ofTopic topic: String) throws(StreamError) -> [TopicSetting] {
        let operation = "reading the settings of topic \"\(topic)\" failed"
        let resource = try Self.resource(topic, operation)
        defer { rd_kafka_ConfigResource_destroy(resource) }
        var resources: [OpaquePointer?] = [resource]
        var settings: [TopicSetting] = []
        try request(RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS, operation) { options, queue in
            rd_kafka_DescribeConfigs(handle.raw, &resources, 1, options, queue)
        } read: { event throws(StreamError) in
            var count = 0
            let result = rd_kafka_event_DescribeConfigs_result(event)
            let described = rd_kafka_DescribeConfigs_result_resources(result, &count)
            for case let resource? in UnsafeBufferPointer(start: described, count: count) {
                try checkResource(resource, operation)
                settings += Self.entries(of: resource)
            }
        }
        return settings.sorted { $0.name < $1.name }
    }

    /// Changes some settings of a topic; nil gives one its standard value again.
    ///
    /// librdkafka 2.0 can only replace all settings at once, so those that were set before are sent along.
    func alterTopic(_ topic: String, settings changes: [String: String?]) throws(StreamError) {
        let operation = "changing the settings of topic \"\(topic)\" failed"
        var values: [String: String] = [:]
        for setting in try settings(ofTopic: topic) where setting.isOwn { values[setting.name] = setting.value }
        for (name, value) in changes { values[name] = value }
        let resource = try Self.resource(topic, operation)
        defer { rd_kafka_ConfigResource_destroy(resource) }
        for (name, value) in values.sorted(by: { $0.key < $1.key }) {
            try check(rd_kafka_ConfigResource_set_config(resource, name, value), "\(operation): \(name)")
        }
        var resources: [OpaquePointer?] = [resource]
        try request(RD_KAFKA_ADMIN_OP_ALTERCONFIGS, operation) { options, queue in
            rd_kafka_AlterConfigs(handle.raw, &resources, 1, options, queue)
        } read: { event throws(StreamError) in
            var count = 0
            let altered = rd_kafka_AlterConfigs_result_resources(rd_kafka_event_AlterConfigs_result(event), &count)
            for case let resource? in UnsafeBufferPointer(start: altered, count: count) {
                try checkResource(resource, operation)
            }
        }
    }

    /// Gives a topic more partitions; `count` is how many it has then.
    func addPartitions(toTopic topic: String, count: Int) throws(StreamError) {
        let operation = "adding partitions to topic \"\(topic)\" failed"
        var reason = [CChar](repeating: 0, count: 512)
        guard let partitions = rd_kafka_NewPartitions_new(topic, count, &reason, reason.count) else {
            throw StreamError(.invalid, "\(operation): \(text(reason))")
        }
        defer { rd_kafka_NewPartitions_destroy(partitions) }
        var topics: [OpaquePointer?] = [partitions]
        try request(RD_KAFKA_ADMIN_OP_CREATEPARTITIONS, operation) { options, queue in
            rd_kafka_CreatePartitions(handle.raw, &topics, 1, options, queue)
        } read: { event throws(StreamError) in
            var count = 0
            let result = rd_kafka_event_CreatePartitions_result(event)
            try checkTopics(rd_kafka_CreatePartitions_result_topics(result, &count), count, operation)
        }
    }

    private static func resource(_ topic: String, _ operation: String) throws(StreamError) -> OpaquePointer {
        guard !topic.isEmpty, let resource = rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic) else {
            throw StreamError(.invalid, "\(operation): the name is not accepted")
        }
        return resource
    }

    private func checkResource(_ resource: OpaquePointer, _ operation: String) throws(StreamError) {
        let error = rd_kafka_ConfigResource_error(resource)
        guard error != RD_KAFKA_RESP_ERR_NO_ERROR else { return }
        let detail = rd_kafka_ConfigResource_error_string(resource).map { String(cString: $0) }
        throw StreamError(error, operation: operation, detail: detail)
    }

    private static func entries(of resource: OpaquePointer) -> [TopicSetting] {
        var count = 0
        let entries = rd_kafka_ConfigResource_configs(resource, &count)
        return UnsafeBufferPointer(start: entries, count: count).compactMap { entry in
            guard let entry, let name = rd_kafka_ConfigEntry_name(entry) else { return nil }
            return TopicSetting(
                name: String(cString: name),
                value: rd_kafka_ConfigEntry_value(entry).map { String(cString: $0) },
                isOwn: rd_kafka_ConfigEntry_source(entry) == RD_KAFKA_CONFIG_SOURCE_DYNAMIC_TOPIC_CONFIG
            )
        }
    }
}
