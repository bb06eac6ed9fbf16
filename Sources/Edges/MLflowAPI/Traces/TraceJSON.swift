internal import JSON
internal import Tracking

extension JSONWriter {
    mutating func traceInfo(_ info: TraceInfo) {
        beginObject()
        member("trace_id", info.id)
        member("client_request_id", ifPresent: info.clientRequestID)
        key("trace_location")
        beginObject()
        member("type", "MLFLOW_EXPERIMENT")
        key("mlflow_experiment")
        beginObject()
        member("experiment_id", info.experiment.description)
        endObject()
        endObject()
        member("request_preview", ifPresent: info.requestPreview)
        member("response_preview", ifPresent: info.responsePreview)
        member("request_time", TraceTime.text(milliseconds: info.requestTime))
        if let duration = info.duration { member("execution_duration", TraceTime.text(duration: duration)) }
        member("state", info.state.name)
        map("trace_metadata", info.metadata)
        map("tags", info.tags)
        list("assessments", info.assessments) { $0.assessment($1) }
        endObject()
    }

    mutating func trace(_ trace: TraceDetails) {
        beginObject()
        key("trace_info")
        traceInfo(trace.info)
        list("spans", trace.spans) { $0.raw($1.utf8) }
        endObject()
    }

    mutating func map(_ name: String, _ pairs: [KeyValue]) {
        guard !pairs.isEmpty else { return }
        key(name)
        beginObject()
        for pair in pairs { member(pair.key, pair.value) }
        endObject()
    }
}
