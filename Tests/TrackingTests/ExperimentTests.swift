import Testing

@testable import Tracking

@Suite struct ExperimentTests {
    private let fixture: TrackingFixture
    private var tracking: TrackingService { fixture.tracking }

    init() async throws {
        fixture = try await TrackingFixture()
    }

    @Test func theDefaultExperimentIsThereAndNumbersFollow() async throws {
        #expect(try await tracking.experiment(.standard).name == "Default")
        let id = try await tracking.createExperiment(name: "first")
        #expect(id == ExperimentID(1))
        #expect(try await tracking.experiment(id).artifactLocation == "mlflow-artifacts:/1")
    }

    @Test func aNameStaysTakenByADeletedExperiment() async throws {
        let id = try await tracking.createExperiment(name: "a")
        try await tracking.deleteExperiment(id)
        let error = await #expect(throws: TrackingError.self) { try await tracking.createExperiment(name: "a") }
        #expect(error?.code == .alreadyExists)
        #expect(try await tracking.experiment(named: "a")?.stage == .deleted)
    }

    @Test func deletingAndRestoringTakesTheRunsAlong() async throws {
        let run = try await fixture.run("a")
        try await tracking.deleteExperiment(.standard)
        #expect(try await tracking.run(run).info.stage == .deleted)
        await #expect(throws: TrackingError.noExperiment(.standard)) { try await tracking.deleteExperiment(.standard) }
        await #expect(throws: TrackingError.self) { try await tracking.createRun(RunDraft(experiment: .standard)) }
        try await tracking.restoreExperiment(.standard)
        #expect(try await tracking.run(run).info.stage == .active)
    }

    @Test func searchesFilterAndOrder() async throws {
        for name in ["b", "a", "c"] {
            _ = try await tracking.createExperiment(name: name, tags: [KeyValue("team", name.uppercased())])
        }
        func names(_ filter: String?, _ orderBy: [String] = ["name"]) async throws -> String {
            let request = SearchRequest(filter: filter, orderBy: orderBy)
            return try await tracking.searchExperiments(request, view: .activeOnly).items.map(\.name).joined()
        }
        #expect(try await names("tags.team = 'A' OR name = 'c'") == "ac")
        #expect(try await names("attribute.name LIKE '_'") == "abc")
        #expect(try await names("experiment_id IN ('1', '3')") == "bc")
        #expect(try await names("tag.team IS NULL") == "Default")
        #expect(try await names("name != 'Default'", ["experiment_id DESC"]) == "cab")
        let error = await #expect(throws: TrackingError.self) { try await names("tags.team > 'A'") }
        #expect(error?.message == "Invalid comparator for tag: >")
    }

    @Test func tagsAndNamesChange() async throws {
        let id = try await tracking.createExperiment(name: "a")
        try await tracking.setExperimentTag(KeyValue("k", "1"), of: id)
        try await tracking.setExperimentTag(KeyValue("k", "2"), of: id)
        try await tracking.renameExperiment(id, to: "b")
        let experiment = try await tracking.experiment(id)
        #expect(experiment.tags == [KeyValue("k", "2")])
        #expect(experiment.name == "b")
        try await tracking.deleteExperimentTag("k", of: id)
        let error = await #expect(throws: TrackingError.self) { try await tracking.deleteExperimentTag("k", of: id) }
        #expect(error?.code == .doesNotExist)
    }
}
