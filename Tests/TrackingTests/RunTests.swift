import SQLStore
import Testing

@testable import Tracking

@Suite struct RunTests {
    @Test func whatWasLoggedIsThereAfterReopening() async throws {
        let first = try await TrackingFixture()
        let id = try await first.run("a", metrics: ["auc": 0.5], params: ["lr": "0.1"], tags: ["k": "v"])
        first.database.close()
        let second = try await TrackingFixture(in: first.folder)
        let run = try await second.tracking.run(id)
        #expect(run.metric("auc") == 0.5)
        #expect(run.param("lr") == "0.1")
        #expect(run.tag("k") == "v")
        #expect(run.tag("mlflow.runName") == "a")
        #expect(run.info.artifactLocation == "mlflow-artifacts:/0/\(id)/artifacts")
    }

    @Test func theLatestPointHasTheGreatestStepThenTimeThenValue() async throws {
        let fixture = try await TrackingFixture()
        let id = try await fixture.run("a")
        let points: [(Double, Int64, Int64)] = [(3, 10, 5), (9, 99, 4), (1, 11, 5), (2, 11, 5), (7, 1, 0)]
        for (value, timestamp, step) in points {
            try await fixture.tracking.logMetric(
                Metric(key: "m", value: value, timestamp: timestamp, step: step),
                to: id
            )
        }
        #expect(try await fixture.tracking.run(id).metric("m") == 2)
    }

    @Test func historyIsOrderedWithoutRepetitionsAndInPages() async throws {
        let fixture = try await TrackingFixture()
        let id = try await fixture.run("a")
        let points = (0..<5_000).map { Metric(key: "m", value: Double($0), timestamp: Int64($0 / 3), step: Int64($0)) }
        for start in stride(from: 0, to: points.count, by: 700) {
            let part = Array(points[start..<min(points.count, start + 700)].shuffled())
            try await fixture.tracking.logBatch(LogBatch(metrics: part), to: id)
            try await fixture.tracking.logBatch(LogBatch(metrics: Array(part.prefix(50))), to: id)
        }
        let whole = try await fixture.tracking.metricHistory("m", of: id)
        #expect(whole.items == points.map(\.point).sorted())
        #expect(whole.next == nil)
        var paged: [MetricPoint] = []
        var token: String?
        repeat {
            let page = try await fixture.tracking.metricHistory("m", of: id, limit: 333, pageToken: token)
            #expect(page.items.count <= 333)
            paged += page.items
            token = page.next
        } while token != nil
        #expect(paged == whole.items)
    }

    @Test func notANumberIsKeptAndInfinitiesAreTheLargestNumbers() async throws {
        let fixture = try await TrackingFixture()
        let id = try await fixture.run("a", metrics: ["nan": .nan, "up": .infinity, "down": -.infinity])
        let run = try await fixture.tracking.run(id)
        #expect(run.metric("nan")?.isNaN == true)
        #expect(run.metric("up") == .greatestFiniteMagnitude)
        #expect(run.metric("down") == -.greatestFiniteMagnitude)
        try await fixture.tracking.logMetric(Metric(key: "nan", value: .nan, timestamp: 1), to: id)
        #expect(try await fixture.tracking.metricHistory("nan", of: id).items.count == 1)
    }

    @Test func aChangedParameterLeavesNothingOfItsBatch() async throws {
        let fixture = try await TrackingFixture()
        let id = try await fixture.run("a", params: ["lr": "1"])
        let batch = LogBatch(
            metrics: [Metric(key: "m", value: 1, timestamp: 1)],
            params: [KeyValue("new", "1"), KeyValue("lr", "2")]
        )
        let error = await #expect(throws: TrackingError.self) { try await fixture.tracking.logBatch(batch, to: id) }
        #expect(error?.message.contains("'old_value': '1', 'new_value': '2'") == true)
        let run = try await fixture.tracking.run(id)
        #expect(run.metrics.isEmpty)
        #expect(run.param("new") == nil)
        try await fixture.tracking.logParam(KeyValue("lr", "1"), to: id)
    }

    @Test func aDeletedRunTakesNothingUntilItIsRestored() async throws {
        let fixture = try await TrackingFixture()
        let id = try await fixture.run("a")
        try await fixture.tracking.deleteRun(id)
        try await fixture.tracking.deleteRun(id)
        let metric = Metric(key: "m", value: 1, timestamp: 1)
        let error = await #expect(throws: TrackingError.self) { try await fixture.tracking.logMetric(metric, to: id) }
        #expect(error == .inactive(run: id))
        #expect(try await fixture.names(nil).isEmpty)
        try await fixture.tracking.restoreRun(id)
        try await fixture.tracking.logMetric(metric, to: id)
        #expect(try await fixture.names(nil) == ["a"])
    }

    @Test(arguments: [
        ("a$", "Names may only contain alphanumerics"), ("../a", "This name would resolve to '../a'"),
        ("a//b", "would resolve to 'a/b'"), ("/a", "would resolve to '/a'"), (".", "would resolve to '.'"),
        ("a/..", "would resolve to '.'"), (String(repeating: "x", count: 251), "maximum length of 250"),
    ])
    func unusableKeysAreRefused(key: String, fragment: String) async throws {
        let fixture = try await TrackingFixture()
        let id = try await fixture.run("a")
        let error = await #expect(throws: TrackingError.self) {
            try await fixture.tracking.logMetric(Metric(key: key, value: 1, timestamp: 1), to: id)
        }
        #expect(error?.message.contains(fragment) == true)
    }

    @Test func batchesAreBounded() async throws {
        let fixture = try await TrackingFixture()
        let id = try await fixture.run("a")
        let metrics = (0...1_000).map { Metric(key: "m", value: 1, timestamp: 1, step: Int64($0)) }
        let error = await #expect(throws: TrackingError.self) {
            try await fixture.tracking.logBatch(LogBatch(metrics: metrics), to: id)
        }
        #expect(error?.message.hasPrefix("A batch logging request can contain at most 1000 metrics. Got 1001") == true)
    }

    @Test func manyWritersLoseNothing() async throws {
        let fixture = try await TrackingFixture()
        let id = try await fixture.run("a")
        let tracking = fixture.tracking
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<16 {
                group.addTask {
                    for step in 0..<20 {
                        let metric = Metric(key: "w\(writer)", value: 1, timestamp: Int64(step), step: Int64(step))
                        try await tracking.logMetric(metric, to: id)
                    }
                }
            }
            try await group.waitForAll()
        }
        for writer in 0..<16 {
            #expect(try await tracking.metricHistory("w\(writer)", of: id).items.count == 20)
        }
    }

    @Test func inputsAreLinkedOnceAndKeepTheirFirstTags() async throws {
        let fixture = try await TrackingFixture()
        let id = try await fixture.run("a")
        let dataset = Dataset(name: "d", digest: "1", sourceType: "local", source: "{}")
        for context in ["train", "test"] {
            let input = DatasetInput(dataset: dataset, tags: [KeyValue("mlflow.data.context", context)])
            try await fixture.tracking.logInputs(datasets: [input], models: [], to: id)
        }
        let run = try await fixture.tracking.run(id)
        #expect(run.datasets == [DatasetInput(dataset: dataset, tags: [KeyValue("mlflow.data.context", "train")])])
        #expect(try await fixture.names("dataset.context = 'train'") == ["a"])
        #expect(try await fixture.names("dataset.name LIKE 'x%'").isEmpty)
    }
}
