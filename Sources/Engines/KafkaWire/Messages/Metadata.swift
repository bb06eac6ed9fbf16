/// Which topics there are and where (API 3).
package struct MetadataRequest: WireRequest {
    /// One topic, by name or by identity.
    package struct Topic: Sendable {
        /// The identity, none when asked by name.
        package let id: TopicUUID
        /// The name, nil when asked by identity.
        package let name: String?

        init(from reader: inout WireReader) throws(WireError) {
            id = reader.since(10) ? try reader.uuid() : .none
            name = reader.since(10) ? try reader.nullableString() : try reader.string()
            try reader.tags()
        }
    }

    /// The topics wanted, nil for all.
    package let topics: [Topic]?
    /// Whether unknown ones are to be created.
    package let allowAutoTopicCreation: Bool

    /// Reads the body.
    package init(from reader: inout WireReader) throws(WireError) {
        let listed = try reader.nullableArray(Topic.init(from:))
        topics = reader.version == 0 && listed?.isEmpty == true ? nil : listed
        allowAutoTopicCreation = reader.since(4) ? try reader.bool() : true
        if (8...10).contains(reader.version) { _ = try reader.bool() }
        if reader.since(8) { _ = try reader.bool() }
        try reader.tags()
    }
}

/// A node that clients can reach.
package struct BrokerAddress: Sendable, Hashable {
    /// Its number.
    package let nodeID: Int32
    /// The name or address that clients dial.
    package let host: String
    /// The port that clients dial.
    package let port: Int32

    /// An address.
    package init(nodeID: Int32, host: String, port: Int32) {
        self.nodeID = nodeID
        self.host = host
        self.port = port
    }
}

/// The topics and the one node that leads them (API 3).
package struct MetadataResponse: WireResponse {
    /// One topic.
    package struct Topic: Sendable {
        /// What went wrong.
        package var error: KafkaErrorCode
        /// The name, nil when only an unknown identity was asked.
        package var name: String?
        /// The identity.
        package var id: TopicUUID
        /// The leader epoch of each partition, by number.
        package var partitionEpochs: [Int32]

        /// A topic.
        package init(error: KafkaErrorCode, name: String?, id: TopicUUID = .none, partitionEpochs: [Int32] = []) {
            self.error = error
            self.name = name
            self.id = id
            self.partitionEpochs = partitionEpochs
        }
    }

    /// The node.
    package var broker: BrokerAddress
    /// The cluster's name for itself.
    package var clusterID: String
    /// The topics.
    package var topics: [Topic]

    /// The response.
    package init(broker: BrokerAddress, clusterID: String, topics: [Topic]) {
        self.broker = broker
        self.clusterID = clusterID
        self.topics = topics
    }

    /// Writes the body.
    package func encode(into writer: inout WireWriter) {
        if writer.since(3) { writer.int32(0) }
        writer.array([broker]) { writer, broker in
            writer.int32(broker.nodeID)
            writer.string(broker.host)
            writer.int32(broker.port)
            if writer.since(1) { writer.string(nil) }
            writer.tags()
        }
        if writer.since(2) { writer.string(clusterID) }
        if writer.since(1) { writer.int32(broker.nodeID) }
        writer.array(topics) { writer, topic in encode(topic, into: &writer) }
        if (8...10).contains(writer.version) { writer.int32(.min) }
        writer.tags()
    }

    private func encode(_ topic: Topic, into writer: inout WireWriter) {
        writer.int16(topic.error.rawValue)
        writer.string(writer.since(12) ? topic.name : topic.name ?? "")
        if writer.since(10) { writer.uuid(topic.id) }
        if writer.since(1) { writer.bool(false) }
        writer.array(Array(topic.partitionEpochs.enumerated())) { writer, partition in
            writer.int16(0)
            writer.int32(Int32(partition.offset))
            writer.int32(broker.nodeID)
            if writer.since(7) { writer.int32(partition.element) }
            writer.array([broker.nodeID]) { $0.int32($1) }
            writer.array([broker.nodeID]) { $0.int32($1) }
            if writer.since(5) { writer.arrayCount(0) }
            writer.tags()
        }
        if writer.since(8) { writer.int32(.min) }
        writer.tags()
    }
}
