/// The requests that the log answers, and at which versions.
///
/// The ranges are what every client of the coverage table in `docs/log.md` was proved to work with.
package enum ApiKey: Int16, CaseIterable, Sendable {
    case produce = 0
    case fetch = 1
    case listOffsets = 2
    case metadata = 3
    case offsetCommit = 8
    case offsetFetch = 9
    case findCoordinator = 10
    case joinGroup = 11
    case heartbeat = 12
    case leaveGroup = 13
    case syncGroup = 14
    case describeGroups = 15
    case listGroups = 16
    case saslHandshake = 17
    case apiVersions = 18
    case createTopics = 19
    case deleteTopics = 20
    case deleteRecords = 21
    case initProducerID = 22
    case offsetForLeaderEpoch = 23
    case addPartitionsToTransaction = 24
    case addOffsetsToTransaction = 25
    case endTransaction = 26
    case transactionOffsetCommit = 28
    case describeConfigs = 32
    case alterConfigs = 33
    case describeLogDirectories = 35
    case saslAuthenticate = 36
    case createPartitions = 37
    case deleteGroups = 42
    case incrementalAlterConfigs = 44
    case offsetDelete = 47
    case describeCluster = 60
    case describeProducers = 61
    case describeTransactions = 65
    case listTransactions = 66

    /// The versions that are really answered.
    package var versions: ClosedRange<Int16> {
        switch self {
        case .produce: 3...9
        case .fetch: 4...12
        case .listOffsets: 1...8
        case .metadata: 0...12
        case .offsetCommit: 2...8
        case .offsetFetch: 1...8
        case .findCoordinator: 0...4
        case .joinGroup: 0...9
        case .heartbeat: 0...4
        case .leaveGroup, .syncGroup, .describeGroups, .listGroups: 0...5
        case .saslHandshake: 0...1
        case .apiVersions: 0...3
        case .createTopics: 2...7
        case .deleteTopics: 1...6
        case .deleteRecords: 0...2
        case .initProducerID: 0...4
        case .offsetForLeaderEpoch: 2...4
        case .addPartitionsToTransaction, .addOffsetsToTransaction, .endTransaction, .transactionOffsetCommit: 0...3
        case .describeConfigs, .describeLogDirectories: 1...4
        case .alterConfigs, .saslAuthenticate, .deleteGroups: 0...2
        case .createPartitions: 0...3
        case .incrementalAlterConfigs: 0...1
        case .offsetDelete, .describeCluster, .describeProducers, .describeTransactions, .listTransactions: 0...0
        }
    }

    /// The versions to announce: Produce from 0, because older librdkafka compresses only for brokers that claim it.
    package var advertisedVersions: ClosedRange<Int16> {
        self == .produce ? 0...versions.upperBound : versions
    }

    /// The first version with compact lengths and tagged fields, nil when there is none.
    package var firstFlexibleVersion: Int16? {
        switch self {
        case .produce, .metadata: 9
        case .fetch: 12
        case .listOffsets, .offsetFetch, .joinGroup: 6
        case .offsetCommit: 8
        case .findCoordinator, .listGroups, .apiVersions, .addPartitionsToTransaction, .addOffsetsToTransaction,
            .endTransaction, .transactionOffsetCommit:
            3
        case .heartbeat, .leaveGroup, .syncGroup, .deleteTopics, .offsetForLeaderEpoch, .describeConfigs: 4
        case .describeGroups, .createTopics: 5
        case .deleteRecords, .initProducerID, .alterConfigs, .describeLogDirectories, .saslAuthenticate,
            .createPartitions, .deleteGroups:
            2
        case .incrementalAlterConfigs: 1
        case .describeCluster, .describeProducers, .describeTransactions, .listTransactions: 0
        case .saslHandshake, .offsetDelete: nil
        }
    }

    /// Whether a version uses compact lengths and tagged fields.
    package func isFlexible(_ version: Int16) -> Bool {
        guard let first = firstFlexibleVersion else { return false }
        return version >= first
    }
}
