import KafkaWire
import LogStorage
import Primitives
import Testing

@testable import Broker

extension GroupFixture {
    /// Commits offset 5 of partition 0 of topics; as a member, or as somebody outside.
    func commit(
        _ topics: [String],
        group: String = "g",
        member: String = "",
        generation: Int32 = -1
    ) throws
        -> [KafkaErrorCode]
    {
        let request: OffsetCommitRequest = try decode(2) { writer in
            writer.string(group)
            writer.int32(generation)
            writer.string(member)
            writer.int64(-1)
            writer.array(topics) { writer, topic in
                writer.string(topic)
                writer.array([Int32(0)]) { writer, index in
                    writer.int32(index)
                    writer.int64(5)
                    writer.string(nil)
                }
            }
        }
        return groups.commit(request) { _ in true }.topics.flatMap { $0.partitions.map(\.error) }
    }

    /// The committed offset of partition 0 of a topic, -1 where there is none.
    func committed(_ topic: String, group: String = "g") throws -> Int64? {
        let request: OffsetFetchRequest = try decode(1) { writer in
            writer.string(group)
            writer.array([topic]) { writer, topic in
                writer.string(topic)
                writer.array([Int32(0)]) { $0.int32($1) }
            }
        }
        return groups.offsets(request).groups.first?.topics.first?.partitions.first?.offset
    }

    func deleteOffsets(_ topics: [String]) throws -> OffsetDeleteResponse {
        let request: OffsetDeleteRequest = try decode(0) { writer in
            writer.string("g")
            writer.array(topics) { writer, topic in
                writer.string(topic)
                writer.array([Int32(0)]) { $0.int32($1) }
            }
        }
        return groups.deleteOffsets(request)
    }
}

struct GroupOffsetsTests {
    private static let minute: Int64 = 60_000

    /// A consumer's words for the topics it reads.
    private func subscription(_ topics: [String]) -> [UInt8] {
        var writer = WireWriter(version: 0)
        writer.int16(1)
        writer.array(topics) { $0.string($1) }
        writer.int32(-1)
        writer.arrayCount(0)
        return writer.bytes
    }

    private func errors(_ response: OffsetDeleteResponse) -> [KafkaErrorCode] {
        response.errors.topics.flatMap { $0.partitions.map(\.error) }
    }

    @Test func offsetsOfAnEmptyGroupExpireAfterTheirTime() throws {
        let fixture = try GroupFixture()
        let now = WallClock.nowMilliseconds()
        #expect(try fixture.commit(["t"]) == [.none])
        fixture.groups.expire(now: now + 10_079 * Self.minute)
        #expect(try fixture.committed("t") == 5)
        fixture.groups.expire(now: now + 10_081 * Self.minute)
        #expect(try fixture.committed("t") == -1)
        #expect(!fixture.groups.knows("g"))
    }

    @Test func offsetsOfAGroupWithMembersNeverExpire() throws {
        let fixture = try GroupFixture()
        let pair = try fixture.stablePair()
        #expect(try fixture.commit(["t"], member: pair.leader, generation: pair.generation) == [.none])
        fixture.groups.expire(now: WallClock.nowMilliseconds() + 1_000_000 * Self.minute)
        #expect(try fixture.committed("t") == 5)
    }

    @Test func somebodyOutsideCannotCommitForAGroupWithMembers() throws {
        let fixture = try GroupFixture()
        _ = try fixture.stablePair()
        #expect(try fixture.commit(["t"]) == [.unknownMemberID])
        #expect(try fixture.committed("t") == -1)
    }

    @Test func offsetsAreDeletedOnlyOfTopicsThatNoMemberReads() throws {
        let fixture = try GroupFixture()
        #expect(try fixture.commit(["read", "left"]) == [.none, .none])
        let id = try #require(try fixture.join(metadata: subscription(["read"])).value?.memberID)
        let answer = try fixture.join(id, metadata: subscription(["read"]))
        fixture.timers.advance(200)
        #expect(answer.value?.generationID == 1)
        #expect(try errors(fixture.deleteOffsets(["read", "left"])) == [.groupSubscribedToTopic, .none])
        #expect(try fixture.committed("read") == 5)
        #expect(try fixture.committed("left") == -1)
    }

    @Test func membersThatDoNotSayWhatTheyReadKeepAllOffsets() throws {
        let fixture = try GroupFixture()
        #expect(try fixture.commit(["t"]) == [.none])
        _ = try fixture.stablePair()
        #expect(try errors(fixture.deleteOffsets(["t"])) == [.groupSubscribedToTopic])
    }

    @Test func anUnknownGroupHasNoOffsetsToDelete() throws {
        let fixture = try GroupFixture()
        #expect(try fixture.deleteOffsets(["t"]).error == .groupIDNotFound)
    }

    @Test func groupsAreNotMadeBeyondTheLimit() throws {
        var limits = BrokerConfiguration.Limits()
        limits.groups = 2
        let fixture = try GroupFixture(limits: limits)
        #expect(try fixture.commit(["t"], group: "one") == [.none])
        #expect(try fixture.join(group: "two").value?.error == .memberIDRequired)
        #expect(try fixture.commit(["t"], group: "two") == [.none])
        #expect(try fixture.join(group: "three").value?.error == .groupMaxSizeReached)
        #expect(try fixture.commit(["t"], group: "three") == [.groupMaxSizeReached])
        #expect(try fixture.commit(["t"], group: "one") == [.none])
    }

    @Test func aGroupThatNobodyCameBackToIsForgotten() throws {
        let fixture = try GroupFixture()
        #expect(try fixture.join(group: "brief").value?.error == .memberIDRequired)
        #expect(fixture.groups.knows("brief"))
        fixture.timers.advance(10_001)
        #expect(!fixture.groups.knows("brief"))
    }
}
