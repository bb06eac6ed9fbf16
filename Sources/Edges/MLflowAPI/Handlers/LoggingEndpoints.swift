internal import HTTPServer
internal import JSON
internal import Primitives
internal import Tracking

/// The calls that log to runs, and those that read the history of metrics.
struct LoggingEndpoints {
    private static let bulkRunLimit = 100
    private static let bulkPointLimit = 25_000
    private static let intervalPointLimit = 2_500

    let tracking: TrackingService

    var endpoints: [Endpoint] {
        [
            Endpoint(.post, "/mlflow/runs/log-metric", logMetric),
            Endpoint(.post, "/mlflow/runs/log-parameter", logParam),
            Endpoint(.post, "/mlflow/runs/set-tag", setTag),
            Endpoint(.post, "/mlflow/runs/delete-tag", deleteTag),
            Endpoint(.post, "/mlflow/runs/log-batch", bodyLimit: 16 << 20, shortcut: logUsualBatch, logBatch),
            Endpoint(.get, "/mlflow/metrics/get-history", history),
            Endpoint(.get, "/mlflow/metrics/get-history-bulk", bulkHistory),
            Endpoint(.get, "/mlflow/metrics/get-history-bulk-interval", intervalHistory),
        ]
    }

    @Sendable private func logMetric(_ call: Call) async throws -> [UInt8] {
        let id = try call.fields.runID()
        try await tracking.logMetric(Self.metric(call.fields), to: id)
        return emptyAnswer
    }

    @Sendable private func logParam(_ call: Call) async throws -> [UInt8] {
        let id = try call.fields.runID()
        try await tracking.logParam(call.fields.keyValue(), to: id)
        return emptyAnswer
    }

    @Sendable private func setTag(_ call: Call) async throws -> [UInt8] {
        let id = try call.fields.runID()
        try await tracking.setTag(call.fields.keyValue(), of: id)
        return emptyAnswer
    }

    @Sendable private func deleteTag(_ call: Call) async throws -> [UInt8] {
        let id = RunID(try call.fields.requiredString("run_id"))
        try await tracking.deleteTag(call.fields.requiredString("key"), of: id)
        return emptyAnswer
    }

    @Sendable private func logBatch(_ call: Call) async throws -> [UInt8] {
        let id = RunID(try call.fields.requiredString("run_id"))
        try BatchCall.check(id)
        let batch = LogBatch(
            metrics: try call.fields.messages("metrics").map(Self.metric),
            params: try call.fields.keyValues("params"),
            tags: try call.fields.keyValues("tags")
        )
        try await tracking.logBatch(batch, to: id)
        return emptyAnswer
    }

    @Sendable private func logUsualBatch(_ body: [UInt8]) async throws -> [UInt8]? {
        guard let usual = UsualBatch(body) else { return nil }
        try BatchCall.check(usual.run)
        try await tracking.logBatch(usual.batch, to: usual.run)
        return emptyAnswer
    }

    @Sendable private func history(_ call: Call) async throws -> [UInt8] {
        let id = try call.fields.runID()
        let key = try call.fields.requiredString("metric_key")
        let wanted = try call.fields.int("max_results")
        if let wanted, wanted < 1 {
            throw MLflowError.invalid(
                "Invalid value \(wanted) for parameter 'max_results' supplied. It must be a positive integer."
            )
        }
        let limit = wanted.map { Int(clamping: $0) }
        let token = try call.fields.string("page_token")
        let page = try await tracking.metricHistory(key, of: id, limit: limit, pageToken: token)
        return JSONWriter.object { writer in
            writer.list("metrics", page.items) { $0.point($1, key: key) }
            writer.member("next_page_token", ifPresent: page.next)
        }
    }

    @Sendable private func bulkHistory(_ call: Call) async throws -> [UInt8] {
        let runs = try call.fields.strings("run_id")
        guard !runs.isEmpty else {
            throw MLflowError.invalid("GetMetricHistoryBulk request must specify at least one run_id.")
        }
        guard runs.count <= Self.bulkRunLimit else {
            throw MLflowError.invalid(
                "GetMetricHistoryBulk request cannot specify more than \(Self.bulkRunLimit) run_ids. "
                    + "Received \(runs.count) run_ids."
            )
        }
        guard let key = try call.fields.string("metric_key") else {
            throw MLflowError.invalid("GetMetricHistoryBulk request must specify a metric_key.")
        }
        let wanted = try call.fields.maxResults(standard: Self.bulkPointLimit, limit: .max)
        var room = min(wanted, Self.bulkPointLimit)
        var found: [(RunID, MetricPoint)] = []
        for run in runs.map({ RunID($0) }).sorted(by: { $0.text < $1.text }) where room > 0 {
            let page = try await tracking.metricHistory(key, of: run, limit: room)
            found += page.items.map { (run, $0) }
            room -= page.items.count
        }
        return Self.answer(found, key)
    }

    @Sendable private func intervalHistory(_ call: Call) async throws -> [UInt8] {
        let runs = try call.fields.strings("run_ids")
        guard !runs.isEmpty else { throw MLflowError.missing("run_ids") }
        guard runs.count <= Self.bulkRunLimit else {
            throw MLflowError.invalid(
                "GetMetricHistoryBulkInterval request must specify at most \(Self.bulkRunLimit) run_ids. "
                    + "Received \(runs.count) run_ids. \(MLflowError.seeDocs)"
            )
        }
        let key = try call.fields.requiredString("metric_key")
        let steps = try Self.steps(call.fields)
        let limit = try call.fields.int("max_results") ?? Int64(Self.intervalPointLimit)
        guard (1...Int64(Self.intervalPointLimit)).contains(limit) else {
            throw MLflowError.invalid(
                "max_results must be between 1 and \(Self.intervalPointLimit). \(MLflowError.seeDocs)"
            )
        }
        var found: [(RunID, MetricPoint)] = []
        for run in runs.map({ RunID($0) }) {
            let points = try await tracking.metricSample(key, of: run, steps: steps, limit: Int(limit))
            found += points.map { (run, $0) }
        }
        return found.isEmpty ? emptyAnswer : Self.answer(found, key)
    }

    private static func steps(_ fields: Fields) throws -> ClosedRange<Int64>? {
        let start = try fields.int("start_step")
        let end = try fields.int("end_step")
        guard start != nil || end != nil else { return nil }
        guard let start, let end else {
            throw MLflowError.invalid(
                "If either start step or end step are specified, both must be specified."
            )
        }
        guard start <= end else {
            throw MLflowError.invalid(
                "end_step must be greater than start_step. Found start_step=\(start) and end_step=\(end)."
            )
        }
        return start...end
    }

    private static func answer(_ points: [(RunID, MetricPoint)], _ key: String) -> [UInt8] {
        JSONWriter.object { writer in
            writer.key("metrics")
            writer.beginArray()
            for (run, point) in points { writer.point(point, key: key, run: run) }
            writer.endArray()
        }
    }

    private static func metric(_ fields: Fields) throws -> Metric {
        var metric = Metric(
            key: try fields.requiredString("key"),
            value: try fields.requiredDouble("value"),
            timestamp: try fields.requiredInt("timestamp"),
            step: try fields.int("step") ?? 0
        )
        metric.model = try fields.string("model_id").flatMap { $0.isEmpty ? nil : LoggedModelID($0) }
        metric.datasetName = try fields.string("dataset_name")
        metric.datasetDigest = try fields.string("dataset_digest")
        return metric
    }
}

/// What `log-batch` and `log-inputs` ask of a run's identifier.
enum BatchCall {
    /// Refuses identifiers that are none.
    static func check(_ id: RunID) throws(MLflowError) {
        let text = id.text
        let isPlain = text.unicodeScalars.allSatisfy {
            $0 == "_" || $0 == "-" || $0.properties.isAlphabetic || $0.properties.numericType != nil
        }
        guard isPlain, let first = text.utf8.first, first != UInt8(ascii: "_"), first != UInt8(ascii: "-"),
            text.unicodeScalars.count <= 256
        else { throw .invalid("Invalid value \(PlainKey.quoted(text)) for parameter 'run_id' supplied.") }
    }
}
