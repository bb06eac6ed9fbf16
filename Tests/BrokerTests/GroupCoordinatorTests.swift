import KafkaWire
import LogStorage
import TestSupport
import Testing

@testable import Broker

/// A clock made by hand.
final class ManualTimers: TimerSource {
    private var queue = TimerQueue()
    private var now: Int64 = 0

    func after(milliseconds: Int64, _ action: @escaping () -> Void) -> TimerQueue.ID {
        queue.add(at: now + milliseconds, action)
    }

    func cancel(_ timer: TimerQueue.ID) { queue.cancel(timer) }

    /// Lets time pass.
    func advance(_ milliseconds: Int64) {
        let end = now + milliseconds
        while let deadline = queue.nextDeadline(), deadline <= end {
            now = deadline
            queue.takeDue(now: now)?()
        }
        now = end
    }
}

/// Groups over a store of their own, spoken to as members do.
final class GroupFixture {
    let timers = ManualTimers()
    let groups: GroupCoordinator
    private let folder: TemporaryDirectory
    private let store: LogStore

    init(limits: BrokerConfiguration.Limits = .init()) throws {
        folder = try TemporaryDirectory()
        store = try LogStore(directory: folder.path, flushPolicy: .never, onFlushed: {})
        groups = GroupCoordinator(
            store: store,
            limits: limits,
            defaults: BrokerConfiguration.Defaults(),
            timers: timers
        )
    }

    /// A coordinator over the same store, as after a restart.
    func restarted() -> GroupCoordinator {
        GroupCoordinator(
            store: store,
            limits: BrokerConfiguration.Limits(),
            defaults: BrokerConfiguration.Defaults(),
            timers: timers
        )
    }

    func decode<Request: WireRequest>(_ version: Int16, _ write: (inout WireWriter) -> Void) throws -> Request {
        var writer = WireWriter(version: version)
        write(&writer)
        return try writer.bytes.withUnsafeBytes { raw in
            var reader = WireReader(raw, version: version)
            return try Request(from: &reader)
        }
    }

    /// Joins; the answer is what came until now.
    func join(
        _ member: String = "",
        instance: String? = nil,
        metadata: [UInt8] = [1],
        group: String = "g",
        connection: UInt64 = 1
    ) throws -> Answer<JoinGroupResponse> {
        let answer = Answer<JoinGroupResponse>()
        let request: JoinGroupRequest = try decode(5) { writer in
            writer.string(group)
            writer.int32(10_000)
            writer.int32(20_000)
            writer.string(member)
            writer.string(instance)
            writer.string("consumer")
            writer.array(["range"]) { writer, name in
                writer.string(name)
                writer.byteArray(metadata)
            }
        }
        let client = GroupClient(clientID: "c", host: "/h", connection: connection)
        groups.join(request, version: 5, client: client) { answer.value = $0 }
        return answer
    }

    /// Joins as librdkafka does: first for an id, then with it.
    func joinTwice(connection: UInt64 = 1) throws -> (id: String, answer: Answer<JoinGroupResponse>) {
        let first = try join(connection: connection)
        #expect(first.value?.error == .memberIDRequired)
        let id = try #require(first.value?.memberID)
        return (id, try join(id, connection: connection))
    }

    func sync(_ member: String, _ generation: Int32, plan: [String: [UInt8]] = [:]) throws -> Answer<SyncGroupResponse>
    {
        let answer = Answer<SyncGroupResponse>()
        let request: SyncGroupRequest = try decode(3) { writer in
            writer.string("g")
            writer.int32(generation)
            writer.string(member)
            writer.string(nil)
            writer.array(Array(plan)) { writer, entry in
                writer.string(entry.key)
                writer.byteArray(entry.value)
            }
        }
        groups.sync(request) { answer.value = $0 }
        return answer
    }

    func heartbeat(
        _ member: String,
        _ generation: Int32,
        at coordinator: GroupCoordinator? = nil
    ) throws -> KafkaErrorCode {
        let request: HeartbeatRequest = try decode(3) { writer in
            writer.string("g")
            writer.int32(generation)
            writer.string(member)
            writer.string(nil)
        }
        return (coordinator ?? groups).heartbeat(request)
    }

    /// A stable group of two; the first id is the leader's.
    func stablePair() throws -> (leader: String, follower: String, generation: Int32) {
        let one = try joinTwice()
        let two = try joinTwice()
        timers.advance(200)
        let leader = try #require(one.answer.value?.leader)
        let follower = leader == one.id ? two.id : one.id
        let generation = try #require(one.answer.value?.generationID)
        let waiting = try sync(follower, generation)
        _ = try sync(leader, generation, plan: [leader: [1], follower: [2]])
        #expect(waiting.value?.assignment == [2])
        return (leader, follower, generation)
    }
}

/// What came, once it came.
final class Answer<Value> {
    var value: Value?
}

struct GroupCoordinatorTests {
    @Test func onlyTheLeaderSeesTheMembers() throws {
        let fixture = try GroupFixture()
        let one = try fixture.joinTwice()
        let two = try fixture.joinTwice()
        #expect(one.answer.value == nil)
        fixture.timers.advance(200)
        let answers = [one.answer.value, two.answer.value].compactMap { $0 }
        #expect(answers.count == 2)
        #expect(answers.map(\.members.count).sorted() == [0, 2])
        #expect(Set(answers.map(\.generationID)) == [1])
        #expect(Set(answers.map(\.leader)).count == 1)
    }

    @Test func aNewMemberSendsEverybodyBackToJoining() throws {
        let fixture = try GroupFixture()
        let pair = try fixture.stablePair()
        let third = try fixture.joinTwice()
        #expect(try fixture.heartbeat(pair.leader, pair.generation) == .rebalanceInProgress)
        let leader = try fixture.join(pair.leader)
        #expect(leader.value == nil)
        let follower = try fixture.join(pair.follower)
        #expect(leader.value?.generationID == pair.generation + 1)
        #expect(follower.value?.members.isEmpty == true)
        #expect(third.answer.value?.leader == pair.leader)
        #expect(try fixture.heartbeat(pair.leader, pair.generation) == .illegalGeneration)
    }

    @Test func aSilentMemberIsGoneAfterItsTime() throws {
        let fixture = try GroupFixture()
        let pair = try fixture.stablePair()
        fixture.timers.advance(6_000)
        #expect(try fixture.heartbeat(pair.leader, pair.generation) == .none)
        fixture.timers.advance(6_000)
        #expect(try fixture.heartbeat(pair.follower, pair.generation) == .unknownMemberID)
        #expect(try fixture.heartbeat(pair.leader, pair.generation) == .rebalanceInProgress)
    }

    @Test func whoDoesNotJoinInTimeIsLeftBehind() throws {
        let fixture = try GroupFixture()
        let pair = try fixture.stablePair()
        let leader = try fixture.join(pair.leader, metadata: [9])
        for _ in 0..<5 {
            fixture.timers.advance(4_000)
            _ = try fixture.heartbeat(pair.follower, pair.generation)
        }
        fixture.timers.advance(100)
        #expect(leader.value?.members.map(\.memberID) == [pair.leader])
        #expect(try fixture.heartbeat(pair.follower, pair.generation) == .unknownMemberID)
    }

    @Test func whoGoesAwayWhileItJoinsForTheFirstTimeHoldsUpNobody() throws {
        let fixture = try GroupFixture()
        let pair = try fixture.stablePair()
        let gone = try fixture.joinTwice(connection: 7)
        _ = try fixture.join(connection: 8)
        let leader = try fixture.join(pair.leader)
        _ = try fixture.join(pair.follower)
        #expect(leader.value == nil, "an id was given to the client of connection 8, which is still to come")
        fixture.groups.connectionClosed(7)
        fixture.groups.connectionClosed(8)
        #expect(leader.value?.members.map(\.memberID).sorted() == [pair.leader, pair.follower].sorted())
        #expect(gone.answer.value?.memberID != gone.id)
        #expect(try fixture.heartbeat(gone.id, pair.generation + 1) == .unknownMemberID)
    }

    @Test func aMemberWithAPlaceMayComeBackOnAnotherConnection() throws {
        let fixture = try GroupFixture()
        let pair = try fixture.stablePair()
        let third = try fixture.joinTwice(connection: 7)
        _ = try fixture.join(pair.follower, connection: 2)
        fixture.groups.connectionClosed(2)
        fixture.timers.advance(5_000)
        let leader = try fixture.join(pair.leader)
        #expect(leader.value == nil, "the follower's session is not over")
        let back = try fixture.join(pair.follower, connection: 3)
        #expect(back.value?.generationID == pair.generation + 1)
        #expect(leader.value?.members.map(\.memberID).sorted() == [pair.leader, pair.follower, third.id].sorted())
    }

    @Test func aMemberWithAPlaceThatDoesNotComeBackIsLeftBehindWhenItsSessionIsOver() throws {
        let fixture = try GroupFixture()
        let pair = try fixture.stablePair()
        let third = try fixture.joinTwice(connection: 7)
        _ = try fixture.join(pair.follower, connection: 2)
        fixture.groups.connectionClosed(2)
        let leader = try fixture.join(pair.leader)
        fixture.timers.advance(9_000)
        #expect(leader.value == nil)
        fixture.timers.advance(1_100)
        #expect(leader.value?.members.map(\.memberID).sorted() == [pair.leader, third.id].sorted())
    }

    @Test func aFollowerThatJoinsAgainUnchangedDisturbsNobody() throws {
        let fixture = try GroupFixture()
        let pair = try fixture.stablePair()
        #expect(try fixture.join(pair.follower).value?.generationID == pair.generation)
        #expect(try fixture.heartbeat(pair.leader, pair.generation) == .none)
    }

    @Test func aStaticMemberComesBackToItsPlace() throws {
        let fixture = try GroupFixture()
        let first = try fixture.join(instance: "i")
        fixture.timers.advance(200)
        let old = try #require(first.value)
        _ = try fixture.sync(old.memberID, old.generationID, plan: [old.memberID: [7]])
        let again = try #require(try fixture.join(instance: "i").value)
        #expect(again.error == .none)
        #expect(again.memberID != old.memberID)
        #expect(again.generationID == old.generationID)
        #expect(try fixture.sync(again.memberID, again.generationID).value?.assignment == [7])
        #expect(try fixture.join(old.memberID, instance: "i").value?.error == .fencedInstanceID)
    }

    @Test func aStableGroupSurvivesARestart() throws {
        let fixture = try GroupFixture()
        let pair = try fixture.stablePair()
        let again = fixture.restarted()
        #expect(try fixture.heartbeat(pair.leader, pair.generation, at: again) == .none)
        #expect(try fixture.heartbeat(pair.follower, pair.generation, at: again) == .none)
    }

    @Test(arguments: [0, 1, 2, 3] as [UInt64])
    func randomMembersAlwaysComeToShareTheGroup(seed: UInt64) throws {
        let fixture = try GroupFixture()
        var numbers = SplitMix(state: seed)
        var members: [String] = []
        for _ in 0..<40 {
            switch Int.random(in: 0..<4, using: &numbers) {
            case 0: members.append(try fixture.joinTwice().id)
            case 1 where !members.isEmpty: members.removeLast()
            case 2: for member in members { _ = try fixture.join(member) }
            default: fixture.timers.advance(Int64.random(in: 1...8_000, using: &numbers))
            }
        }
        // Whoever still speaks ends up in one generation with all others who do.
        var generations: Set<Int32> = []
        for _ in 0..<20 where generations.count != 1 || members.isEmpty {
            if members.isEmpty { members.append(try fixture.joinTwice().id) }
            var answers: [Answer<JoinGroupResponse>] = []
            for index in members.indices {
                let answer = try fixture.join(members[index])
                if answer.value?.error == .unknownMemberID {
                    let new = try fixture.joinTwice()
                    members[index] = new.id
                    answers.append(new.answer)
                } else {
                    answers.append(answer)
                }
            }
            fixture.timers.advance(21_000)
            generations = Set(answers.compactMap { $0.value }.filter { $0.error == .none }.map(\.generationID))
            if answers.contains(where: { $0.value?.error != KafkaErrorCode.none }) { generations = [] }
        }
        #expect(generations.count == 1, "seed \(seed)")
    }
}

/// The same numbers in every run.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
