import SQLStore
import SQLStoreTestSupport
import Streams
import StreamsTestSupport
import TestSupport
import Testing

@testable import Monitoring

/// The monitor over a real Kafka client, with topics that come into being while it runs.
struct MonitorOnTopicsTests {
    private struct NoReference: ReferenceSource {
        func columns(
            _ columns: [MonitoredColumn],
            of reference: ReferenceDataset
        ) async throws -> [String: ReferenceColumn] { [:] }
    }

    @Test(.timeLimit(.minutes(10))) func `waits for its topics, then joins what they bring`() async throws {
        let cluster = TestCluster()
        let directory = try TemporaryDirectory()
        let database = try await TestDatabase.open(in: directory.path, name: "m")
        try await database.migrate(MonitoringSchema.migrations)
        let configuration = cluster.configuration
        let script = StreamScript.make(count: 250, definition: StreamScript.definition())
        let service = try MonitorService(
            script.definition,
            database: database,
            reference: NoReference(),
            observer: nil
        ) { try StreamReader(configuration, assignments: $0) }
        async let running: Void = service.run()
        for topic in ["in", "out", "frozen", "labels"] { cluster.create(topic) }
        let producer = try StreamProducer(configuration)
        for (topic, records) in ScriptedTopics(script).records {
            let sent = records.map {
                ProducerRecord(topic: topic, value: $0.value, timestampMilliseconds: $0.timestampMilliseconds)
            }
            _ = try await producer.send(sent)
        }
        while await service.counters.joined < 250 { try await Task.sleep(for: .milliseconds(20)) }
        await service.stop()
        try await running
        await producer.close()
        let windows = try await MonitorArchive(database: database).windows(of: "quality")
        #expect(windows.map(\.labelled) == [100, 100])
        #expect(windows.allSatisfy { $0.quality(of: "champion")?.rows == 100 && $0.reference == nil })
        #expect(await service.counters.undecodable == 0)
    }
}
