internal import Filters
internal import SQLStore

/// What one request logs to a run.
package struct LogBatch: Sendable {
    /// Points of metrics, at most 1,000.
    package var metrics: [Metric] = []
    /// Parameters, at most 100.
    package var params: [KeyValue] = []
    /// Tags, at most 100.
    package var tags: [KeyValue] = []

    /// An empty batch.
    package init() {}

    /// A batch of these.
    package init(metrics: [Metric] = [], params: [KeyValue] = [], tags: [KeyValue] = []) {
        self.metrics = metrics
        self.params = params
        self.tags = tags
    }
}

extension TrackingService {
    /// Logs metrics, parameters and tags in one transaction: all of them or none.
    ///
    /// - Throws: `TrackingError` (`invalidParameter`, `doesNotExist`; `badRequest` for a metric of an unknown model).
    package func logBatch(_ batch: LogBatch, to id: RunID) async throws {
        try BatchRules.check(batch)
        let batch = BatchRules.clean(batch)
        try await write(keys: batch.keys) { transaction, keys in
            let store = RunStore(transaction: transaction)
            let run = try store.requireActive(id)
            try Self.addParams(batch.params, keys, to: run, id, store)
            try Self.addMetrics(batch.metrics, keys, to: run, id, transaction)
            try Self.addTags(batch.tags, keys, to: run, store, transaction)
        }
    }

    /// Logs one point of a metric.
    package func logMetric(_ metric: Metric, to id: RunID) async throws {
        try BatchRules.check(metric, "")
        try await write(keys: [metric.key]) { transaction, keys in
            let run = try RunStore(transaction: transaction).requireActive(id)
            try Self.addMetrics([metric], keys, to: run, id, transaction)
        }
    }

    /// Logs a parameter; the same value again is no error, another one is.
    package func logParam(_ param: KeyValue, to id: RunID) async throws {
        try TrackingRules.checkKey(param.key, parameter: "key", subject: "Param key")
        let value = TrackingRules.cut(param.value, to: TrackingRules.paramValueLimit)
        try await write(keys: [param.key]) { transaction, keys in
            let store = RunStore(transaction: transaction)
            let run = try store.requireActive(id)
            guard let key = keys[param.key] else { preconditionFailure("the key was numbered in this transaction") }
            let stored = try store.insertParam(key, value, run: run.row)
            guard stored == value else {
                throw TrackingError.invalid(
                    "Changing param values is not allowed. Param with key='\(param.key)' was already logged with "
                        + "value='\(stored)' for run ID='\(id)'. Attempted logging new value '\(value)'."
                )
            }
        }
    }

    /// Sets a tag of a run; the tag with the name of the run renames it.
    package func setTag(_ tag: KeyValue, of id: RunID) async throws {
        try TrackingRules.checkKey(tag.key, parameter: "key", subject: "key")
        try await write(keys: [tag.key]) { transaction, keys in
            let store = RunStore(transaction: transaction)
            let run = try store.requireActive(id)
            try Self.addTags([tag], keys, to: run, store, transaction)
        }
    }

    /// Removes a tag of a run.
    package func deleteTag(_ key: String, of id: RunID) async throws {
        let keys = keys
        try await database.write { transaction in
            let store = RunStore(transaction: transaction)
            let run = try store.requireActive(id)
            guard let number = try keys.number(of: key, in: transaction),
                try store.deleteTag(number, run: run.row)
            else { throw TrackingError(.doesNotExist, "No tag with name: \(key) in run with id \(id)") }
        }
    }

    /// Changes a tag of a run from what it holds, nil when it is not set, in one transaction.
    package func changeTag(
        _ key: String,
        of id: RunID,
        _ change: @escaping @Sendable (String?) throws -> String
    ) async throws {
        try await write(keys: [key]) { transaction, keys in
            let store = RunStore(transaction: transaction)
            let run = try store.requireActive(id)
            guard let number = keys[key] else { preconditionFailure("the key was numbered in this transaction") }
            let value = try change(try store.tag(number, run: run.row))
            try store.setTags([(number, value)], run: run.row)
        }
    }

    /// One page of the points of a metric, by time, step and value; empty for an unknown run or metric.
    ///
    /// - Parameters:
    ///   - key: the metric.
    ///   - id: the run.
    ///   - limit: how many points at most; nil for all.
    ///   - pageToken: the token of the page.
    /// - Returns: the points and the token of the next page.
    /// - Throws: `TrackingError` with code `invalidParameter` for a token that is none.
    package func metricHistory(
        _ key: String,
        of id: RunID,
        limit: Int? = nil,
        pageToken: String? = nil
    ) async throws -> Page<MetricPoint> {
        let keys = keys
        let cursor = try translatingFilterErrors { try HistoryToken(parsing: pageToken) }?.point
        return try await database.read { transaction in
            guard let number = try keys.number(of: key, in: transaction),
                let run = try RunStore(transaction: transaction).find(id)
            else { return Page(items: [], next: nil) }
            let wanted = limit.map { $0 + 1 } ?? .max
            let points = try MetricStore(transaction: transaction)
                .history(run: run.row, key: number, after: cursor, limit: wanted)
            guard let limit, points.count > limit else { return Page(items: points, next: nil) }
            return Page(items: Array(points.prefix(limit)), next: HistoryToken(points[limit - 1]).text)
        }
    }

    private static func addParams(
        _ params: [KeyValue],
        _ keys: [String: Int64],
        to run: RunStore.Handle,
        _ id: RunID,
        _ store: RunStore
    ) throws {
        var conflicts: [String] = []
        for param in params {
            guard let key = keys[param.key] else { preconditionFailure("every key was numbered in this transaction") }
            let stored = try store.insertParam(key, param.value, run: run.row)
            if stored != param.value {
                conflicts.append("{'key': '\(param.key)', 'old_value': '\(stored)', 'new_value': '\(param.value)'}")
            }
        }
        guard conflicts.isEmpty else {
            throw TrackingError.invalid(
                "Changing param values is not allowed. Params were already logged='[\(conflicts.joined(separator: ", "))]'"
                    + " for run ID='\(id)'."
            )
        }
    }

    private static func addMetrics(
        _ metrics: [Metric],
        _ keys: [String: Int64],
        to run: RunStore.Handle,
        _ id: RunID,
        _ transaction: any SQLTransaction
    ) throws {
        let models = LoggedModelStore(transaction: transaction)
        for metric in metrics {
            if let model = metric.model {
                try models.addMetric(metric, of: try Self.row(of: model, models), run: id)
            }
        }
        try MetricStore(transaction: transaction).append(grouped(metrics, keys), run: run.row)
    }

    /// The points of each key, by its number; a name is looked up once a point, and not at all where it comes again.
    private static func grouped(_ metrics: [Metric], _ keys: [String: Int64]) -> [Int64: [MetricPoint]] {
        var slots: [String: Int] = [:]
        var groups: [(key: Int64, points: [MetricPoint])] = []
        var last = (name: "", slot: -1)
        for metric in metrics {
            if last.slot < 0 || metric.key != last.name {
                if let slot = slots[metric.key] {
                    last = (metric.key, slot)
                } else {
                    guard let key = keys[metric.key] else {
                        preconditionFailure("every key was numbered in this transaction")
                    }
                    last = (metric.key, groups.count)
                    slots[metric.key] = groups.count
                    groups.append((key, []))
                }
            }
            groups[last.slot].points.append(metric.point)
        }
        return Dictionary(groups.map { ($0.key, $0.points) }) { first, second in first + second }
    }

    private static func row(of model: LoggedModelID, _ store: LoggedModelStore) throws -> Int64 {
        do {
            return try store.require(model, includingDeleted: true)
        } catch let error as TrackingError where error.code == .doesNotExist {
            throw TrackingError(.badRequest, "The metric names an unknown logged model: '\(model)'.")
        }
    }

    private static func addTags(
        _ tags: [KeyValue],
        _ keys: [String: Int64],
        to run: RunStore.Handle,
        _ store: RunStore,
        _ transaction: any SQLTransaction
    ) throws {
        guard !tags.isEmpty else { return }
        try store.setTags(numbered(tags, keys), run: run.row)
        if let name = tags.last(where: { $0.key == runNameTag })?.value {
            try transaction.execute("UPDATE runs SET name = ? WHERE id = ?", [.text(name), .int(run.row)])
        }
    }
}

extension LogBatch {
    /// Every key of the batch.
    fileprivate var keys: [String] {
        var seen: Set<String> = []
        for metric in metrics { seen.insert(metric.key) }
        for pair in params { seen.insert(pair.key) }
        for pair in tags { seen.insert(pair.key) }
        return Array(seen)
    }
}
