internal import HTTPServer
internal import JSON
internal import Tracking

/// The runs of all experiments.
struct RunRoutes: RouteGroup {
    private static let mostExperiments = 1_000
    private static let views: [String: StageView] = ["active": .activeOnly, "deleted": .deletedOnly, "all": .all]
    let tracking: TrackingService

    var operations: [Operation] {
        [
            .get(
                "/api/v1/runs",
                "Runs, newest first",
                query: [
                    .optional(
                        "filter",
                        "string",
                        "MLflow's search language, such as `metrics.auc > 0.8`, with OR and NOT"
                    ),
                    .optional("order", "string", "MLflow's order, such as `metrics.auc DESC`"),
                    .optional("experiment", "string", "Only those of the experiment of this name"),
                    .optional("view", "string", "`active`, `deleted` or `all`; `active` without"),
                    .optional("limit", "integer", "Most runs, 1 to 1000; 100 without"),
                    .optional("cursor", "string", "The `next` of the page before"),
                ],
                search
            ),
            .get(
                "/api/v1/runs/compare",
                "Some runs side by side: what differs first",
                query: [.required("run", "string", "A run; given 2 to 50 times")],
                compare
            ),
            .get("/api/v1/runs/{id}", "One run") { [tracking] request in
                let run = try await tracking.run(RunID(request.parameter("id")))
                let experiment = try await tracking.experiment(run.info.experiment)
                return .json(run.json(experiment: experiment.name))
            },
            .get(
                "/api/v1/runs/{id}/metrics",
                "The history of one metric of a run, by time and step",
                query: [
                    .required("key", "string", "The metric"),
                    .optional("limit", "integer", "Most points, 1 to 25000; 1000 without"),
                    .optional("cursor", "string", "The `next` of the page before"),
                ],
                history
            ),
            .delete("/api/v1/runs/{id}", "Moves a run to the trash") { [tracking] request in
                try await tracking.deleteRun(RunID(request.parameter("id")))
                return HTTPResponse(status: 204)
            },
            Operation(method: .post, path: "/api/v1/runs/{id}/restore", summary: "Takes a run out of the trash") {
                [tracking] request in
                let id = RunID(request.parameter("id"))
                try await tracking.restoreRun(id)
                let run = try await tracking.run(id)
                return .json(run.json(experiment: try await tracking.experiment(run.info.experiment).name))
            },
        ]
    }

    @Sendable private func search(_ request: HTTPRequest) async throws -> HTTPResponse {
        let view = request.query.first("view") ?? "active"
        guard let stages = Self.views[view] else {
            throw HTTPError(status: 400, message: "'view' must be active, deleted or all, not '\(view)'")
        }
        let experiments = try await experiments(named: request.query.first("experiment"))
        let names = Dictionary(uniqueKeysWithValues: experiments.map { ($0.id, $0.name) })
        let page = try await tracking.searchRuns(
            SearchRequest(
                filter: request.query.first("filter"),
                orderBy: request.query.all("order"),
                limit: Int(try request.integer("limit", 1...1_000) ?? 100),
                pageToken: request.query.first("cursor")
            ),
            experiments: experiments.map(\.id),
            view: stages
        )
        return .list(page.items.map { $0.json(experiment: names[$0.info.experiment] ?? "") }, next: page.next)
    }

    @Sendable private func compare(_ request: HTTPRequest) async throws -> HTTPResponse {
        let ids = request.query.all("run")
        guard (2...50).contains(ids.count), Set(ids).count == ids.count else {
            throw HTTPError(status: 400, message: "give 'run' 2 to 50 times, each time another one")
        }
        var runs: [Run] = []
        for id in ids { runs.append(try await tracking.run(RunID(id))) }
        return .json(RunComparison(runs: runs).json)
    }

    @Sendable private func history(_ request: HTTPRequest) async throws -> HTTPResponse {
        guard let key = request.query.first("key"), !key.isEmpty else {
            throw HTTPError(status: 400, message: "'key' is needed: the name of a metric")
        }
        let run = try await tracking.run(RunID(request.parameter("id")))
        guard run.metric(key) != nil else {
            let known = run.metrics.prefix(20).map(\.key).joined(separator: ", ")
            throw HTTPError(status: 404, message: "the run has no metric '\(key)'; it has: \(known)")
        }
        let page = try await tracking.metricHistory(
            key,
            of: run.info.id,
            limit: Int(try request.integer("limit", 1...25_000) ?? 1_000),
            pageToken: request.query.first("cursor")
        )
        return .list(page.items.map(\.json), next: page.next)
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
