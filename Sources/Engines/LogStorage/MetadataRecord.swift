package import KafkaWire

/// A partition of a topic by name.
package struct TopicPartition: Hashable, Sendable {
    /// The topic's name.
    package let topic: String
    /// The partition's number.
    package let index: Int32

    /// A partition.
    package init(topic: String, index: Int32) {
        self.topic = topic
        self.index = index
    }
}

/// A position that a group committed.
package struct CommittedOffset: Equatable, Sendable {
    /// The next offset to read.
    package let offset: Int64
    /// The epoch of the record before it, -1 for none.
    package let leaderEpoch: Int32
    /// The client's own words.
    package let metadata: String?
    /// When it was committed.
    package let time: Int64

    /// A position.
    package init(offset: Int64, leaderEpoch: Int32, metadata: String?, time: Int64) {
        self.offset = offset
        self.leaderEpoch = leaderEpoch
        self.metadata = metadata
        self.time = time
    }
}

/// A group's last generation, kept so that a restart does not send every consumer back to joining.
package struct GroupGeneration: Equatable, Sendable {
    /// One member.
    package struct Member: Equatable, Sendable {
        /// The member's id.
        package var memberID: String
        /// Its static name.
        package var groupInstanceID: String?
        /// What the client calls itself.
        package var clientID: String
        /// Where it comes from.
        package var clientHost: String
        /// How long it may be silent.
        package var sessionTimeout: Int32
        /// How long a rebalance waits for it.
        package var rebalanceTimeout: Int32
        /// Its protocols with its words.
        package var protocols: [JoinGroupRequest.GroupProtocol]
        /// Its partitions.
        package var assignment: [UInt8]

        /// A member.
        package init(
            memberID: String,
            groupInstanceID: String?,
            clientID: String,
            clientHost: String,
            sessionTimeout: Int32,
            rebalanceTimeout: Int32,
            protocols: [JoinGroupRequest.GroupProtocol],
            assignment: [UInt8]
        ) {
            self.memberID = memberID
            self.groupInstanceID = groupInstanceID
            self.clientID = clientID
            self.clientHost = clientHost
            self.sessionTimeout = sessionTimeout
            self.rebalanceTimeout = rebalanceTimeout
            self.protocols = protocols
            self.assignment = assignment
        }
    }

    /// The generation's number.
    package var number: Int32
    /// What kind of group it is.
    package var protocolType: String
    /// The protocol in use.
    package var protocolName: String
    /// The leader's member id.
    package var leader: String
    /// The members; none when the group is empty.
    package var members: [Member]
    /// When this generation began, or the group became empty.
    package var time: Int64

    /// A generation.
    package init(
        number: Int32,
        protocolType: String,
        protocolName: String,
        leader: String,
        members: [Member],
        time: Int64
    ) {
        self.number = number
        self.protocolType = protocolType
        self.protocolName = protocolName
        self.leader = leader
        self.members = members
        self.time = time
    }
}

/// A transactional id's state.
package struct TransactionState: Equatable, Sendable {
    /// The phases.
    package enum Phase: Int8, CaseIterable, Sendable {
        case empty = 0
        case ongoing = 1
        case prepareCommit = 2
        case prepareAbort = 3
        case completeCommit = 4
        case completeAbort = 5

        /// Whether commit or abort is decided but not yet written everywhere.
        package var isDecided: Bool { self == .prepareCommit || self == .prepareAbort }

        /// The name that clients see.
        package var name: String {
            switch self {
            case .empty: "Empty"
            case .ongoing: "Ongoing"
            case .prepareCommit: "PrepareCommit"
            case .prepareAbort: "PrepareAbort"
            case .completeCommit: "CompleteCommit"
            case .completeAbort: "CompleteAbort"
            }
        }
    }

    /// The producer id.
    package var producerID: Int64
    /// The epoch of the only legal owner.
    package var producerEpoch: Int16
    /// How long a transaction may stay open.
    package var timeoutMilliseconds: Int32
    /// The phase.
    package var phase: Phase
    /// The partitions of the open transaction.
    package var partitions: Set<TopicPartition>
    /// The groups whose positions it commits.
    package var groups: Set<String>
    /// When it began; of a closed one, when it ended.
    package var time: Int64

    /// A state.
    package init(producerID: Int64, producerEpoch: Int16, timeoutMilliseconds: Int32, phase: Phase, time: Int64) {
        self.producerID = producerID
        self.producerEpoch = producerEpoch
        self.timeoutMilliseconds = timeoutMilliseconds
        self.phase = phase
        partitions = []
        groups = []
        self.time = time
    }
}

/// One change of what the log remembers beside its batches.
package enum MetadataRecord: Equatable, Sendable {
    case clusterNamed(String)
    case topicCreated(name: String, id: TopicUUID, partitions: Int32, settings: [String: String])
    case topicDeleted(name: String)
    case partitionsAdded(name: String, count: Int32)
    case settingsChanged(name: String, settings: [String: String])
    case logStartMoved(TopicPartition, offset: Int64)
    case leaderEpochRaised(TopicPartition, epoch: Int32)
    case producerIDsReserved(next: Int64)
    case offsetsCommitted(group: String, offsets: [TopicPartition: CommittedOffset])
    case offsetsForgotten(group: String, partitions: [TopicPartition])
    case groupForgotten(String)
    case groupGeneration(group: String, GroupGeneration)
    case offsetsStaged(group: String, producerID: Int64, offsets: [TopicPartition: CommittedOffset])
    case stagedOffsetsEnded(group: String, producerID: Int64, commits: Bool)
    case transactionChanged(id: String, TransactionState)
    case transactionForgotten(id: String)
}
