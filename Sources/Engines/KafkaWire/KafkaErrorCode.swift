/// The error codes of the protocol that a single node uses.
package struct KafkaErrorCode: RawRepresentable, Hashable, Sendable {
    /// The number on the wire.
    package let rawValue: Int16

    /// The code of a number.
    package init(rawValue: Int16) { self.rawValue = rawValue }

    private init(_ rawValue: Int16) { self.rawValue = rawValue }
}

extension KafkaErrorCode {
    /// A bug of ours.
    package static let unknownServerError = KafkaErrorCode(-1)
    /// No error.
    package static let none = KafkaErrorCode(0)
    /// A fetch below the start or beyond the end.
    package static let offsetOutOfRange = KafkaErrorCode(1)
    /// Checksum or sizes of a batch are wrong.
    package static let corruptMessage = KafkaErrorCode(2)
    /// No such topic or partition.
    package static let unknownTopicOrPartition = KafkaErrorCode(3)
    /// The partition is closing or out of order.
    package static let notLeaderOrFollower = KafkaErrorCode(6)
    /// Not durable within the request's time.
    package static let requestTimedOut = KafkaErrorCode(7)
    /// A batch larger than `max.message.bytes`.
    package static let messageTooLarge = KafkaErrorCode(10)
    /// Metadata of a commit longer than 4,096 bytes.
    package static let offsetMetadataTooLarge = KafkaErrorCode(12)
    /// The server is stopping.
    package static let coordinatorNotAvailable = KafkaErrorCode(15)
    /// A name that no topic can have.
    package static let invalidTopic = KafkaErrorCode(17)
    /// A batch larger than a segment.
    package static let recordListTooLarge = KafkaErrorCode(18)
    /// `acks` other than -1, 0 and 1.
    package static let invalidRequiredAcks = KafkaErrorCode(21)
    /// The member's generation is over.
    package static let illegalGeneration = KafkaErrorCode(22)
    /// No protocol in common with the group.
    package static let inconsistentGroupProtocol = KafkaErrorCode(23)
    /// An empty group id.
    package static let invalidGroupID = KafkaErrorCode(24)
    /// The group does not know the member.
    package static let unknownMemberID = KafkaErrorCode(25)
    /// A session timeout outside the limits.
    package static let invalidSessionTimeout = KafkaErrorCode(26)
    /// The member must join again.
    package static let rebalanceInProgress = KafkaErrorCode(27)
    /// Not allowed for this user.
    package static let topicAuthorizationFailed = KafkaErrorCode(29)
    /// A record's time is outside the topic's limits.
    package static let invalidTimestamp = KafkaErrorCode(32)
    /// A mechanism that is not offered.
    package static let unsupportedSASLMechanism = KafkaErrorCode(33)
    /// Authentication out of order.
    package static let illegalSASLState = KafkaErrorCode(34)
    /// A version that is not offered.
    package static let unsupportedVersion = KafkaErrorCode(35)
    /// The name is taken.
    package static let topicAlreadyExists = KafkaErrorCode(36)
    /// A number of partitions that cannot be.
    package static let invalidPartitions = KafkaErrorCode(37)
    /// More replicas than nodes.
    package static let invalidReplicationFactor = KafkaErrorCode(38)
    /// Replicas on nodes that do not exist.
    package static let invalidReplicaAssignment = KafkaErrorCode(39)
    /// A setting that is unknown, malformed or not honoured.
    package static let invalidConfig = KafkaErrorCode(40)
    /// A request that contradicts itself.
    package static let invalidRequest = KafkaErrorCode(42)
    /// What the topic's settings do not allow.
    package static let policyViolation = KafkaErrorCode(44)
    /// A sequence number that leaves a gap.
    package static let outOfOrderSequence = KafkaErrorCode(45)
    /// An older epoch of the producer.
    package static let invalidProducerEpoch = KafkaErrorCode(47)
    /// Not possible in the transaction's state.
    package static let invalidTransactionState = KafkaErrorCode(48)
    /// The transactional id belongs to another producer id.
    package static let invalidProducerIDMapping = KafkaErrorCode(49)
    /// A transaction timeout beyond the limit.
    package static let invalidTransactionTimeout = KafkaErrorCode(50)
    /// The transaction before this one is still ending.
    package static let concurrentTransactions = KafkaErrorCode(51)
    /// Something else in the request failed, so this was not tried.
    package static let operationNotAttempted = KafkaErrorCode(55)
    /// Writing or flushing failed.
    package static let storageError = KafkaErrorCode(56)
    /// Wrong user or password.
    package static let saslAuthenticationFailed = KafkaErrorCode(58)
    /// The group still has members.
    package static let nonEmptyGroup = KafkaErrorCode(68)
    /// No such group.
    package static let groupIDNotFound = KafkaErrorCode(69)
    /// The session is not known any more.
    package static let fetchSessionIDNotFound = KafkaErrorCode(70)
    /// A request of the session is missing.
    package static let invalidFetchSessionEpoch = KafkaErrorCode(71)
    /// The client knows an older epoch of the partition.
    package static let fencedLeaderEpoch = KafkaErrorCode(74)
    /// The client knows a newer epoch of the partition.
    package static let unknownLeaderEpoch = KafkaErrorCode(75)
    /// A codec that does not exist or is not allowed here.
    package static let unsupportedCompressionType = KafkaErrorCode(76)
    /// Join again with the member id of this answer.
    package static let memberIDRequired = KafkaErrorCode(79)
    /// The group is full.
    package static let groupMaxSizeReached = KafkaErrorCode(81)
    /// Another member took over the instance id.
    package static let fencedInstanceID = KafkaErrorCode(82)
    /// The group reads the topic.
    package static let groupSubscribedToTopic = KafkaErrorCode(86)
    /// A record that the topic cannot take.
    package static let invalidRecord = KafkaErrorCode(87)
    /// A transaction holds offsets for the partition.
    package static let unstableOffsetCommit = KafkaErrorCode(88)
    /// A newer producer took over.
    package static let producerFenced = KafkaErrorCode(90)
    /// No topic has this identity.
    package static let unknownTopicID = KafkaErrorCode(100)
    /// No transaction under this id.
    package static let transactionalIDNotFound = KafkaErrorCode(105)
}
