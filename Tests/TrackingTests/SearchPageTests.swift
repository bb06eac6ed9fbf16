import Testing

@testable import Tracking

/// Pages of searches hold while things come in and go.
@Suite struct SearchPageTests {
    private let fixture: TrackingFixture
    private var tracking: TrackingService { fixture.tracking }

    init() async throws {
        fixture = try await TrackingFixture()
    }

    /// Everything that a search finds, page by page, with something happening between two pages.
    private func pages<Item>(
        of search: (_ token: String?) async throws -> Page<Item>,
        between: (_ page: Int) async throws -> Void
    ) async throws -> [Item] {
        var items: [Item] = []
        var token: String?
        for page in 0..<100 {
            let found = try await search(token)
            items += found.items
            token = found.next
            if token == nil { return items }
            try await between(page)
        }
        Issue.record("the pages have no end")
        return items
    }

    @Test(arguments: [["name"], ["name DESC"], ["experiment_id DESC"], ["last_update_time", "name DESC"], []])
    func experimentsThatComeInNeitherRepeatNorHideOne(order: [String]) async throws {
        let names = (0..<9).map { "e\($0);\($0)" }
        for name in names { _ = try await tracking.createExperiment(name: name) }
        let found = try await pages(
            of: { token in
                let request = SearchRequest(filter: "name LIKE 'e%'", orderBy: order, limit: 2, pageToken: token)
                return try await tracking.searchExperiments(request, view: .activeOnly)
            },
            between: { _ = try await tracking.createExperiment(name: "a\($0)") }
        )
        #expect(found.map(\.name).sorted() == names)
    }

    @Test func anExperimentThatGoesHidesNoOther() async throws {
        var ids: [ExperimentID] = []
        for index in 0..<8 { ids.append(try await tracking.createExperiment(name: "e\(index)")) }
        let found = try await pages(
            of: { token in
                let request = SearchRequest(filter: "name LIKE 'e%'", orderBy: ["name"], limit: 2, pageToken: token)
                return try await tracking.searchExperiments(request, view: .activeOnly)
            },
            between: { try await tracking.deleteExperiment(ids[$0]) }
        )
        #expect(found.map(\.name) == (0..<8).map { "e\($0)" })
    }

    @Test(arguments: [[], ["timestamp_ms"], ["timestamp_ms DESC", "request_id DESC"], ["execution_time_ms"]])
    func tracesArePagedInEveryOrder(order: [String]) async throws {
        for index in 0..<9 {
            let time = 1_000 + Int64(index / 2)
            var info = TraceInfo(id: "tr-\(index)", experiment: .standard, requestTime: time, duration: 5, state: .ok)
            info.tags = [KeyValue("b", "\(index)"), KeyValue("a", "x")]
            _ = try await tracking.storeTrace(info)
        }
        let found = try await pages(
            of: { token in
                let request = SearchRequest(orderBy: order, limit: 2, pageToken: token)
                return try await tracking.searchTraces(request, experiments: [.standard])
            },
            between: { _ in }
        )
        #expect(found.map(\.id).sorted() == (0..<9).map { "tr-\($0)" })
        for trace in found {
            #expect(trace.tags.filter { !$0.key.hasPrefix("mlflow.") }.map(\.key) == ["a", "b"])
            #expect(trace.tags.contains(KeyValue("b", String(trace.id.dropFirst(3)))))
        }
    }

    @Test(arguments: ["name", "creation_timestamp", "metrics.acc"])
    func loggedModelsArePagedInEveryOrder(field: String) async throws {
        for index in 0..<7 {
            var draft = LoggedModelDraft(experiment: .standard)
            draft.name = "m\(index)"
            draft.params = [KeyValue("b", "\(index)"), KeyValue("a", "x")]
            _ = try await tracking.createLoggedModel(draft)
        }
        let found = try await pages(
            of: { token in
                var query = LoggedModelQuery(experiments: [.standard])
                query.orderBy = [LoggedModelOrder(field: field, isAscending: true, dataset: nil)]
                (query.limit, query.pageToken) = (2, token)
                return try await tracking.searchLoggedModels(query)
            },
            between: { _ in }
        )
        #expect(found.map(\.name).sorted() == (0..<7).map { "m\($0)" })
        #expect(found.allSatisfy { $0.params == [KeyValue("a", "x"), KeyValue("b", String($0.name.dropFirst()))] })
    }
}
