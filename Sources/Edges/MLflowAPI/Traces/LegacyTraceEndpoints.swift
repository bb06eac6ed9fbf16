internal import HTTPServer
internal import JSON
internal import Primitives
internal import Tracking

/// The calls about traces as clients before MLflow 3 make them.
struct LegacyTraceEndpoints {
    private static let identifierPrefix = "tr-"

    let tracking: TrackingService

    var endpoints: [Endpoint] {
        [
            Endpoint(.post, "/mlflow/traces", start),
            Endpoint(.patch, "/mlflow/traces/{trace_id}", end),
            Endpoint(.get, "/mlflow/traces/{trace_id}/info", get),
            Endpoint(.get, "/mlflow/traces", search),
        ]
    }

    @Sendable private func start(_ call: Call) async throws -> [UInt8] {
        var info = TraceInfo(
            id: Self.identifierPrefix + RandomID.hex(),
            experiment: try call.fields.experimentID(),
            requestTime: try call.fields.requiredInt("timestamp_ms"),
            duration: nil,
            state: .inProgress
        )
        info.metadata = try call.fields.keyValues("request_metadata")
        info.tags = try call.fields.keyValues("tags")
        return Self.answer(try await tracking.storeTrace(info, isFinal: false))
    }

    @Sendable private func end(_ call: Call) async throws -> [UInt8] {
        var info = try await tracking.traceInfo(call.parameter("trace_id"))
        let time = try call.fields.requiredInt("timestamp_ms")
        let state = try call.fields.choice(
            "status",
            named: TraceState.init(legacyName:),
            numbered: TraceState.init(rawValue:)
        )
        info.duration = time - info.requestTime
        info.state = state ?? .unspecified
        info.metadata = try call.fields.keyValues("request_metadata")
        info.tags = try call.fields.keyValues("tags")
        info.assessments = []
        return Self.answer(try await tracking.storeTrace(info, isFinal: false))
    }

    @Sendable private func get(_ call: Call) async throws -> [UInt8] {
        Self.answer(try await tracking.traceInfo(call.parameter("trace_id")))
    }

    @Sendable private func search(_ call: Call) async throws -> [UInt8] {
        let experiments = try call.fields.experimentIDs()
        guard !experiments.isEmpty else { throw MLflowError.missing("experiment_ids") }
        let request = try call.fields.search(standard: 100, limit: 500)
        let page = try await tracking.searchTraces(request, experiments: experiments)
        return JSONWriter.object { writer in
            writer.list("traces", page.items) { $0.legacyTraceInfo($1) }
            writer.member("next_page_token", ifPresent: page.next)
        }
    }

    private static func answer(_ info: TraceInfo) -> [UInt8] {
        JSONWriter.object { writer in
            writer.key("trace_info")
            writer.legacyTraceInfo(info)
        }
    }
}

extension TraceState {
    /// The state as clients before MLflow 3 name it; nil when there is none of this name.
    fileprivate init?(legacyName name: String) {
        self.init(name: name == "TRACE_STATUS_UNSPECIFIED" ? "STATE_UNSPECIFIED" : name)
    }

    fileprivate var legacyName: String {
        self == .unspecified ? "TRACE_STATUS_UNSPECIFIED" : name
    }
}

extension JSONWriter {
    fileprivate mutating func legacyTraceInfo(_ info: TraceInfo) {
        beginObject()
        member("request_id", info.id)
        member("experiment_id", info.experiment.description)
        member("timestamp_ms", info.requestTime)
        member("execution_time_ms", info.duration ?? 0)
        member("status", info.state.legacyName)
        pairs("request_metadata", info.metadata)
        pairs("tags", info.tags)
        endObject()
    }
}
