internal import HTTPServer
internal import JSON

/// Projects and their loops.
struct LoopRoutes: RouteGroup {
    let loops: any LoopSource

    var operations: [Operation] {
        [
            .get("/api/v1/projects", "The projects with their folders and states") { [loops] _ in
                .list(try await loops.projects().map(JSONValue.object))
            },
            .post(
                "/api/v1/projects",
                "Applies the project in a folder of the server's machine",
                body: [.required("path", "string", "The folder that holds `martlet.yaml`")]
            ) { [loops] request in
                let name = try await loops.apply(folder: try await request.fields().string("path"))
                return .json(["name": .string(name)], status: 201)
            },
            .get("/api/v1/loops", "The loops with their states") { [loops] _ in
                .list(try await loops.projects().map(JSONValue.object))
            },
            .get("/api/v1/loops/{project}", "Everything that the page of a loop shows") { [loops] request in
                let project = request.parameter("project")
                return try Self.found(await loops.snapshot(project: project), project)
            },
            .get("/api/v1/loops/{project}/steps", "The steps of a loop, oldest first") { [loops] request in
                let project = request.parameter("project")
                guard let steps = try await loops.steps(project: project) else { throw Self.unknown(project) }
                return .list(steps.map(JSONValue.object))
            },
            .get("/api/v1/loops/{project}/steps/{step}", "One step by its id or number") { [loops] request in
                let step = request.parameter("step")
                guard let found = try await loops.step(project: request.parameter("project"), id: step) else {
                    throw HTTPError(status: 404, message: "there is no step '\(step)' in this loop")
                }
                return .json(.object(found))
            },
            .get(
                "/api/v1/loops/{project}/decisions",
                "What the policies of a loop decided, why, and what they looked at; oldest first"
            ) { [loops] request in
                let project = request.parameter("project")
                guard let decisions = try await loops.decisions(project: project) else { throw Self.unknown(project) }
                return .list(decisions.map(JSONValue.object))
            },
            .get("/api/v1/loops/{project}/report", "The report of the demonstration") { [loops] request in
                let project = request.parameter("project")
                return try Self.found(await loops.report(project: project), project)
            },
            .post(
                "/api/v1/loops/{project}/retrain",
                "Asks for a retraining",
                body: [
                    .required("reason", "string", "Why, for the record"),
                    .optional("actor", "string", "Who asks; `api` without"),
                ]
            ) { [loops] request in try await Self.retrain(loops, request) },
        ]
    }

    private static func retrain(_ loops: any LoopSource, _ request: HTTPRequest) async throws -> HTTPResponse {
        let fields = try await request.fields()
        let project = request.parameter("project")
        let isAsked = try await loops.retrain(
            project: project,
            reason: fields.string("reason"),
            actor: fields.optionalString("actor") ?? "api"
        )
        guard isAsked else {
            throw HTTPError(status: 404, message: "there is no project '\(project)' with a retraining policy")
        }
        return .json(["project": .string(project), "asked": true], status: 202)
    }

    private static func found(_ object: JSONObject?, _ project: String) throws(HTTPError) -> HTTPResponse {
        guard let object else { throw unknown(project) }
        return .json(.object(object))
    }

    private static func unknown(_ project: String) -> HTTPError {
        HTTPError(status: 404, message: "there is no project '\(project)'; GET /api/v1/projects lists them")
    }
}

/// What works for the projects: deployments and jobs.
struct WorkRoutes: RouteGroup {
    let loops: any LoopSource

    var operations: [Operation] {
        [
            .get("/api/v1/deployments", "The deployments with version, rows, rate, lag and latency") { [loops] _ in
                .list(try await loops.deployments().map(JSONValue.object))
            },
            .get("/api/v1/deployments/{name}", "One deployment") { [loops] request in
                try Self.found("deployment", request.parameter("name"), key: "name", await loops.deployments())
            },
            .get("/api/v1/jobs", "The jobs, newest first") { [loops] _ in
                .list(try await loops.jobs().map(JSONValue.object))
            },
            .get("/api/v1/jobs/{id}", "One job") { [loops] request in
                let id = request.parameter("id")
                guard let job = try await loops.job(id: id) else { throw Self.unknown("job", id) }
                return .json(.object(job))
            },
            .get("/api/v1/jobs/{id}/log", "The end of a job's output, as text") { [loops] request in
                let id = request.parameter("id")
                guard let log = try await loops.jobLog(id: id) else { throw Self.unknown("job", id) }
                return .text(log)
            },
        ]
    }

    private static func found(
        _ kind: String,
        _ name: String,
        key: String,
        _ all: [JSONObject]
    ) throws(HTTPError) -> HTTPResponse {
        guard let object = all.first(where: { $0[key] == .string(name) }) else { throw unknown(kind, name) }
        return .json(.object(object))
    }

    private static func unknown(_ kind: String, _ name: String) -> HTTPError {
        HTTPError(status: 404, message: "there is no \(kind) '\(name)'; GET /api/v1/\(kind)s lists them")
    }
}
