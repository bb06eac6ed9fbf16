internal import KafkaWire
internal import LogStorage

/// One member of a group.
final class Member {
    /// Its id.
    fileprivate(set) var id: String
    /// The id it had before it came back under its static name.
    private(set) var formerID: String?
    /// Its static name.
    let instanceID: String?
    private(set) var clientID = ""
    private(set) var clientHost = ""
    /// The connection of its last join; nil since a restart.
    private(set) var connection: UInt64?
    /// Whether it was never part of a generation.
    var isNew = true
    private(set) var sessionTimeout: Int32 = 0
    private(set) var rebalanceTimeout: Int32 = 0
    /// What it understands, the dearest first.
    private(set) var protocols: [JoinGroupRequest.GroupProtocol] = []
    /// Runs out when it is silent.
    var timer: TimerQueue.ID?
    /// Waits for the generation to begin.
    var joinAnswer: ((JoinGroupResponse) -> Void)?
    /// Waits for the leader's plan.
    var syncAnswer: ((SyncGroupResponse) -> Void)?

    init(id: String, instanceID: String?) {
        self.id = id
        self.instanceID = instanceID
    }

    fileprivate init(restoring remembered: GroupGeneration.Member) {
        isNew = false
        id = remembered.memberID
        instanceID = remembered.groupInstanceID
        clientID = remembered.clientID
        clientHost = remembered.clientHost
        sessionTimeout = remembered.sessionTimeout
        rebalanceTimeout = remembered.rebalanceTimeout
        protocols = remembered.protocols
    }

    /// Takes over what a join says.
    func update(from request: JoinGroupRequest, _ client: GroupClient) {
        sessionTimeout = request.sessionTimeoutMilliseconds
        rebalanceTimeout = max(request.rebalanceTimeoutMilliseconds, 0)
        protocols = request.protocols
        clientID = client.clientID
        clientHost = client.host
        connection = client.connection
    }

    /// The member's words for a protocol.
    func metadata(for name: String) -> [UInt8]? { protocols.first { $0.name == name }?.metadata }

    /// Answers a waiting join.
    func answerJoin(_ response: JoinGroupResponse) {
        let answer = joinAnswer
        joinAnswer = nil
        answer?(response)
    }

    /// Answers a waiting sync.
    func answerSync(_ response: SyncGroupResponse) {
        let answer = syncAnswer
        syncAnswer = nil
        answer?(response)
    }

    fileprivate func rename(to new: String) {
        formerID = id
        id = new
    }

    fileprivate func remembered(assignment: [UInt8]) -> GroupGeneration.Member {
        GroupGeneration.Member(
            memberID: id,
            groupInstanceID: instanceID,
            clientID: clientID,
            clientHost: clientHost,
            sessionTimeout: sessionTimeout,
            rebalanceTimeout: rebalanceTimeout,
            protocols: protocols,
            assignment: assignment
        )
    }
}

extension JoinGroupRequest {
    /// The member's words for a protocol.
    func metadata(for name: String) -> [UInt8]? { protocols.first { $0.name == name }?.metadata }
}

/// One group's state.
final class Group {
    /// Where the group is on its way to a plan.
    enum State {
        case empty, preparing, completing, stable

        /// The name that clients see.
        var name: String {
            switch self {
            case .empty: "Empty"
            case .preparing: "PreparingRebalance"
            case .completing: "CompletingRebalance"
            case .stable: "Stable"
            }
        }
    }

    /// The group's id.
    let id: String
    /// Where the group is.
    var state = State.empty
    /// Counts the plans.
    private(set) var generation: Int32 = 0
    private(set) var protocolType = ""
    private(set) var protocolName = ""
    /// The leader's member id.
    private(set) var leader = ""
    /// The members by id.
    private(set) var members: [String: Member] = [:]
    /// Ids that were given to clients that have not come back with them yet, and the clients' connections.
    var pending: [String: UInt64] = [:]
    /// The plan.
    var assignments: [String: [UInt8]] = [:]
    /// Ends the phase.
    var phaseTimer: TimerQueue.ID?
    /// Set while an empty group waits for more members before its first generation.
    var isGathering = false

    init(id: String) { self.id = id }

    init(id: String, restoring remembered: GroupGeneration) {
        self.id = id
        generation = remembered.number
        protocolType = remembered.protocolType
        protocolName = remembered.protocolName
        leader = remembered.leader
        for member in remembered.members {
            members[member.memberID] = Member(restoring: member)
            assignments[member.memberID] = member.assignment
        }
        state = members.isEmpty ? .empty : .stable
    }

    /// Whether nobody ever was here.
    var isUnused: Bool { members.isEmpty && pending.isEmpty && generation == 0 }

    /// Whether a client's kind and protocols fit the group's.
    func accepts(_ request: JoinGroupRequest) -> Bool {
        let others = members.values.filter { member in
            member.id != request.memberID
                && (member.instanceID == nil || member.instanceID != request.groupInstanceID)
        }
        guard !others.isEmpty else { return true }
        guard request.protocolType == protocolType else { return false }
        return request.protocols.contains { offered in
            others.allSatisfy { member in member.protocols.contains { $0.name == offered.name } }
        }
    }

    /// Whether a member reads a topic; members that do not say what they read are taken to read it.
    func isSubscribed(to topic: String) -> Bool {
        members.values.contains { member in
            guard protocolType == ConsumerSubscription.protocolType else { return true }
            return member.protocols.contains { offered in
                let subscription = try? ConsumerSubscription(metadata: offered.metadata)
                return subscription?.topics.contains(topic) ?? true
            }
        }
    }

    func insert(_ member: Member, protocolType: String) {
        if members.isEmpty { self.protocolType = protocolType }
        members[member.id] = member
    }

    func remove(_ member: Member) {
        members[member.id] = nil
        assignments[member.id] = nil
    }

    /// Gives a static member its new id, its place in the plan included.
    func rename(_ member: Member, to id: String) {
        let old = member.id
        members[old] = nil
        member.rename(to: id)
        members[id] = member
        assignments[id] = assignments.removeValue(forKey: old)
        if leader == old { leader = id }
    }

    /// Begins the next generation with those who joined.
    func beginGeneration() {
        generation = generation == .max ? 1 : generation + 1
        protocolName = chooseProtocol()
        if members[leader] == nil { leader = members.keys.sorted().first ?? "" }
        state = .completing
        assignments = [:]
    }

    /// The protocol that most members like best, among those that all understand.
    private func chooseProtocol() -> String {
        let common = members.values.reduce(into: [String: Int]()) { counts, member in
            for name in Set(member.protocols.map(\.name)) { counts[name, default: 0] += 1 }
        }.filter { $0.value == members.count }
        var votes: [String: Int] = [:]
        for member in members.values {
            guard let choice = member.protocols.first(where: { common[$0.name] != nil }) else { continue }
            votes[choice.name, default: 0] += 1
        }
        return votes.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key ?? ""
    }

    /// Nobody is left; offsets stay.
    func becomeEmpty() {
        state = .empty
        generation = generation == .max ? 1 : generation + 1
        protocolName = ""
        leader = ""
        assignments = [:]
        isGathering = false
    }

    /// The answer to a member's join.
    func joinResponse(for member: Member, forLeader: Bool) -> JoinGroupResponse {
        var response = JoinGroupResponse(error: .none, memberID: member.id)
        response.generationID = generation
        response.protocolType = protocolType
        response.protocolName = protocolName
        response.leader = leader
        guard forLeader else { return response }
        response.members = members.values.sorted { $0.id < $1.id }.map {
            JoinGroupResponse.Member(
                memberID: $0.id,
                groupInstanceID: $0.instanceID,
                metadata: $0.metadata(for: protocolName) ?? []
            )
        }
        return response
    }

    /// The answer to a member's sync.
    func syncResponse(for member: Member) -> SyncGroupResponse {
        SyncGroupResponse(
            error: .none,
            protocolType: protocolType,
            protocolName: protocolName,
            assignment: assignments[member.id] ?? []
        )
    }

    /// What a restart needs.
    func remembered(at time: Int64) -> GroupGeneration {
        GroupGeneration(
            number: generation,
            protocolType: protocolType,
            protocolName: protocolName,
            leader: leader,
            members: members.values.sorted { $0.id < $1.id }.map {
                $0.remembered(assignment: assignments[$0.id] ?? [])
            },
            time: time
        )
    }

    /// The group for DescribeGroups.
    var description: DescribeGroupsResponse.Group {
        var group = DescribeGroupsResponse.Group(id: id, state: state.name)
        group.protocolType = protocolType
        group.protocolName = state == .stable ? protocolName : ""
        group.members = members.values.sorted { $0.id < $1.id }.map { member in
            DescribeGroupsResponse.Member(
                memberID: member.id,
                groupInstanceID: member.instanceID,
                clientID: member.clientID,
                clientHost: member.clientHost,
                metadata: state == .stable ? member.metadata(for: protocolName) ?? [] : [],
                assignment: state == .stable ? assignments[member.id] ?? [] : []
            )
        }
        return group
    }
}
