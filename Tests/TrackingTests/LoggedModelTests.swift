import Testing

@testable import Tracking

@Suite struct LoggedModelTests {
    private let fixture: TrackingFixture
    private var tracking: TrackingService { fixture.tracking }

    init() async throws {
        fixture = try await TrackingFixture()
    }

    private func model(_ name: String, accuracy: Double? = nil, dataset: String? = nil) async throws -> LoggedModelID {
        var draft = LoggedModelDraft(experiment: .standard)
        draft.name = name
        draft.params = [KeyValue("alpha", name)]
        let id = try await tracking.createLoggedModel(draft).id
        if let accuracy {
            let run = try await fixture.run("of \(name)")
            var metric = Metric(key: "accuracy", value: accuracy, timestamp: 1)
            metric.model = id
            metric.datasetName = dataset
            try await tracking.logMetric(metric, to: run)
        }
        return id
    }

    private func names(
        _ filter: String? = nil,
        _ change: (inout LoggedModelQuery) -> Void = { _ in }
    ) async throws
        -> String
    {
        var query = LoggedModelQuery(experiments: [.standard])
        query.filter = filter
        query.orderBy = [LoggedModelOrder(field: "name", isAscending: true, dataset: nil)]
        change(&query)
        return try await tracking.searchLoggedModels(query).items.map(\.name).joined()
    }

    @Test func aModelGoesFromPendingToReadyToTheTrash() async throws {
        let id = try await model("a")
        #expect(try await tracking.loggedModel(id).status == .pending)
        #expect(try await tracking.setLoggedModelStatus(.ready, of: id).status == .ready)
        try await tracking.deleteLoggedModel(id)
        try await tracking.deleteLoggedModel(id)
        await #expect(throws: TrackingError.noLoggedModel(id)) { try await tracking.loggedModel(id) }
        #expect(try await tracking.loggedModel(id, includingDeleted: true).name == "a")
        #expect(try await names().isEmpty)
    }

    @Test func searchesKnowAttributesMetricsParamsAndDatasets() async throws {
        _ = try await model("a", accuracy: 0.5, dataset: "train")
        _ = try await model("b", accuracy: 0.9, dataset: "test")
        _ = try await model("c")
        #expect(try await names("name = 'a' OR params.alpha = 'c'") == "ac")
        #expect(try await names("metrics.accuracy > 0.4") == "ab")
        #expect(
            try await names("metrics.accuracy > 0.4") { $0.datasets = [DatasetReference(name: "test", digest: nil)] }
                == "b"
        )
        #expect(try await names { $0.datasets = [DatasetReference(name: "train", digest: nil)] } == "a")
        let byAccuracy = LoggedModelOrder(field: "metrics.accuracy", isAscending: false, dataset: nil)
        #expect(try await names { $0.orderBy = [byAccuracy] } == "bac")
        let error = await #expect(throws: TrackingError.self) { try await names("metric.accuracy > 1") }
        #expect(error?.message.hasPrefix("Invalid entity type: 'metric'") == true)
        let noList = await #expect(throws: TrackingError.self) { try await names("name") }
        #expect(noList?.message.hasPrefix("Invalid filter string: 'name'. Expected a list") == true)
    }

    @Test func aTokenBelongsToItsSearch() async throws {
        for name in ["a", "b", "c"] { _ = try await model(name) }
        var query = LoggedModelQuery(experiments: [.standard])
        query.limit = 2
        let token = try await tracking.searchLoggedModels(query).next
        query.pageToken = token
        #expect(try await tracking.searchLoggedModels(query).items.count == 1)
        query.filter = "name = 'a'"
        let error = await #expect(throws: TrackingError.self) { try await tracking.searchLoggedModels(query) }
        #expect(error?.message.contains("Filter string") == true)
    }

    @Test func aParameterIsLoggedOnce() async throws {
        let id = try await model("a")
        let error = await #expect(throws: TrackingError.self) {
            try await tracking.addLoggedModelParams([KeyValue("alpha", "2")], to: id)
        }
        #expect(error?.code == .badRequest)
    }

    @Test func aModelWithoutANameGetsOne() async throws {
        #expect(try await tracking.loggedModel(model("")).name.contains("-"))
    }

    @Test(arguments: ["a/b", "a:b", "a.b", "a%b", "a\"b", "a'b"])
    func unusableNamesAreRefused(name: String) async throws {
        let error = await #expect(throws: TrackingError.self) { try await model(name) }
        let shown = name.contains("'") ? "\"\(name)\"" : "'\(name)'"
        #expect(error?.message.hasPrefix("Invalid model name (\(shown)) provided.") == true)
    }

    @Test func aMetricOfAnUnknownModelIsRefused() async throws {
        let run = try await fixture.run("a")
        var metric = Metric(key: "m", value: 1, timestamp: 1)
        metric.model = LoggedModelID("m-none")
        let unknown = metric
        let error = await #expect(throws: TrackingError.self) { try await tracking.logMetric(unknown, to: run) }
        #expect(error?.code == .badRequest)
    }
}
