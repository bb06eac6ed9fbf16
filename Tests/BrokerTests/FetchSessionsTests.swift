import KafkaWire
import Testing

@testable import Broker

struct FetchSessionsTests {
    private func request(
        _ id: Int32,
        _ epoch: Int32,
        _ partitions: [Int32],
        forgotten: [Int32] = []
    ) throws -> FetchRequest {
        var writer = WireWriter(version: 7)
        for number in [-1, 100, 1, 1_000] as [Int32] { writer.int32(number) }
        writer.int8(0)
        writer.int32(id)
        writer.int32(epoch)
        writer.array(partitions.isEmpty ? [] : ["t"]) { writer, topic in
            writer.string(topic)
            writer.array(partitions) { writer, index in
                writer.int32(index)
                writer.int64(0)
                writer.int64(-1)
                writer.int32(100)
            }
        }
        writer.array(forgotten.isEmpty ? [] : ["t"]) { writer, topic in
            writer.string(topic)
            writer.array(forgotten) { $0.int32($1) }
        }
        return try writer.bytes.withUnsafeBytes { raw in
            var reader = WireReader(raw, version: 7)
            return try FetchRequest(from: &reader)
        }
    }

    private func places(_ meaning: FetchSessions.Meaning) -> (id: Int32, partitions: [Int32])? {
        guard case .session(let id, let places) = meaning else { return nil }
        return (id, places.map(\.wanted.index))
    }

    private func error(_ meaning: FetchSessions.Meaning) -> KafkaErrorCode? {
        guard case .refused(let error) = meaning else { return nil }
        return error
    }

    @Test func aSessionRemembersWhatIsWanted() throws {
        var sessions = FetchSessions()
        let opened = try #require(places(sessions.take(try request(0, 0, [0, 1]))))
        #expect(opened.partitions == [0, 1])
        #expect(places(sessions.take(try request(opened.id, 1, [])))?.partitions == [0, 1])
        #expect(places(sessions.take(try request(opened.id, 2, [2], forgotten: [0])))?.partitions == [1, 2])
    }

    @Test func aLostOrRepeatedRequestIsNoticed() throws {
        var sessions = FetchSessions()
        let id = try #require(places(sessions.take(try request(0, 0, [0])))).id
        #expect(error(sessions.take(try request(id, 2, []))) == .invalidFetchSessionEpoch)
        #expect(error(sessions.take(try request(id + 1, 1, []))) == .fetchSessionIDNotFound)
        guard case .alone = sessions.take(try request(id, -1, [0])) else {
            Issue.record("a closing request stands alone")
            return
        }
        #expect(error(sessions.take(try request(id, 1, []))) == .fetchSessionIDNotFound)
    }

    @Test func onlyNewsIsTold() throws {
        var sessions = FetchSessions()
        let id = try #require(places(sessions.take(try request(0, 0, [0, 1])))).id
        func told(_ marks: [Int64]) -> [Int32] {
            let partitions = marks.enumerated().map { index, mark in
                var partition = FetchResponse.Partition(index: Int32(index))
                partition.highWatermark = mark
                return partition
            }
            return sessions.abridge([.init(name: "t", partitions: partitions)], for: id).flatMap(\.partitions).map(
                \.index
            )
        }
        #expect(told([5, 6]) == [0, 1])
        #expect(told([5, 6]).isEmpty)
        #expect(told([5, 7]) == [1])
    }

    @Test func sessionsAreBounded() throws {
        var sessions = FetchSessions()
        let first = try #require(places(sessions.take(try request(0, 0, [0])))).id
        for _ in 0..<FetchSessions.limit { _ = sessions.take(try request(0, 0, [0])) }
        #expect(error(sessions.take(try request(first, 1, []))) == .fetchSessionIDNotFound)
    }
}
