internal import HTTPServer
internal import JSON
internal import Tracking

/// The calls about scorers.
struct ScorerEndpoints {
    let tracking: TrackingService

    var endpoints: [Endpoint] {
        let root = "/mlflow/scorers"
        return [
            Endpoint(.post, "\(root)/register", version: "3.0", register),
            Endpoint(.get, "\(root)/list", version: "3.0", list),
            Endpoint(.get, "\(root)/versions", version: "3.0", versions),
            Endpoint(.get, "\(root)/get", version: "3.0", get),
            Endpoint(.delete, "\(root)/delete", version: "3.0", delete),
            Endpoint(.put, "\(root)/online-config", version: "3.0", setOnline),
            Endpoint(.get, "\(root)/online-configs", version: "3.0", online),
        ]
    }

    @Sendable private func register(_ call: Call) async throws -> [UInt8] {
        let experiment = try call.fields.experimentID()
        let name = try call.fields.requiredString("name")
        let scorer = try await tracking.registerScorer(
            name,
            call.fields.requiredString("serialized_scorer"),
            of: experiment
        )
        return JSONWriter.object { writer in
            writer.member("version", scorer.version)
            writer.member("scorer_id", scorer.id)
            writer.member("experiment_id", scorer.experiment.description)
            writer.member("name", scorer.name)
            writer.member("serialized_scorer", scorer.serialized)
            writer.member("creation_time", scorer.createdAt)
        }
    }

    @Sendable private func list(_ call: Call) async throws -> [UInt8] {
        let one = try call.fields.nonEmpty("experiment_id")
        guard try one == nil || !call.fields.has("experiment_ids") else {
            throw MLflowError.invalid(
                "Cannot specify both 'experiment_id' and 'experiment_ids'. Use 'experiment_ids' to scope the query to "
                    + "multiple experiments, or 'experiment_id' to scope it to a single experiment."
            )
        }
        if let one { return Self.answer(try await tracking.scorers(of: ExperimentID(parsing: one))) }
        guard try call.fields.has("experiment_ids") else {
            return Self.answer(try await tracking.scorersOfAllExperiments())
        }
        return Self.answer(try await tracking.scorers(ofAny: call.fields.experimentIDs()))
    }

    @Sendable private func versions(_ call: Call) async throws -> [UInt8] {
        let experiment = try call.fields.experimentID()
        return Self.answer(try await tracking.scorerVersions(call.fields.requiredString("name"), of: experiment))
    }

    @Sendable private func get(_ call: Call) async throws -> [UInt8] {
        let experiment = try call.fields.experimentID()
        let scorer = try await tracking.scorer(
            call.fields.requiredString("name"),
            version: call.fields.int("version"),
            of: experiment
        )
        return JSONWriter.object { writer in
            writer.key("scorer")
            writer.scorer(scorer)
        }
    }

    @Sendable private func delete(_ call: Call) async throws -> [UInt8] {
        let experiment = try call.fields.experimentID()
        try await tracking.deleteScorer(
            call.fields.requiredString("name"),
            version: call.fields.int("version"),
            of: experiment
        )
        return emptyAnswer
    }

    @Sendable private func setOnline(_ call: Call) async throws -> [UInt8] {
        let experiment = try call.fields.experimentID()
        let online = try await tracking.setOnlineScoring(
            call.fields.requiredString("name"),
            sampleRate: call.fields.requiredDouble("sample_rate"),
            filter: call.fields.string("filter_string"),
            of: experiment
        )
        return JSONWriter.object { writer in
            writer.key("config")
            writer.onlineScoring(online)
        }
    }

    @Sendable private func online(_ call: Call) async throws -> [UInt8] {
        let ids = try call.fields.strings("scorer_ids")
        guard !ids.isEmpty else { throw MLflowError.missing("scorer_ids") }
        let found = try await tracking.onlineScoring(ofScorers: ids)
        return JSONWriter.object { writer in
            writer.key("configs")
            writer.beginArray()
            for online in found { writer.onlineScoring(online) }
            writer.endArray()
        }
    }

    private static func answer(_ scorers: [ScorerVersion]) -> [UInt8] {
        JSONWriter.object { $0.list("scorers", scorers) { $0.scorer($1) } }
    }
}

extension JSONWriter {
    fileprivate mutating func scorer(_ scorer: ScorerVersion) {
        beginObject()
        member("experiment_id", scorer.experiment.number)
        member("scorer_name", scorer.name)
        member("scorer_version", scorer.version)
        member("serialized_scorer", scorer.serialized)
        member("creation_time", scorer.createdAt)
        member("scorer_id", scorer.id)
        endObject()
    }

    fileprivate mutating func onlineScoring(_ online: OnlineScoring) {
        beginObject()
        member("online_scoring_config_id", online.id)
        member("scorer_id", online.scorer)
        key("sample_rate")
        double(online.sampleRate)
        member("experiment_id", online.experiment.description)
        member("filter_string", ifPresent: online.filter)
        endObject()
    }
}
