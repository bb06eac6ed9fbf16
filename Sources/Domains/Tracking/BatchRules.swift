/// What a batch may hold.
enum BatchRules {
    private static let metricLimit = 1_000
    private static let pairLimit = 100
    private static let totalLimit = 1_000

    /// Checks sizes, keys and values, before anything is written.
    static func check(_ batch: LogBatch) throws(TrackingError) {
        try checkCount(batch.metrics.count, "metrics", metricLimit)
        try checkCount(batch.params.count, "params", pairLimit)
        try checkCount(batch.tags.count, "tags", pairLimit)
        try checkCount(
            batch.metrics.count + batch.params.count + batch.tags.count,
            "metrics, params, and tags",
            totalLimit
        )
        // Most batches repeat few keys many times: one check for each run of equal keys.
        var lastKey: String?
        for (index, metric) in batch.metrics.enumerated() {
            if metric.key != lastKey || metric.timestamp < 0 { try check(metric, "metrics[\(index)].") }
            lastKey = metric.key
        }
        for (index, param) in batch.params.enumerated() {
            try TrackingRules.checkKey(param.key, parameter: "params[\(index)].key", subject: "Param key")
        }
        for (index, tag) in batch.tags.enumerated() {
            try TrackingRules.checkKey(tag.key, parameter: "tags[\(index)].key", subject: "tags[\(index)].key")
        }
        try checkUnique(batch.params)
    }

    /// Checks one point of a metric; `path` comes before the names of its fields.
    static func check(_ metric: Metric, _ path: String) throws(TrackingError) {
        try TrackingRules.checkKey(metric.key, parameter: "\(path)name", subject: "Metric name")
        guard metric.timestamp >= 0 else {
            throw .invalid(
                "Invalid value \(metric.timestamp) for parameter '\(path)timestamp' supplied: metric '\(metric.key)' "
                    + "(value=\(metric.value)). Timestamp must be a nonnegative long (64-bit integer) "
            )
        }
    }

    /// The batch with values cut to their limits and only the last tag of each key.
    static func clean(_ batch: LogBatch) -> LogBatch {
        var cleaned = batch
        cleaned.tags = TrackingService.lastOfEachKey(batch.tags)
        for index in cleaned.params.indices {
            cleaned.params[index].value = TrackingRules.cut(
                cleaned.params[index].value,
                to: TrackingRules.paramValueLimit
            )
        }
        return cleaned
    }

    private static func checkCount(_ count: Int, _ what: String, _ limit: Int) throws(TrackingError) {
        guard count > limit else { return }
        throw .invalid(
            "A batch logging request can contain at most \(limit) \(what). Got \(count) \(what). "
                + "Please split up \(what) across multiple requests and try again."
        )
    }

    private static func checkUnique(_ params: [KeyValue]) throws(TrackingError) {
        var seen: Set<String> = []
        let repeated = params.map(\.key).filter { !seen.insert($0).inserted }
        guard repeated.isEmpty else {
            let shown = repeated.map { "'\($0)'" }.joined(separator: ", ")
            throw .invalid(
                "Duplicate parameter keys have been submitted: [\(shown)]. "
                    + "Please ensure the request contains only one param value per param key."
            )
        }
    }
}
