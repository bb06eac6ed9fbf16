internal import Primitives

/// How to reach a Kafka cluster: Martlet's own log, or any other.
package struct StreamConfiguration: Sendable {
    /// `host:port`, several with commas between.
    package var bootstrapServers: String
    /// The name that the broker sees and writes into its logs.
    package var clientID: String
    /// Further settings of librdkafka by their names, for example for TLS; they win over ours.
    package var extra: [String: String]
    /// How long an administrative request may take.
    package var requestTimeout: Duration
    /// How long a record may wait for its acknowledgement, retries and broker restarts included.
    package var deliveryTimeout: Duration
    /// The most records that a producer holds unacknowledged; `send` waits beyond that.
    package var maximumInFlightRecords: Int
    /// The most bytes of keys and values that a producer holds unacknowledged.
    package var maximumInFlightBytes: Int
    /// The most kilobytes that a reader fetches ahead of its user.
    package var readAheadKilobytes: Int

    /// Makes a configuration with defaults for low latency on one machine.
    package init(bootstrapServers: String, clientID: String = "martlet", extra: [String: String] = [:]) {
        self.bootstrapServers = bootstrapServers
        self.clientID = clientID
        self.extra = extra
        requestTimeout = .seconds(10)
        deliveryTimeout = .seconds(30)
        maximumInFlightRecords = 50_000
        maximumInFlightBytes = 32 << 20
        readAheadKilobytes = 16 << 10
    }

    /// The settings that all kinds of client share; ones given in `extra` come last, so they win.
    func settings(_ own: [(String, String)]) -> [(String, String)] {
        let common = [
            ("bootstrap.servers", bootstrapServers),
            ("client.id", clientID),
            ("reconnect.backoff.ms", "20"),
            ("reconnect.backoff.max.ms", "500"),
            ("retry.backoff.ms", "50"),
            ("log.connection.close", "false"),
            ("socket.nagle.disable", "true"),
            // How long a topic that the broker does not know may still be on its way.
            ("topic.metadata.propagation.max.ms", "2000"),
        ]
        return common + own + extra.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    var producerSettings: [(String, String)] {
        settings([
            ("enable.idempotence", "true"),
            ("enable.gapless.guarantee", "true"),
            ("linger.ms", "0.2"),
            ("batch.num.messages", "10000"),
            ("message.timeout.ms", String(deliveryTimeout.milliseconds)),
            // Ours is the limit that counts (InFlightLimit); the library's only has to be above it.
            ("queue.buffering.max.messages", "10000000"),
            ("queue.buffering.max.kbytes", "2097151"),
            // The partition of a key is the one that Java clients choose.
            ("partitioner", "murmur2_random"),
        ])
    }

    var readerSettings: [(String, String)] {
        settings([
            ("enable.auto.commit", "false"),
            ("enable.auto.offset.store", "false"),
            ("auto.offset.reset", "error"),
            ("enable.partition.eof", "false"),
            ("check.crcs", "true"),
            ("fetch.min.bytes", "1"),
            ("fetch.wait.max.ms", "500"),
            ("fetch.error.backoff.ms", "50"),
            ("queued.min.messages", "10000000"),
            ("queued.max.messages.kbytes", String(readAheadKilobytes)),
        ])
    }
}
