import Execution
import JSON
import SQLStore
import Statistics
import SQLStoreTestSupport
import Synchronization
import TestSupport
import Testing

@testable import Monitoring
@testable import Streams

struct MonitorServiceTests {
    private struct FixedReference: ReferenceSource {
        func columns(
            _ columns: [MonitoredColumn],
            of reference: ReferenceDataset
        ) async throws -> [String: ReferenceColumn] {
            guard reference.version < 100 else { throw MonitorError(.missingReference, "no such version") }
            var generator = SplitMix(seed: UInt64(reference.version))
            let shift = reference.version == 1 ? 0.0 : 2.0
            return Dictionary(
                uniqueKeysWithValues: columns.map { column in
                    (column.name, .numbers((0..<500).map { _ in generator.normal() + shift }))
                }
            )
        }
    }

    private final class Recorder: MonitorObserver {
        let told = Mutex<[String]>([])
        let filled = Mutex<[MonitoredWindow]>([])
        let failures: Mutex<Int>

        init(failures: Int = 0) {
            self.failures = Mutex(failures)
        }

        func monitor(_ name: String, didClose window: MonitoredWindow) async throws {
            try note("window \(window.index)")
        }

        func monitor(_ name: String, didOpen alert: MonitorAlert) async throws {
            try note("opened \(alert.id)")
        }

        func monitor(_ name: String, didResolve alert: MonitorAlert) async throws {
            try note("resolved \(alert.id)")
        }

        func monitor(_ name: String, didFill window: MonitoredWindow) async {
            filled.withLock { $0.append(window) }
        }

        func monitor(_ name: String, didEstimate estimate: QualityEstimate, openAlerts: [MonitorAlert]) async {}

        private func note(_ event: String) throws {
            let fails = failures.withLock { left in
                left -= 1
                return left >= 0
            }
            if fails { throw MonitorError(.damagedState, "the observer is not ready") }
            told.withLock { $0.append(event) }
        }
    }

    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func database(_ name: String = "m") async throws -> any SQLDatabase {
        let database = try await TestDatabase.open(in: directory.path, name: name)
        try await database.migrate(MonitoringSchema.migrations)
        return database
    }

    private var definition: MonitorDefinition {
        var definition = StreamScript.definition()
        definition.performance = [PerformanceLimit(metric: .auc, bound: .value(0.75))]
        definition.drift?.minimumRows = 50
        return definition
    }

    private var options: MonitorService.Options {
        var options = MonitorService.Options()
        options.fillInterval = .zero
        // A machine that is busy must not make rows look as if nothing more came for them.
        options.stallTimeout = .seconds(3_600)
        return options
    }

    /// The definition with everything switched on that a window can be looked at for.
    private var everything: MonitorDefinition {
        var definition = definition
        definition.quality = QualityPolicy()
        definition.estimation = EstimationPolicy()
        definition.estimation?.calibrationRows = 120
        return definition
    }

    /// Runs a monitor over the topics until it has seen all, or `limit` records of them.
    @discardableResult
    private func run(
        _ topics: ScriptedTopics,
        _ definition: MonitorDefinition,
        _ database: any SQLDatabase,
        observer: Recorder? = nil,
        seed: UInt64 = 1,
        limit: Int = .max,
        reference: ReferenceDataset? = ReferenceDataset(dataset: "weather", version: 1),
        ends: Bool = false
    ) async throws -> MonitorService {
        let exhausted = OneShot<Void>()
        let service = try MonitorService(
            definition,
            database: database,
            reference: FixedReference(),
            observer: observer,
            options: options,
            openReader: topics.opener(seed: seed, limit: limit, exhausted: exhausted)
        )
        if let reference { try await service.setReference(reference) }
        if ends { await service.endStream() }
        async let running: Void = {
            do {
                try await service.run()
            } catch {
                exhausted.fail(error)
                throw error
            }
        }()
        do {
            try await exhausted.value
        } catch {
            try await running
            throw error
        }
        await service.stop()
        try await running
        return service
    }

    /// What was found, without the times of day.
    private func findings(_ database: any SQLDatabase) async throws -> ([MonitoredWindow], [MonitorAlert]) {
        let archive = MonitorArchive(database: database)
        let windows = try await archive.windows(of: "quality").map { window in
            var window = window
            window.closedAt = 0
            return window
        }
        let alerts = try await archive.alerts(of: "quality").map { alert in
            var alert = alert
            alert.openedAt = 0
            alert.resolvedAt = alert.resolvedAt.map { _ in 0 }
            return alert
        }
        return (windows, alerts.sorted { $0.id < $1.id })
    }

    @Test func `a break opens an alert, a better version ends it`() async throws {
        let script = StreamScript.make(count: 1200, definition: definition, swap: 700, breakAt: 400)
        let database = try await database()
        let recorder = Recorder()
        try await run(ScriptedTopics(script), definition, database, observer: recorder)
        let (windows, alerts) = try await findings(database)
        #expect(windows.map(\.index) == Array(0..<12))
        #expect(windows.allSatisfy { $0.labelled == 100 && $0.drift.count == 2 && $0.driftedColumns.isEmpty })
        #expect(windows[2].championVersions == [1])
        #expect(windows[7].championVersions == [2])
        let before = try #require(windows[3].quality(of: "champion")?[.auc])
        let broken = try #require(windows[5].quality(of: "champion")?[.auc])
        let after = try #require(windows[8].quality(of: "champion")?[.auc])
        let frozen = try #require(windows[8].quality(of: "frozen")?[.auc])
        #expect(before > 0.85 && broken < 0.7 && after > 0.85 && frozen < 0.7)
        #expect(alerts.count == 1)
        let alert = try #require(alerts.first)
        #expect(alert.kind == .performance)
        #expect(alert.state == .resolved)
        #expect((400...500).contains(alert.row))
        #expect(alert.fingerprint == "quality.performance.champion.auc")
        let told = recorder.told.withLock { $0 }
        #expect(told.count == 14)
        #expect(told.count(where: { $0.hasPrefix("window") }) == 12)
        #expect(told.contains("opened \(alert.id)"))
        #expect(told.last != "opened \(alert.id)")
    }

    @Test(arguments: 1...12)
    func `killed at any record and started again, it finds the same`(seed: Int) async throws {
        var definition = definition
        definition.detectors = [
            DetectorDefinition(.column("a"), .pageHinkley, parameters: ["threshold": 10]),
            DetectorDefinition(.column("b"), .kswin, parameters: ["alpha": 0.05, "seed": 7]),
            DetectorDefinition(.errors, .hddmA),
            DetectorDefinition(.predictions, .kswin, parameters: ["alpha": 0.05]),
        ]
        let script = StreamScript.make(count: 900, definition: definition, swap: 700, breakAt: 400)
        let topics = ScriptedTopics(script)
        let whole = try await database("whole")
        let undisturbed = try await run(topics, definition, whole)
        let killed = try await database("killed")
        var generator = SplitMix(seed: UInt64(seed))
        for round in 0..<4 {
            try await run(
                topics,
                definition,
                killed,
                seed: generator.next(),
                limit: 200 + Int(generator.next() % 1200),
                reference: round == 0 ? ReferenceDataset(dataset: "weather", version: 1) : nil
            )
        }
        let last = try await run(topics, definition, killed, seed: 99, reference: nil)
        let (windows, alerts) = try await findings(killed)
        let (expectedWindows, expectedAlerts) = try await findings(whole)
        #expect(windows.count == expectedWindows.count)
        for (window, expected) in zip(windows, expectedWindows) { #expect(window == expected) }
        #expect(alerts == expectedAlerts)
        let changes = try await MonitorArchive(database: killed).changes(of: "quality")
        #expect(changes == (try await MonitorArchive(database: whole).changes(of: "quality")))
        #expect(Set(changes.map(\.series)) == [.column("a"), .column("b"), .errors, .predictions])
        #expect(alerts.contains { $0.kind == .change && $0.fingerprint == "quality.change.errors.hddm_a" })
        #expect(await last.counters == (await undisturbed.counters))
        #expect(await last.counters.joined == 900)
    }

    @Test func `the alert of a detector that is declared no more ends at the next start`() async throws {
        var definition = definition
        definition.detectors = [DetectorDefinition(.errors, .hddmA), DetectorDefinition(.errors, .ddm)]
        let topics = ScriptedTopics(StreamScript.make(count: 550, definition: definition, breakAt: 400))
        let database = try await database()
        try await run(topics, definition, database)
        func states() async throws -> [String: MonitorAlert.State] {
            let alerts = try await findings(database).1.filter { $0.kind == .change }
            return Dictionary(uniqueKeysWithValues: alerts.map { ($0.fingerprint, $0.state) })
        }
        let (kept, removed) = ("quality.change.errors.hddm_a", "quality.change.errors.ddm")
        #expect(try await states() == [kept: .open, removed: .open])
        definition.detectors.removeLast()
        try await run(topics, definition, database)
        #expect(try await states() == [kept: .open, removed: .resolved])
    }

    @Test(arguments: 1...6)
    func `killed and started again, it measures and estimates the same`(seed: Int) async throws {
        let script = StreamScript.make(count: 900, definition: everything, swap: 500)
        let topics = ScriptedTopics(script)
        let whole = try await database("whole")
        try await run(topics, everything, whole)
        let killed = try await database("killed")
        var generator = SplitMix(seed: UInt64(seed))
        for _ in 0..<4 {
            let limit = 100 + Int(generator.next() % 1200)
            try await run(topics, everything, killed, seed: generator.next(), limit: limit)
        }
        try await run(topics, everything, killed, seed: 77)
        let (windows, _) = try await findings(killed)
        let (expected, _) = try await findings(whole)
        #expect(windows.count == 9)
        for (window, other) in zip(windows, expected) { #expect(window == other) }
        #expect(windows.allSatisfy { $0.state == .complete && $0.coverage == 1 })
        #expect(windows[1].findings.estimate?.undefined == "version 1 has too few labels to read its scores by")
        let estimate = try #require(windows[4].findings.estimate?.values[.auc])
        let realised = try #require(windows[4].quality(of: "champion")?[.auc])
        #expect(abs(estimate.value - realised) < 0.1)
        #expect(estimate.lower < estimate.value && estimate.value < estimate.upper)
        #expect(windows[3].findings.predictions?.measures != nil)
        #expect(windows[5].findings.predictions?.measures == nil)
        #expect(windows[8].findings.predictions?.drifted == false)
    }

    @Test func `predictions that change are told of, though the inputs stay`() async throws {
        var definition = everything
        definition.window = .rows(500)
        definition.drift?.persistence = AlertPersistence(windows: 1, of: 1)
        let script = StreamScript.make(count: 4500, definition: definition, breakAt: 2500)
        let database = try await database()
        try await run(ScriptedTopics(script), definition, database)
        let (windows, alerts) = try await findings(database)
        #expect(windows.allSatisfy { $0.driftedColumns.isEmpty })
        #expect(windows.map { $0.findings.predictions?.drifted ?? false } == (0..<9).map { $0 >= 5 })
        let alert = try #require(alerts.first { $0.kind == .predictions })
        #expect(alert.window == 5)
        #expect(alert.fingerprint == "quality.predictions")
    }

    @Test func `an estimate below its limit opens an alert before any label of its window`() async throws {
        var definition = everything
        definition.drift = nil
        definition.performance = []
        definition.labelHorizonMilliseconds = 10_000_000
        definition.estimation?.limits = [
            PerformanceLimit(metric: .auc, bound: .value(0.75), persistence: AlertPersistence(windows: 1, of: 1))
        ]
        var script = StreamScript.make(count: 900, definition: definition)
        // From row 500 on the model can no longer tell the classes apart, and says so.
        script.sources[1] = script.sources[1].map { event in
            guard case .prediction(let role, var prediction) = event, prediction.rowOffset >= 500 else { return event }
            prediction.probability = 0.45 + prediction.probability / 10
            prediction.predicted = .flag(prediction.probability > 0.5)
            return .prediction(role: role, prediction)
        }
        script.sources[3] = Array(script.sources[3].prefix(400))
        let database = try await database()
        try await run(ScriptedTopics(script), definition, database)
        let (windows, alerts) = try await findings(database)
        #expect(windows.map(\.state) == (0..<9).map { $0 < 4 ? .complete : .filling })
        #expect(windows[6].coverage == 0)
        #expect(windows[6].findings.estimate?.values[.auc] != nil)
        #expect(alerts.map(\.kind) == [.estimated])
        #expect(alerts.first?.window == 5)
    }

    @Test func `labels that come late fill the windows they belong to`() async throws {
        var definition = everything
        definition.labelHorizonMilliseconds = 10_000_000
        var script = StreamScript.make(count: 400, definition: definition)
        script.sources[3] = script.sources[3].enumerated().filter { $0.offset.isMultiple(of: 2) }.map(\.element)
        let recorder = Recorder()
        let database = try await database()
        let service = try await run(ScriptedTopics(script), definition, database, observer: recorder)
        let (windows, _) = try await findings(database)
        #expect(windows.map(\.state) == [.filling, .filling, .filling, .filling])
        #expect(windows.map(\.labelled) == [50, 50, 50, 50])
        #expect(windows.map(\.coverage) == [0.5, 0.5, 0.5, 0.5])
        #expect(windows.allSatisfy { $0.quality(of: "champion")?[.auc] != nil })
        #expect(await service.settledRows == 1)
        #expect(recorder.told.withLock { $0 }.isEmpty)
        #expect(Set(recorder.filled.withLock { $0.map(\.index) }) == [0, 1, 2, 3])
    }

    @Test func `the observer is told again of what it failed to take`() async throws {
        let script = StreamScript.make(count: 400, definition: definition)
        let topics = ScriptedTopics(script)
        let database = try await database()
        let failing = Recorder(failures: .max)
        try await run(topics, definition, database, observer: failing)
        #expect(failing.told.withLock { $0 }.isEmpty)
        let recorder = Recorder()
        try await run(topics, definition, database, observer: recorder, reference: nil)
        #expect(recorder.told.withLock { $0 } == ["window 0", "window 1", "window 2", "window 3"])
    }

    @Test func `drift from the reference is told, and ends when the reference moves`() async throws {
        var definition = definition
        definition.drift?.persistence = AlertPersistence(windows: 1, of: 1)
        let script = StreamScript.make(count: 600, definition: definition)
        let topics = ScriptedTopics(script)
        let database = try await database()
        let moved = ReferenceDataset(dataset: "weather", version: 2)
        try await run(topics, definition, database, limit: 900, reference: moved)
        let (windows, alerts) = try await findings(database)
        #expect(windows.allSatisfy { $0.driftedColumns == ["a", "b"] && $0.reference == "weather@v2" })
        #expect(alerts.map(\.kind) == [.drift])
        #expect(alerts.map(\.state) == [.open])
        try await run(topics, definition, database)
        let (allWindows, laterAlerts) = try await findings(database)
        #expect(allWindows.last?.driftedColumns == [])
        #expect(allWindows.last?.reference == "weather@v1")
        #expect(laterAlerts.map(\.state) == [.resolved])
    }

    @Test func `garbage in every topic is counted and stops nothing`() async throws {
        let script = StreamScript.make(count: 300, definition: definition)
        var records = ScriptedTopics(script).records
        let garbage = [
            "", "{", "null", "[]", "{\"prediction_id\":7,\"label\":1}",
            "{\"prediction_id\":\"in-0-5\",\"label\":\"yes\"}",
            "{\"prediction_id\":\"x\",\"probability\":2,\"version\":1,\"source\":{\"topic\":\"in\",\"partition\":0,\"offset\":1}}",
        ]
        for topic in ["out", "frozen", "labels"] {
            let old = records[topic] ?? []
            let bad = garbage.map { text in
                StreamRecord(
                    topic: topic,
                    partition: 0,
                    offset: 0,
                    timestampMilliseconds: 0,
                    key: nil,
                    value: Array(text.utf8),
                    headers: []
                )
            }
            records[topic] = (old.prefix(50) + bad + old.dropFirst(50)).enumerated().map { index, record in
                StreamRecord(
                    topic: topic,
                    partition: 0,
                    offset: Int64(index),
                    timestampMilliseconds: record.timestampMilliseconds,
                    key: nil,
                    value: record.value,
                    headers: []
                )
            }
        }
        let database = try await database()
        let service = try await run(ScriptedTopics(records: records), definition, database)
        let (windows, _) = try await findings(database)
        #expect(windows.map(\.labelled) == [100, 100, 100])
        #expect(await service.counters.undecodable == 3 * garbage.count)
    }

    @Test func `the end of the stream closes the open window once, and later rows complete it`() async throws {
        let whole = StreamScript.make(count: 300, definition: definition)
        var part = whole
        part.sources = whole.sources.map { Array($0.prefix(250)) }
        let database = try await database()
        let recorder = Recorder()
        for _ in 0..<2 {
            try await run(ScriptedTopics(part), definition, database, observer: recorder, ends: true)
            #expect(try await findings(database).0.map(\.rows) == [100, 100, 50])
        }
        #expect(recorder.told.withLock { $0 } == ["window 0", "window 1", "window 2"])
        try await run(ScriptedTopics(whole), definition, database, observer: recorder, ends: true)
        let (windows, _) = try await findings(database)
        #expect(windows.map(\.rows) == [100, 100, 100])
        #expect(windows.map(\.drift.count) == [2, 2, 2])
        #expect(windows[2].drift.allSatisfy { $0.rows == 100 })
    }

    @Test func `a definition that makes no sense is refused with the field`() {
        var unwise = definition
        unwise.window = .rows(0)
        var refused: MonitorError?
        do { try unwise.validate() } catch { refused = error }
        #expect(refused?.message == "monitor 'quality': window.size is 0: use at least 1")
        var headless = definition
        headless.predictionTopics.removeFirst()
        do { try headless.validate() } catch { refused = error }
        #expect(refused?.message.contains("no topic for the role 'champion'") == true)
    }

    @Test func `a reference that is not there is refused and the old one stays`() async throws {
        let script = StreamScript.make(count: 100, definition: definition)
        let service = try await run(ScriptedTopics(script), definition, try await database())
        var refused: MonitorError?
        do {
            try await service.setReference(ReferenceDataset(dataset: "weather", version: 100))
        } catch let error as MonitorError {
            refused = error
        }
        #expect(refused?.code == .missingReference)
        #expect(await service.reference == ReferenceDataset(dataset: "weather", version: 1))
    }

    @Test func `a monitor declared otherwise than before says so instead of mixing numbers`() async throws {
        let script = StreamScript.make(count: 300, definition: definition)
        let database = try await database()
        try await run(ScriptedTopics(script), definition, database)
        var other = definition
        other.window = .rows(50)
        let service = try MonitorService(
            other,
            database: database,
            reference: FixedReference(),
            observer: nil,
            openReader: ScriptedTopics(script).opener(seed: 1, exhausted: OneShot<Void>())
        )
        async let running: Void = service.run()
        while await service.problem == nil { try await Task.sleep(for: .milliseconds(5)) }
        #expect(await service.problem?.contains("was declared with other topics, columns or window size") == true)
        await service.stop()
        try await running
        try await MonitorStore(database: database).reset("quality")
        try await run(ScriptedTopics(script), other, database)
        #expect(try await findings(database).0.count == 6)
    }
}
