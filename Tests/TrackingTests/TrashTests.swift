import BlobStore
import BlobStoreTestSupport
import SQLStore
import Testing

@testable import Tracking

/// Nobody registers anything meanwhile.
private let unclaimed: TrackingService.ArtifactClaims = { _, _, _ in [] }

@Suite(.timeLimit(.minutes(10))) struct TrashTests {
    private let fixture: TrackingFixture
    private var tracking: TrackingService { fixture.tracking }
    private var artifacts: ArtifactService { fixture.tracking.artifacts }

    init() async throws {
        fixture = try await TrackingFixture()
    }

    /// A run with a metric, a parameter, a tag and files of these contents.
    private func run(
        _ name: String,
        in experiment: ExperimentID = .standard,
        files: [String: [UInt8]]
    ) async throws -> RunInfo {
        var draft = RunDraft(experiment: experiment)
        draft.name = name
        let info = try await tracking.createRun(draft).info
        let batch = LogBatch(
            metrics: (0..<200).map { Metric(key: "m", value: Double($0), timestamp: Int64($0), step: Int64($0)) },
            params: [KeyValue("p", "v")],
            tags: [KeyValue("t", "v")]
        )
        try await tracking.logBatch(batch, to: info.id)
        let folder = try #require(ArtifactPath(location: info.artifactLocation))
        for (name, bytes) in files {
            try await artifacts.store(bytes, at: folder.appending(ArtifactPath(parsing: name)))
        }
        return info
    }

    private func storedBytes() async throws -> Int64 {
        try await fixture.blobs.list().reduce(0) { $0 + $1.size }
    }

    /// The rows of every table of tracking that a purge must empty again, found in the schema itself.
    private func rows() async throws -> [String: Int64] {
        // Names of keys are shared; numbers of purged experiments are kept; an evaluation dataset outlives experiments.
        let kept: Set<String> = ["keys", "artifact_store", "purged_experiments", "evaluation_datasets"]
        let tables = TrackingSchema.migrations.flatMap(\.statements).compactMap { statement -> String? in
            let words = statement.split { $0.isWhitespace || $0 == "(" }
            return words.starts(with: ["CREATE", "TABLE"]) ? String(words[2]) : nil
        }
        return try await fixture.database.read { transaction in
            var rows: [String: Int64] = [:]
            for table in tables where !kept.contains(table) {
                rows[table] = try transaction.first("SELECT count(*) FROM \(table)")?.int(0)
            }
            return rows
        }
    }

    @Test func whatAPurgePromisesToFreeIsFreed() async throws {
        let shared = [UInt8](repeating: 1, count: 1_000)
        let own = [UInt8](repeating: 2, count: 300)
        _ = try await run("living", files: ["a": shared])
        let doomed = try await run("doomed", files: ["d/a": shared, "d/b": own, "c": own])
        try await tracking.deleteRun(doomed.id)
        #expect(try await tracking.trash().map(\.subject) == [.run(doomed.id)])
        let usage = try await tracking.usage(of: .run(doomed.id), besides: [])
        #expect(usage == ArtifactUsage(bytes: 1_600, freed: 300))
        let before = try await storedBytes()
        #expect(try await tracking.purge(.run(doomed.id), besides: [], claims: unclaimed) == 300)
        #expect(try await storedBytes() == before - 300)
        #expect(try await tracking.runInfo(doomed.id) == nil)
        #expect(try await tracking.trash().isEmpty)
        #expect(try await artifacts.list(.root).map(\.name) == ["0"])
        #expect(try await artifacts.list(ArtifactPath(parsing: "0")).count == 1, "no empty folder stays behind")
    }

    @Test func whatIsPurgedLeavesNoRowInAnyTable() async throws {
        let before = try await rows()
        #expect(before.count > 20)
        let experiment = try await tracking.createExperiment(name: "e", tags: [KeyValue("t", "v")])
        let doomed = try await run("doomed", in: experiment, files: ["a/b": [1]])
        let dataset = Dataset(name: "d", digest: "1", sourceType: "x", source: "{}")
        let input = DatasetInput(dataset: dataset, tags: [KeyValue("k", "v")])
        var draft = LoggedModelDraft(experiment: experiment)
        draft.params = [KeyValue("p", "v")]
        draft.tags = [KeyValue("t", "v")]
        let model = try await tracking.createLoggedModel(draft)
        var metric = Metric(key: "m", value: 1, timestamp: 1_000)
        metric.model = model.id
        try await tracking.logBatch(LogBatch(metrics: [metric], params: [], tags: []), to: doomed.id)
        try await tracking.logInputs(datasets: [input], models: [model.id], to: doomed.id)
        var info = TraceInfo(id: "tr-1", experiment: experiment, requestTime: 1, duration: 1, state: .ok)
        info.tags = [KeyValue("t", "v")]
        _ = try await tracking.storeTrace(info)
        try await tracking.linkTraces(["tr-1"], to: doomed.id)
        _ = try await tracking.registerScorer("s", "{}", of: experiment)
        _ = try await tracking.createEvaluationDataset("d", experiments: [experiment])

        try await tracking.deleteExperiment(experiment)
        #expect(try await rows().filter { before[$0.key] != $0.value }.count > 15)
        _ = try await tracking.purge(.experiment(experiment), besides: [], claims: unclaimed)
        let after = try await rows()
        #expect(after.filter { before[$0.key] != $0.value } == [:])
    }

    @Test func anExperimentTakesItsRunsModelsAndTracesAlong() async throws {
        let experiment = try await tracking.createExperiment(name: "e")
        let first = try await run("one", in: experiment, files: ["a": [1, 1]])
        _ = try await run("two", in: experiment, files: ["a": [2, 2, 2]])
        let model = try await tracking.createLoggedModel(LoggedModelDraft(experiment: experiment))
        let folder = try #require(ArtifactPath(location: model.artifactLocation))
        try await artifacts.store([3], at: folder.appending(ArtifactPath(parsing: "MLmodel")))
        try await tracking.deleteRun(first.id)
        try await tracking.deleteExperiment(experiment)
        let items = try await tracking.trash()
        #expect(items.map(\.subject) == [.experiment(experiment)], "its runs are part of it")
        #expect(items.first?.runs == 2)
        #expect(try await tracking.usage(of: .experiment(experiment), besides: []).freed == 6)
        #expect(try await tracking.purge(.experiment(experiment), besides: [], claims: unclaimed) == 6)
        #expect(try await fixture.blobs.list().isEmpty)
        #expect(try await tracking.runInfo(first.id) == nil)
        await #expect(throws: TrackingError.self) { try await tracking.experiment(experiment) }
        await #expect(throws: TrackingError.self) { try await tracking.loggedModel(model.id, includingDeleted: true) }
        let again = try await tracking.createExperiment(name: "e")
        #expect(again.number > experiment.number, "a number is not given twice")
    }

    @Test func theDefaultExperimentIsThereAgainAfterItsPurge() async throws {
        _ = try await run("r", files: ["a": [1]])
        try await tracking.deleteExperiment(.standard)
        #expect(try await tracking.purge(.experiment(.standard), besides: [], claims: unclaimed) == 1)
        #expect(try await tracking.experiment(.standard).stage == .active)
        _ = try await run("next", files: [:])
    }

    @Test func whatComesBackIsWhole() async throws {
        let info = try await run("r", files: ["a": [1]])
        try await tracking.deleteRun(info.id)
        try await tracking.restore(.run(info.id))
        #expect(try await tracking.run(info.id).metric("m") == 199)
        #expect(try await tracking.trash().isEmpty)
        let model = try await tracking.createLoggedModel(LoggedModelDraft(experiment: .standard))
        try await tracking.deleteLoggedModel(model.id)
        #expect(try await tracking.trash().map(\.subject) == [.loggedModel(model.id)])
        try await tracking.restore(.loggedModel(model.id))
        #expect(try await tracking.loggedModel(model.id).name == model.name)
    }

    @Test func onlyWhatIsInTheTrashIsPurgedOrRestored() async throws {
        let info = try await run("living", files: ["a": [1]])
        for subject in [TrashedWork.Subject.run(info.id), .run(RunID("none")), .experiment(.standard)] {
            await #expect(throws: TrackingError.self) {
                try await tracking.purge(subject, besides: [], claims: unclaimed)
            }
            await #expect(throws: TrackingError.self) { try await tracking.restore(subject) }
        }
        #expect(try await tracking.run(info.id).metric("m") == 199)
    }

    @Test func filesThatOthersUseStayUntilNobodyDoes() async throws {
        let info = try await run("r", files: ["model/MLmodel": [1, 2], "model/data": [3], "log": [4, 5, 6]])
        let used = "\(info.artifactLocation)/model"
        try await tracking.deleteRun(info.id)
        #expect(try await tracking.usage(of: .run(info.id), besides: [used]) == ArtifactUsage(bytes: 6, freed: 3))
        #expect(try await tracking.purge(.run(info.id), besides: [used], claims: unclaimed) == 3)
        let folder = try #require(ArtifactPath(location: used))
        #expect(try await artifacts.list(folder).map(\.name) == ["MLmodel", "data"])
        #expect(try await tracking.orphanUsage(of: [used], besides: []) == ArtifactUsage(bytes: 3, freed: 3))
        #expect(try await tracking.orphanUsage(of: [used], besides: [used]) == ArtifactUsage(bytes: 3, freed: 0))
        #expect(try await tracking.freeOrphans(besides: [used]) == 0)
        #expect(try await tracking.freeOrphans(besides: []) == 3)
        #expect(try await artifacts.list(.root).isEmpty)
        #expect(try await fixture.blobs.list().isEmpty)
    }

    @Test func purgingAndRestoringMayMeet() async throws {
        for _ in 0..<10 {
            let info = try await run("r", files: ["a": [9]])
            try await tracking.deleteRun(info.id)
            let tracking = tracking
            async let purged = try? await tracking.purge(.run(info.id), besides: [], claims: unclaimed)
            async let restored: Void? = try? await tracking.restore(.run(info.id))
            _ = await (purged, restored)
            if try await tracking.runInfo(info.id) != nil {
                let folder = try #require(ArtifactPath(location: info.artifactLocation))
                #expect(try await artifacts.open(folder.appending(ArtifactPath(parsing: "a"))) != nil)
                try await tracking.deleteRun(info.id)
                _ = try await tracking.purge(.run(info.id), besides: [], claims: unclaimed)
            }
        }
        #expect(try await fixture.blobs.list().isEmpty)
    }
}
