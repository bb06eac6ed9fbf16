internal import KafkaWire
internal import LogStorage
internal import Primitives
internal import Telemetry

/// Sets and cancels timers; the loop in running, a clock made by hand in tests.
protocol TimerSource: AnyObject {
    /// Does something later; it can be cancelled.
    func after(milliseconds: Int64, _ action: @escaping () -> Void) -> TimerQueue.ID
    /// Cancels what was to be done later.
    func cancel(_ timer: TimerQueue.ID)
}

/// Who is calling.
struct GroupClient {
    /// What the client calls itself.
    let clientID: String
    /// Where it comes from.
    let host: String
    /// The number of its connection.
    let connection: UInt64
}

/// The groups: who is in, who leads, and whose turn it is.
///
/// The classic protocol's state machine. Answers are given through closures, at once or when the others have spoken.
/// Belongs to the loop's thread. Offsets and finished generations are in the store's journal; what is under way is lost
/// by a restart and done again by the clients.
final class GroupCoordinator {
    static let logger = Logger(label: "groups")

    let store: LogStore
    let limits: BrokerConfiguration.Limits
    let defaults: BrokerConfiguration.Defaults
    unowned let timers: any TimerSource
    private(set) var groups: [String: Group] = [:]

    init(
        store: LogStore,
        limits: BrokerConfiguration.Limits,
        defaults: BrokerConfiguration.Defaults,
        timers: any TimerSource
    ) {
        self.store = store
        self.limits = limits
        self.defaults = defaults
        self.timers = timers
        for (id, remembered) in store.state.groups {
            guard let generation = remembered.generation else { continue }
            let group = Group(id: id, restoring: generation)
            groups[id] = group
            for member in group.members.values { expectSign(of: member, in: group) }
        }
    }

    /// A group by id, made where it is missing.
    func group(_ id: String) -> Group {
        if let known = groups[id] { return known }
        let group = Group(id: id)
        groups[id] = group
        return group
    }

    /// A group that is known as a group of members, or for its offsets.
    func knows(_ id: String) -> Bool { groups[id] != nil || store.state.groups[id] != nil }

    /// Whether a group is known, or may come into being.
    func hasRoom(for id: String) -> Bool {
        knows(id) || max(groups.count, store.state.groups.count) < limits.groups
    }

    /// Forgets the runtime state of a group.
    func drop(_ group: Group) {
        if let timer = group.phaseTimer { timers.cancel(timer) }
        groups[group.id] = nil
    }

    // MARK: Joining

    /// A member that wants in, or wants in again.
    func join(
        _ request: JoinGroupRequest,
        version: Int16,
        client: GroupClient,
        answer: @escaping (JoinGroupResponse) -> Void
    ) {
        if let error = refusal(of: request) {
            return answer(JoinGroupResponse(error: error, memberID: request.memberID))
        }
        guard hasRoom(for: request.groupID) else {
            return answer(JoinGroupResponse(error: .groupMaxSizeReached, memberID: request.memberID))
        }
        let group = group(request.groupID)
        guard group.accepts(request) else {
            return answer(JoinGroupResponse(error: .inconsistentGroupProtocol, memberID: request.memberID))
        }
        if let instance = request.groupInstanceID {
            return joinStatic(request, instance, group, client, version, answer)
        }
        if request.memberID.isEmpty { return joinNew(request, group, client, version, answer) }
        if group.pending.removeValue(forKey: request.memberID) != nil {
            return add(request, id: request.memberID, group, client, answer)
        }
        guard let member = group.members[request.memberID] else {
            if group.isUnused { groups[group.id] = nil }
            return answer(JoinGroupResponse(error: .unknownMemberID, memberID: request.memberID))
        }
        rejoin(request, member, group, client, answer)
    }

    private func refusal(of request: JoinGroupRequest) -> KafkaErrorCode? {
        if request.groupID.isEmpty { return .invalidGroupID }
        let range = limits.sessionTimeoutMinimumMilliseconds...limits.sessionTimeoutMaximumMilliseconds
        if !range.contains(request.sessionTimeoutMilliseconds) { return .invalidSessionTimeout }
        if request.protocols.isEmpty || request.protocolType.isEmpty { return .inconsistentGroupProtocol }
        return nil
    }

    private func joinNew(
        _ request: JoinGroupRequest,
        _ group: Group,
        _ client: GroupClient,
        _ version: Int16,
        _ answer: @escaping (JoinGroupResponse) -> Void
    ) {
        guard group.members.count + group.pending.count < limits.groupMembers else {
            return answer(JoinGroupResponse(error: .groupMaxSizeReached, memberID: ""))
        }
        let id = Self.newMemberID(client.clientID)
        guard version >= 4 else { return add(request, id: id, group, client, answer) }
        group.pending[id] = client.connection
        _ = timers.after(milliseconds: Int64(request.sessionTimeoutMilliseconds)) { [weak self, weak group] in
            guard let self, let group, group.pending.removeValue(forKey: id) != nil else { return }
            completeIfAllJoined(group)
            if group.isUnused { groups[group.id] = nil }
        }
        answer(JoinGroupResponse(error: .memberIDRequired, memberID: id))
    }

    private static func newMemberID(_ name: String) -> String { "\(name.prefix(200))-\(RandomID.uuid())" }

    private func joinStatic(
        _ request: JoinGroupRequest,
        _ instance: String,
        _ group: Group,
        _ client: GroupClient,
        _ version: Int16,
        _ answer: @escaping (JoinGroupResponse) -> Void
    ) {
        guard let known = group.members.values.first(where: { $0.instanceID == instance }) else {
            guard request.memberID.isEmpty else {
                return answer(JoinGroupResponse(error: .unknownMemberID, memberID: request.memberID))
            }
            return add(request, id: Self.newMemberID(instance), group, client, answer)
        }
        guard request.memberID.isEmpty else {
            guard request.memberID == known.id else {
                return answer(JoinGroupResponse(error: .fencedInstanceID, memberID: request.memberID))
            }
            return rejoin(request, known, group, client, answer)
        }
        replaceStatic(known, request, instance, group, client, version, answer)
    }

    /// A static member is back under a new member id: when nothing else changed, its place waits for it.
    private func replaceStatic(
        _ known: Member,
        _ request: JoinGroupRequest,
        _ instance: String,
        _ group: Group,
        _ client: GroupClient,
        _ version: Int16,
        _ answer: @escaping (JoinGroupResponse) -> Void
    ) {
        let id = Self.newMemberID(instance)
        let isUnchanged = known.metadata(for: group.protocolName) == request.metadata(for: group.protocolName)
        known.answerJoin(JoinGroupResponse(error: .fencedInstanceID, memberID: known.id))
        known.answerSync(SyncGroupResponse(error: .fencedInstanceID))
        if let timer = known.timer { timers.cancel(timer) }
        group.rename(known, to: id)
        known.update(from: request, client)
        expectSign(of: known, in: group)
        guard group.state == .stable, isUnchanged else {
            known.joinAnswer = answer
            if group.state == .preparing { return completeIfAllJoined(group) }
            return prepareRebalance(group, because: "static member changed")
        }
        remember(group)
        var response = group.joinResponse(for: known, forLeader: false)
        if known.id == group.leader {
            if version >= 9 {
                response = group.joinResponse(for: known, forLeader: true)
                response.skipAssignment = true
            } else {
                // Without the flag a leader would assign anew, so it is told of another leader: the name it had.
                response.leader = known.formerID ?? known.id
            }
        }
        answer(response)
    }

    private func add(
        _ request: JoinGroupRequest,
        id: String,
        _ group: Group,
        _ client: GroupClient,
        _ answer: @escaping (JoinGroupResponse) -> Void
    ) {
        let member = Member(id: id, instanceID: request.groupInstanceID)
        member.update(from: request, client)
        member.joinAnswer = answer
        group.insert(member, protocolType: request.protocolType)
        if group.state == .preparing {
            if group.isGathering { waitForMore(group) }
            completeIfAllJoined(group)
        } else {
            prepareRebalance(group, because: "member joined")
        }
    }

    private func rejoin(
        _ request: JoinGroupRequest,
        _ member: Member,
        _ group: Group,
        _ client: GroupClient,
        _ answer: @escaping (JoinGroupResponse) -> Void
    ) {
        let isUnchanged = member.protocols == request.protocols
        switch group.state {
        case .empty: return answer(JoinGroupResponse(error: .unknownMemberID, memberID: request.memberID))
        case .completing where isUnchanged, .stable where isUnchanged && member.id != group.leader:
            expectSign(of: member, in: group)
            return answer(group.joinResponse(for: member, forLeader: member.id == group.leader))
        case .preparing, .completing, .stable:
            member.answerJoin(JoinGroupResponse(error: .rebalanceInProgress, memberID: member.id))
            member.update(from: request, client)
            member.joinAnswer = answer
        }
        if group.state == .preparing {
            completeIfAllJoined(group)
        } else {
            prepareRebalance(group, because: "member joined again")
        }
    }

    // MARK: Rebalancing

    /// Sends everybody back to joining.
    func prepareRebalance(_ group: Group, because reason: StaticString) {
        let wasEmpty = group.state == .empty
        for member in group.members.values { member.answerSync(SyncGroupResponse(error: .rebalanceInProgress)) }
        group.state = .preparing
        group.assignments = [:]
        Self.logger.debug(reason, ["group": group.id, "members": "\(group.members.count)"])
        if wasEmpty {
            waitForMore(group)
        } else {
            waitForRest(group)
            completeIfAllJoined(group)
        }
    }

    /// An empty group gives others a moment to come too, and again for each that comes.
    private func waitForMore(_ group: Group) {
        group.isGathering = true
        setPhaseTimer(group, milliseconds: Int64(defaults.initialRebalanceDelayMilliseconds)) { [weak self] in
            group.isGathering = false
            self?.waitForRest(group)
            self?.completeIfAllJoined(group)
        }
    }

    private func waitForRest(_ group: Group) {
        let patience = Int64(group.members.values.map(\.rebalanceTimeout).max() ?? 0)
        setPhaseTimer(group, milliseconds: max(1, patience)) { [weak self] in self?.completeJoin(group) }
    }

    private func setPhaseTimer(_ group: Group, milliseconds: Int64, _ action: @escaping () -> Void) {
        if let timer = group.phaseTimer { timers.cancel(timer) }
        group.phaseTimer = timers.after(milliseconds: milliseconds) {
            group.phaseTimer = nil
            action()
        }
    }

    func completeIfAllJoined(_ group: Group) {
        guard group.state == .preparing, !group.isGathering, group.pending.isEmpty,
            group.members.values.allSatisfy({ $0.joinAnswer != nil })
        else { return }
        completeJoin(group)
    }

    private func completeJoin(_ group: Group) {
        guard group.state == .preparing else { return }
        for member in group.members.values where member.joinAnswer == nil { remove(member, from: group) }
        if let timer = group.phaseTimer { timers.cancel(timer) }
        group.phaseTimer = nil
        guard !group.members.isEmpty else { return becomeEmpty(group) }
        group.beginGeneration()
        Self.logger.debug("generation begins", ["group": group.id, "generation": "\(group.generation)"])
        for member in group.members.values {
            expectSign(of: member, in: group)
            member.isNew = false
            member.answerJoin(group.joinResponse(for: member, forLeader: member.id == group.leader))
        }
        let patience = Int64(group.members.values.map(\.rebalanceTimeout).max() ?? 0)
        let generation = group.generation
        setPhaseTimer(group, milliseconds: max(1, patience)) { [weak self] in
            guard let self, group.state == .completing, group.generation == generation else { return }
            for member in group.members.values where member.syncAnswer == nil { remove(member, from: group) }
            group.members.isEmpty ? becomeEmpty(group) : prepareRebalance(group, because: "member did not sync")
        }
    }

    private func becomeEmpty(_ group: Group) {
        group.becomeEmpty()
        if let timer = group.phaseTimer { timers.cancel(timer) }
        group.phaseTimer = nil
        remember(group)
    }

    private func remove(_ member: Member, from group: Group) {
        if let timer = member.timer { timers.cancel(timer) }
        member.answerJoin(JoinGroupResponse(error: .unknownMemberID, memberID: member.id))
        member.answerSync(SyncGroupResponse(error: .unknownMemberID))
        group.remove(member)
    }

    /// Keeps the generation over a restart; without room on the disk the members only have to join again.
    func remember(_ group: Group) {
        do {
            try store.record([.groupGeneration(group: group.id, group.remembered(at: WallClock.nowMilliseconds()))])
        } catch {
            Self.logger.warning("generation not remembered", ["group": group.id, "reason": "\(error)"])
        }
    }

    // MARK: Synchronising

    /// The leader's plan, or a member that waits for it.
    func sync(_ request: SyncGroupRequest, answer: @escaping (SyncGroupResponse) -> Void) {
        let found = member(request.groupID, request.memberID, request.groupInstanceID, request.generationID)
        guard case .success(let (group, member)) = found else { return answer(SyncGroupResponse(error: found.error)) }
        let typeDiffers = request.protocolType.map { $0 != group.protocolType } ?? false
        let nameDiffers = request.protocolName.map { $0 != group.protocolName } ?? false
        guard !typeDiffers, !nameDiffers else { return answer(SyncGroupResponse(error: .inconsistentGroupProtocol)) }
        expectSign(of: member, in: group)
        switch group.state {
        case .empty: answer(SyncGroupResponse(error: .unknownMemberID))
        case .preparing: answer(SyncGroupResponse(error: .rebalanceInProgress))
        case .stable: answer(group.syncResponse(for: member))
        case .completing:
            member.answerSync(SyncGroupResponse(error: .rebalanceInProgress))
            member.syncAnswer = answer
            if member.id == group.leader { becomeStable(group, request.assignments) }
        }
    }

    private func becomeStable(_ group: Group, _ assignments: [SyncGroupRequest.Assignment]) {
        group.assignments = Dictionary(assignments.map { ($0.memberID, $0.assignment) }) { _, last in last }
        group.state = .stable
        if let timer = group.phaseTimer { timers.cancel(timer) }
        group.phaseTimer = nil
        remember(group)
        for member in group.members.values { member.answerSync(group.syncResponse(for: member)) }
    }

    // MARK: Signs of life

    /// A sign of life.
    func heartbeat(_ request: HeartbeatRequest) -> KafkaErrorCode {
        let found = member(request.groupID, request.memberID, request.groupInstanceID, request.generationID)
        guard case .success(let (group, member)) = found else { return found.error }
        expectSign(of: member, in: group)
        return group.state == .preparing ? .rebalanceInProgress : .none
    }

    /// Starts the member's time anew; when it is over without a sign, the member is gone.
    func expectSign(of member: Member, in group: Group) {
        if let timer = member.timer { timers.cancel(timer) }
        member.timer = timers.after(milliseconds: Int64(member.sessionTimeout)) {
            [weak self, weak group, weak member] in
            guard let self, let group, let member else { return }
            member.timer = nil
            expire(member, group)
        }
    }

    private func expire(_ member: Member, _ group: Group) {
        guard group.members[member.id] === member else { return }
        // Whoever waits in joining has an open connection; the rebalance has its own patience.
        guard member.joinAnswer == nil else { return expectSign(of: member, in: group) }
        Self.logger.info("group member expired", ["group": group.id, "member": member.id])
        leave(member, group)
    }

    func leave(_ member: Member, _ group: Group) {
        remove(member, from: group)
        switch group.state {
        case .empty: break
        case .preparing:
            if group.members.isEmpty && group.pending.isEmpty { becomeEmpty(group) } else { completeIfAllJoined(group) }
        case .completing, .stable:
            group.members.isEmpty ? becomeEmpty(group) : prepareRebalance(group, because: "member left")
        }
    }

    /// Members that go by themselves or are sent away by their static names.
    func leave(_ request: LeaveGroupRequest) -> LeaveGroupResponse {
        guard let group = groups[request.groupID] else {
            return LeaveGroupResponse(
                error: .none,
                members: request.members.map { ($0, KafkaErrorCode.unknownMemberID) }
            )
        }
        let results = request.members.map { leaving -> (member: LeaveGroupRequest.Member, error: KafkaErrorCode) in
            if let instance = leaving.groupInstanceID {
                guard let member = group.members.values.first(where: { $0.instanceID == instance }) else {
                    return (leaving, .unknownMemberID)
                }
                guard leaving.memberID.isEmpty || leaving.memberID == member.id else {
                    return (leaving, .fencedInstanceID)
                }
                leave(member, group)
                return (leaving, .none)
            }
            if group.pending.removeValue(forKey: leaving.memberID) != nil {
                completeIfAllJoined(group)
                return (leaving, .none)
            }
            guard let member = group.members[leaving.memberID] else { return (leaving, .unknownMemberID) }
            leave(member, group)
            return (leaving, .none)
        }
        return LeaveGroupResponse(error: .none, members: results)
    }

    // MARK: Checking

    /// The outcome of a search for a member.
    enum Found {
        case success((group: Group, member: Member))
        case failure(KafkaErrorCode)

        /// The error, none when found.
        var error: KafkaErrorCode {
            if case .failure(let error) = self { return error }
            return .none
        }
    }

    /// The member of a generation, or why it is none.
    func member(_ groupID: String, _ memberID: String, _ instanceID: String?, _ generation: Int32) -> Found {
        guard !groupID.isEmpty else { return .failure(.invalidGroupID) }
        guard let group = groups[groupID] else { return .failure(.unknownMemberID) }
        if let instanceID {
            guard let member = group.members.values.first(where: { $0.instanceID == instanceID }) else {
                return .failure(.unknownMemberID)
            }
            guard member.id == memberID else { return .failure(.fencedInstanceID) }
        }
        guard let member = group.members[memberID] else { return .failure(.unknownMemberID) }
        guard generation == group.generation else { return .failure(.illegalGeneration) }
        return .success((group, member))
    }

    /// Answers everybody that waits: the log stops.
    func stop() {
        for group in groups.values {
            for member in group.members.values {
                member.answerJoin(JoinGroupResponse(error: .coordinatorNotAvailable, memberID: member.id))
                member.answerSync(SyncGroupResponse(error: .coordinatorNotAvailable))
            }
        }
    }
}
