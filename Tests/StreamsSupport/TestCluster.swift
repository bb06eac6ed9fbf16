package import CRdKafka
package import Streams

/// librdkafka's own cluster of one broker, on a port of this machine.
///
/// It speaks the real protocol and fails where it is told to. For a broker that goes away and comes back there is
/// ``TestLog``.
package final class TestCluster: @unchecked Sendable {
    // Safe to share: the library's mock cluster locks inside.
    private let client: OpaquePointer
    private let cluster: OpaquePointer

    /// Starts a cluster.
    package init() {
        client = rd_kafka_new(RD_KAFKA_PRODUCER, rd_kafka_conf_new(), nil, 0)!
        cluster = rd_kafka_mock_cluster_new(client, 1)
    }

    deinit {
        rd_kafka_mock_cluster_destroy(cluster)
        rd_kafka_destroy(client)
    }

    /// How to reach it.
    package var configuration: StreamConfiguration {
        StreamConfiguration(
            bootstrapServers: String(cString: rd_kafka_mock_cluster_bootstraps(cluster)),
            clientID: "streams-tests"
        )
    }

    /// Makes a topic.
    package func create(_ topic: String, partitions: Int32 = 1) {
        rd_kafka_mock_topic_create(cluster, topic, partitions, 1)
    }

    /// Makes the next produce requests fail with errors of the broker.
    package func failProduce(_ errors: [rd_kafka_resp_err_t]) {
        errors.withUnsafeBufferPointer {
            rd_kafka_mock_push_request_errors_array(cluster, 0, $0.count, $0.baseAddress)
        }
    }
}
