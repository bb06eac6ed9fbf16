internal import KafkaWire

/// The bytes of a record in the journal: a kind, then its fields in the protocol's flexible encoding. Kinds and fields
/// are never changed after release, only added to.
extension MetadataRecord {
    // One line per kind; splitting the list would hide that it is complete.
    func encode(into writer: inout WireWriter) {
        switch self {
        case .clusterNamed(let name):
            writer.int8(1)
            writer.string(name)
        case .topicCreated(let name, let id, let partitions, let settings):
            writer.int8(2)
            writer.string(name)
            writer.uuid(id)
            writer.int32(partitions)
            writer.settings(settings)
        case .topicDeleted(let name):
            writer.int8(3)
            writer.string(name)
        case .partitionsAdded(let name, let count):
            writer.int8(4)
            writer.string(name)
            writer.int32(count)
        case .settingsChanged(let name, let settings):
            writer.int8(5)
            writer.string(name)
            writer.settings(settings)
        case .logStartMoved(let partition, let offset):
            writer.int8(6)
            writer.partition(partition)
            writer.int64(offset)
        case .leaderEpochRaised(let partition, let epoch):
            writer.int8(7)
            writer.partition(partition)
            writer.int32(epoch)
        case .producerIDsReserved(let next):
            writer.int8(8)
            writer.int64(next)
        case .offsetsCommitted(let group, let offsets):
            writer.int8(9)
            writer.string(group)
            writer.offsets(offsets)
        case .offsetsForgotten(let group, let partitions):
            writer.int8(10)
            writer.string(group)
            writer.array(partitions) { $0.partition($1) }
        case .groupForgotten(let group):
            writer.int8(11)
            writer.string(group)
        case .groupGeneration(let group, let generation):
            writer.int8(12)
            writer.string(group)
            writer.generation(generation)
        case .offsetsStaged(let group, let producerID, let offsets):
            writer.int8(13)
            writer.string(group)
            writer.int64(producerID)
            writer.offsets(offsets)
        case .stagedOffsetsEnded(let group, let producerID, let commits):
            writer.int8(14)
            writer.string(group)
            writer.int64(producerID)
            writer.bool(commits)
        case .transactionChanged(let id, let state):
            writer.int8(15)
            writer.string(id)
            writer.transaction(state)
        case .transactionForgotten(let id):
            writer.int8(16)
            writer.string(id)
        }
    }

    init(from reader: inout WireReader) throws(WireError) {
        let kind = try reader.int8()
        switch kind {
        case 1: self = .clusterNamed(try reader.string())
        case 2:
            self = .topicCreated(
                name: try reader.string(),
                id: try reader.uuid(),
                partitions: try reader.int32(),
                settings: try reader.settings()
            )
        case 3: self = .topicDeleted(name: try reader.string())
        case 4: self = .partitionsAdded(name: try reader.string(), count: try reader.int32())
        case 5: self = .settingsChanged(name: try reader.string(), settings: try reader.settings())
        case 6: self = .logStartMoved(try reader.partition(), offset: try reader.int64())
        case 7: self = .leaderEpochRaised(try reader.partition(), epoch: try reader.int32())
        case 8: self = .producerIDsReserved(next: try reader.int64())
        case 9: self = .offsetsCommitted(group: try reader.string(), offsets: try reader.offsets())
        case 10:
            self = .offsetsForgotten(
                group: try reader.string(),
                partitions: try reader.array { reader throws(WireError) in try reader.partition() }
            )
        case 11: self = .groupForgotten(try reader.string())
        case 12: self = .groupGeneration(group: try reader.string(), try reader.generation())
        case 13:
            self = .offsetsStaged(
                group: try reader.string(),
                producerID: try reader.int64(),
                offsets: try reader.offsets()
            )
        case 14:
            self = .stagedOffsetsEnded(
                group: try reader.string(),
                producerID: try reader.int64(),
                commits: try reader.bool()
            )
        case 15: self = .transactionChanged(id: try reader.string(), try reader.transaction())
        case 16: self = .transactionForgotten(id: try reader.string())
        default: throw .unknownRecord(kind)
        }
    }
}

extension WireWriter {
    fileprivate mutating func settings(_ settings: [String: String]) {
        array(settings.sorted { $0.key < $1.key }) { writer, pair in
            writer.string(pair.key)
            writer.string(pair.value)
        }
    }

    fileprivate mutating func partition(_ partition: TopicPartition) {
        string(partition.topic)
        int32(partition.index)
    }

    fileprivate mutating func offsets(_ offsets: [TopicPartition: CommittedOffset]) {
        array(Array(offsets)) { writer, pair in
            writer.partition(pair.key)
            writer.int64(pair.value.offset)
            writer.int32(pair.value.leaderEpoch)
            writer.string(pair.value.metadata)
            writer.int64(pair.value.time)
        }
    }

    fileprivate mutating func generation(_ generation: GroupGeneration) {
        int32(generation.number)
        string(generation.protocolType)
        string(generation.protocolName)
        string(generation.leader)
        int64(generation.time)
        array(generation.members) { writer, member in
            writer.string(member.memberID)
            writer.string(member.groupInstanceID)
            writer.string(member.clientID)
            writer.string(member.clientHost)
            writer.int32(member.sessionTimeout)
            writer.int32(member.rebalanceTimeout)
            writer.array(member.protocols) { writer, groupProtocol in
                writer.string(groupProtocol.name)
                writer.byteArray(groupProtocol.metadata)
            }
            writer.byteArray(member.assignment)
        }
    }

    fileprivate mutating func transaction(_ state: TransactionState) {
        int64(state.producerID)
        int16(state.producerEpoch)
        int32(state.timeoutMilliseconds)
        int8(state.phase.rawValue)
        int64(state.time)
        array(Array(state.partitions)) { $0.partition($1) }
        array(state.groups.sorted()) { $0.string($1) }
    }
}

extension WireReader {
    fileprivate mutating func settings() throws(WireError) -> [String: String] {
        let pairs = try array { reader throws(WireError) in (try reader.string(), try reader.string()) }
        return Dictionary(pairs) { _, last in last }
    }

    fileprivate mutating func partition() throws(WireError) -> TopicPartition {
        TopicPartition(topic: try string(), index: try int32())
    }

    fileprivate mutating func offsets() throws(WireError) -> [TopicPartition: CommittedOffset] {
        let pairs = try array { reader throws(WireError) in
            let partition = try reader.partition()
            let offset = CommittedOffset(
                offset: try reader.int64(),
                leaderEpoch: try reader.int32(),
                metadata: try reader.nullableString(),
                time: try reader.int64()
            )
            return (partition, offset)
        }
        return Dictionary(pairs) { _, last in last }
    }

    fileprivate mutating func generation() throws(WireError) -> GroupGeneration {
        let number = try int32()
        let type = try string()
        let name = try string()
        let leader = try string()
        let time = try int64()
        let members = try array { reader throws(WireError) in
            GroupGeneration.Member(
                memberID: try reader.string(),
                groupInstanceID: try reader.nullableString(),
                clientID: try reader.string(),
                clientHost: try reader.string(),
                sessionTimeout: try reader.int32(),
                rebalanceTimeout: try reader.int32(),
                protocols: try reader.array { reader throws(WireError) in
                    JoinGroupRequest.GroupProtocol(name: try reader.string(), metadata: try reader.byteArray())
                },
                assignment: try reader.byteArray()
            )
        }
        return GroupGeneration(
            number: number,
            protocolType: type,
            protocolName: name,
            leader: leader,
            members: members,
            time: time
        )
    }

    fileprivate mutating func transaction() throws(WireError) -> TransactionState {
        let producerID = try int64()
        let epoch = try int16()
        let timeout = try int32()
        guard let phase = TransactionState.Phase(rawValue: try int8()) else { throw .unknownRecord(15) }
        var state = TransactionState(
            producerID: producerID,
            producerEpoch: epoch,
            timeoutMilliseconds: timeout,
            phase: phase,
            time: try int64()
        )
        state.partitions = Set(try array { reader throws(WireError) in try reader.partition() })
        state.groups = Set(try array { reader throws(WireError) in try reader.string() })
        return state
    }
}
