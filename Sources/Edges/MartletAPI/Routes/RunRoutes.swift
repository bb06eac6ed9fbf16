internal import HTTPServer
internal import JSON
internal import Tracking

/// The runs of all experiments.
struct RunRoutes: RouteGroup {
    private static let mostExperiments = 1_000
    let tracking: TrackingService

    var operations: [Operation] {
        [
            .get(
                "/api/v1/runs",
                "Runs, newest first",
                query: [
                    .optional("filter", "string", "MLflow's search language, such as `metrics.auc > 0.8`"),
                    .optional("order", "string", "MLflow's order, such as `metrics.auc DESC`"),
                    .optional("experiment", "string", "Only those of the experiment of this name"),
                    .optional("limit", "integer", "Most runs, 1 to 1000; 100 without"),
                    .optional("cursor", "string", "The `next` of the page before"),
                ],
                search
            ),
            .get("/api/v1/runs/{id}", "One run") { [tracking] request in
                let run = try await tracking.run(RunID(request.parameter("id")))
                let experiment = try await tracking.experiment(run.info.experiment)
                return .json(run.json(experiment: experiment.name))
            },
        ]
    }

    @Sendable private func search(_ request: HTTPRequest) async throws -> HTTPResponse {
        let experiments = try await experiments(named: request.query.first("experiment"))
        let names = Dictionary(uniqueKeysWithValues: experiments.map { ($0.id, $0.name) })
        let page = try await tracking.searchRuns(
            SearchRequest(
                filter: request.query.first("filter"),
                orderBy: request.query.all("order"),
                limit: Int(try request.integer("limit", 1...1_000) ?? 100),
                pageToken: request.query.first("cursor")
            ),
            experiments: experiments.map(\.id)
        )
        return .list(page.items.map { $0.json(experiment: names[$0.info.experiment] ?? "") }, next: page.next)
    }

    private func experiments(named name: String?) async throws -> [Experiment] {
        guard let name else {
            return try await tracking.searchExperiments(SearchRequest(limit: Self.mostExperiments), view: .activeOnly)
                .items
        }
        guard let experiment = try await tracking.experiment(named: name) else {
            throw HTTPError(status: 404, message: "there is no experiment '\(name)'")
        }
        return [experiment]
    }
}
