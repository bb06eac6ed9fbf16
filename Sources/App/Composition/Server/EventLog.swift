internal import Broker
internal import Execution
internal import MartletAPI
internal import Streams

/// Where topics are: in the log of our own, or on a cluster of somebody else's.
enum EventLog: Sendable {
    case embedded(LogBroker, port: Int, StreamConfiguration)
    case outside(OutsideCluster)

    /// What runs for it.
    var service: any Service {
        switch self {
        case .embedded(let broker, _, _): broker
        case .outside(let cluster): cluster
        }
    }

    /// How it is reached.
    var streams: StreamConfiguration {
        switch self {
        case .embedded(_, _, let streams): streams
        case .outside(let cluster): cluster.streams
        }
    }

    /// The port that we listen on for Kafka's protocol; nil where we do not.
    var port: Int? {
        if case .embedded(_, let port, _) = self { return port }
        return nil
    }

    /// What the server says of it.
    var status: KafkaStatus {
        switch self {
        case .embedded(_, _, let streams): KafkaStatus(isEmbedded: true, bootstrapServers: streams.bootstrapServers)
        case .outside(let cluster): cluster.status
        }
    }
}
