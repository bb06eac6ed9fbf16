internal import HTTPServer
internal import JSON
internal import Tracking

/// The calls about traces.
struct TraceEndpoints {
    private static let bodyLimit = 32 << 20
    private static let waits: [Duration] = [.seconds(1), .seconds(2)]

    let tracking: TrackingService

    var endpoints: [Endpoint] {
        let tags = "/mlflow/traces/{trace_id}/tags"
        let remove = "/mlflow/traces/delete-traces"
        return [
            Endpoint(.post, "/mlflow/traces", version: "3.0", bodyLimit: Self.bodyLimit, store),
            Endpoint(.get, "/mlflow/traces/{trace_id}", version: "3.0", getInfo),
            Endpoint(.get, "/mlflow/traces/get", version: "3.0", get),
            Endpoint(.get, "/mlflow/traces/batchGet", version: "3.0", batchGet),
            Endpoint(.post, "/mlflow/traces/batchGetInfos", version: "3.0", batchGetInfos),
            Endpoint(.post, "/mlflow/traces/search", version: "3.0", search),
            Endpoint(.post, remove, version: "3.0", delete),
            Endpoint(.post, remove, delete),
            Endpoint(.patch, tags, version: "3.0", setTag),
            Endpoint(.patch, tags, setTag),
            Endpoint(.delete, tags, version: "3.0", deleteTag),
            Endpoint(.delete, tags, deleteTag),
            Endpoint(.post, "/mlflow/traces/link-to-run", link),
            Endpoint(.post, "/mlflow/traces/link-prompts", linkPrompts),
        ]
    }

    @Sendable private func store(_ call: Call) async throws -> [UInt8] {
        guard let fields = try call.fields.message("trace")?.message("trace_info") else {
            throw MLflowError.missing("trace")
        }
        let info = try await tracking.storeTrace(Self.info(fields))
        return JSONWriter.object { writer in
            writer.key("trace")
            writer.beginObject()
            writer.key("trace_info")
            writer.traceInfo(info)
            writer.endObject()
        }
    }

    @Sendable private func getInfo(_ call: Call) async throws -> [UInt8] {
        let info = try await tracking.traceInfo(call.parameter("trace_id"))
        return JSONWriter.object { writer in
            writer.key("trace")
            writer.beginObject()
            writer.key("trace_info")
            writer.traceInfo(info)
            writer.endObject()
        }
    }

    /// A whole trace; spans may still be on their way, so an incomplete one is looked at again twice.
    @Sendable private func get(_ call: Call) async throws -> [UInt8] {
        let id = try call.fields.requiredString("trace_id")
        let isPartialAllowed = try call.fields.bool("allow_partial") ?? false
        for wait in Self.waits + [.zero] {
            guard let trace = try await tracking.traces([id]).first else {
                throw MLflowError(code: .resourceDoesNotExist, message: "Trace with ID \(id) is not found.")
            }
            if isPartialAllowed || trace.isComplete {
                return JSONWriter.object { writer in
                    writer.key("trace")
                    writer.trace(trace)
                }
            }
            try await Task.sleep(for: wait)
        }
        throw MLflowError(
            code: .resourceDoesNotExist,
            message: "Trace with ID \(id) is not fully exported yet, please try again later."
        )
    }

    @Sendable private func batchGet(_ call: Call) async throws -> [UInt8] {
        guard try call.fields.has("trace_ids") else { throw MLflowError.missing("trace_ids") }
        let ids = try call.fields.strings("trace_ids")
        let found = try await tracking.traces(ids, experiments: Self.restriction(call.fields)).filter(\.isComplete)
        return JSONWriter.object { $0.list("traces", found) { $0.trace($1) } }
    }

    @Sendable private func batchGetInfos(_ call: Call) async throws -> [UInt8] {
        let ids = try call.fields.strings("trace_ids")
        let found = try await tracking.traces(ids, experiments: Self.restriction(call.fields))
        return JSONWriter.object { $0.list("trace_infos", found) { $0.traceInfo($1.info) } }
    }

    @Sendable private func search(_ call: Call) async throws -> [UInt8] {
        guard try call.fields.has("locations") else { throw MLflowError.missing("locations") }
        let experiments = try call.fields.messages("locations").compactMap { location in
            try location.message("mlflow_experiment")?.experimentID()
        }
        let request = try call.fields.search(standard: 100, limit: 500)
        let page = try await tracking.searchTraces(request, experiments: experiments)
        return JSONWriter.object { writer in
            writer.list("traces", page.items) { $0.traceInfo($1) }
            writer.member("next_page_token", ifPresent: page.next)
        }
    }

    @Sendable private func delete(_ call: Call) async throws -> [UInt8] {
        let experiment = try call.fields.experimentID()
        let time = try call.fields.int("max_timestamp_millis")
        let ids = try call.fields.strings("request_ids")
        let limit = try call.fields.int("max_traces")
        guard time != nil || !ids.isEmpty else {
            throw MLflowError.invalid("Either `max_timestamp_millis` or `trace_ids` must be specified.")
        }
        guard time == nil || ids.isEmpty else {
            throw MLflowError.invalid("Only one of `max_timestamp_millis` and `trace_ids` can be specified.")
        }
        guard limit == nil || ids.isEmpty else {
            throw MLflowError.invalid("`max_traces` can't be specified if `trace_ids` is specified.")
        }
        if let limit, limit <= 0 {
            throw MLflowError.invalid("`max_traces` must be a positive integer, received \(limit).")
        }
        let selection = time.map { TraceSelection.until($0, limit: limit.map { Int(clamping: $0) }) } ?? .ids(ids)
        let count = try await tracking.deleteTraces(selection, of: experiment)
        return JSONWriter.object { $0.member("traces_deleted", Int64(count)) }
    }

    @Sendable private func setTag(_ call: Call) async throws -> [UInt8] {
        try await tracking.setTraceTag(call.fields.keyValue(), of: call.parameter("trace_id"))
        return emptyAnswer
    }

    @Sendable private func deleteTag(_ call: Call) async throws -> [UInt8] {
        try await tracking.deleteTraceTag(call.fields.requiredString("key"), of: call.parameter("trace_id"))
        return emptyAnswer
    }

    @Sendable private func link(_ call: Call) async throws -> [UInt8] {
        let run = RunID(try call.fields.requiredString("run_id"))
        guard try call.fields.has("trace_ids") else { throw MLflowError.missing("trace_ids") }
        try await tracking.linkTraces(call.fields.strings("trace_ids"), to: run)
        return emptyAnswer
    }

    @Sendable private func linkPrompts(_ call: Call) async throws -> [UInt8] {
        let trace = try call.fields.requiredString("trace_id")
        guard try call.fields.has("prompt_versions") else { throw MLflowError.missing("prompt_versions") }
        let prompts = try call.fields.messages("prompt_versions").map { prompt in
            let version = try prompt.requiredString("version")
            guard let number = Int64(version) else {
                throw MLflowError.invalid("Parameter 'version' must be an integer, got '\(version)'.")
            }
            return "\(try prompt.requiredString("name"))/\(number)"
        }
        try await tracking.linkPrompts(prompts, to: trace)
        return emptyAnswer
    }

    private static func restriction(_ fields: Fields) throws -> [ExperimentID]? {
        try fields.has("experiment_ids") ? fields.experimentIDs() : nil
    }

    private static func info(_ fields: Fields) throws -> TraceInfo {
        guard let experiment = try fields.message("trace_location")?.message("mlflow_experiment") else {
            throw MLflowError.missing("trace_location")
        }
        let time = try fields.string("request_time")
        let duration = try fields.string("execution_duration")
        guard let requestTime = time.map(TraceTime.milliseconds) ?? 0 else {
            throw MLflowError.invalid("Invalid value for parameter 'request_time': it must be an RFC 3339 time.")
        }
        let state = try fields.choice("state", named: TraceState.init(name:), numbered: TraceState.init(rawValue:))
        var info = TraceInfo(
            id: try fields.requiredString("trace_id"),
            experiment: try experiment.experimentID(),
            requestTime: requestTime,
            duration: duration.flatMap(TraceTime.duration),
            state: state ?? .unspecified
        )
        info.clientRequestID = try fields.string("client_request_id")
        info.requestPreview = try fields.string("request_preview")
        info.responsePreview = try fields.string("response_preview")
        info.metadata = try fields.map("trace_metadata")
        info.tags = try fields.map("tags")
        info.assessments = try fields.messages("assessments").map { try $0.assessment(of: info.id) }
        return info
    }
}

extension Fields {
    /// The texts of a map by key.
    func map(_ name: String) throws(MLflowError) -> [KeyValue] {
        guard let value = try value(name) else { return [] }
        guard let object = value.objectValue else { throw wrong(name, value) }
        return object.pairs.compactMap { key, value in value.stringValue.map { KeyValue(key, $0) } }
    }
}
