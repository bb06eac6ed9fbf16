import SQLStore
import Synchronization
import TestSupport
import Testing

@testable import Monitoring

@Suite(.timeLimit(.minutes(1))) struct DatasetMonitorTests {
    /// A dataset whose third version is moved; versions may be added.
    private final class Versions: DatasetVersions, ReferenceSource {
        let known = Mutex<[Int]>([1, 2])

        func versions(of dataset: String) async throws -> [Int] {
            dataset == "machine" ? known.withLock { $0 } : []
        }

        func columns(
            _ columns: [MonitoredColumn],
            of reference: ReferenceDataset
        ) async throws -> [String: ReferenceColumn] {
            var generator = SplitMix(seed: UInt64(reference.version))
            let shift = reference.version == 3 ? 1.5 : 0
            return Dictionary(
                uniqueKeysWithValues: columns.map { column in
                    (column.name, .numbers((0..<400).map { _ in generator.normal() + shift }))
                }
            )
        }
    }

    private let directory: TemporaryDirectory
    private let database: SQLiteDatabase
    private let versions = Versions()

    init() async throws {
        directory = try TemporaryDirectory()
        database = try SQLiteDatabase(path: "\(directory.path)/m.sqlite")
        try await database.migrate(MonitoringSchema.migrations)
    }

    private var definition: MonitorDefinition {
        var definition = MonitorDefinition(
            name: "machine-data",
            model: "",
            inputTopic: "machine",
            predictionTopics: [],
            labelsTopic: nil,
            columns: [MonitoredColumn("load")],
            window: .rows(1)
        )
        definition.dataset = "machine"
        definition.drift?.persistence = AlertPersistence(windows: 1, of: 1)
        return definition
    }

    /// Runs a monitor until it has looked at so many versions.
    private func run(until count: Int) async throws -> [MonitoredWindow] {
        let monitor = try DatasetMonitor(
            definition,
            database: database,
            versions: versions,
            source: versions,
            observer: nil,
            interval: .milliseconds(1)
        )
        async let running: Void = monitor.run()
        let archive = MonitorArchive(database: database)
        while try await archive.windows(of: "machine-data").count < count {
            try await Task.sleep(for: .milliseconds(2))
        }
        await monitor.stop()
        try await running
        #expect(await monitor.reference == ReferenceDataset(dataset: "machine", version: 1))
        #expect(await monitor.problem == nil)
        return try await archive.windows(of: "machine-data")
    }

    @Test func `each new version is looked at once, beside the first`() async throws {
        let first = try await run(until: 1)
        #expect(first.map(\.index) == [2])
        #expect(first[0].rows == 400)
        #expect(first[0].driftedColumns.isEmpty)
        versions.known.withLock { $0 = [1, 2, 3] }
        let both = try await run(until: 2)
        #expect(both.map(\.index) == [2, 3])
        #expect(both[0].closedAt == first[0].closedAt)
        #expect(both[1].driftedColumns == ["load"])
        let alerts = try await MonitorArchive(database: database).alerts(of: "machine-data")
        #expect(alerts.map(\.window) == [3])
        #expect(alerts.first?.message == "1 of 1 columns differ from machine@v1: load")
    }

    @Test func `predictions of a dataset make no sense and are refused`() {
        var definition = definition
        definition.health = HealthPolicy()
        let error = #expect(throws: MonitorError.self) { try definition.validate() }
        #expect(error?.message.contains("dataset has neither predictions nor labels nor health") == true)
    }
}
