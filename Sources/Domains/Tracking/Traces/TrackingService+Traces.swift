internal import Filters
internal import Primitives
internal import SQLStore

/// Which traces to remove.
package enum TraceSelection: Sendable {
    /// Those with these identifiers.
    case ids([String])
    /// The oldest ones up to a time in Unix milliseconds, at most so many.
    case until(Int64, limit: Int?)
}

extension TrackingService {
    private static let keyLimit = 250
    private static let metadataLimit = 250
    private static let tagLimit = 4_096

    /// Stores what a client says of a trace; tags and metadata join those that are there.
    ///
    /// - Parameters:
    ///   - info: what the client says.
    ///   - isFinal: whether spans that come later leave its time and state alone.
    /// - Returns: what is known of the trace then.
    /// - Throws: `TrackingError` (`doesNotExist`, `invalidParameter`).
    package func storeTrace(_ info: TraceInfo, isFinal: Bool = true) async throws -> TraceInfo {
        var info = info
        info.tags = Self.cut(info.tags, Self.tagLimit).filter { !TraceKeys.reserved.contains($0.key) }
        info.metadata = Self.cut(info.metadata, Self.metadataLimit)
        if isFinal { info.metadata.append(KeyValue(TraceKeys.finalized, "true")) }
        let given = info
        return try await database.write { transaction in
            let experiment = try ExperimentStore(transaction: transaction).requireActive(given.experiment)
            let store = TraceStore(transaction: transaction)
            try Self.checkHome(of: given.id, given.experiment, store)
            var stored = given
            stored.tags.append(Self.artifactTag(of: given.id, experiment))
            let row = try store.upsert(stored)
            try Self.store(given.assessments, of: row, transaction)
            return try store.load(row)
        }
    }

    /// Stores spans as they end; a trace that is not known yet is made from them.
    ///
    /// - Parameters:
    ///   - spans: the spans, of any number of traces.
    ///   - id: the experiment of traces that are new.
    ///   - run: the run to link the traces to.
    ///   - facts: tags and metadata of traces by identifier, found in the spans.
    /// - Throws: `TrackingError` with code `doesNotExist` for an unknown experiment.
    package func storeSpans(
        _ spans: [TraceSpan],
        experiment id: ExperimentID,
        run: RunID? = nil,
        facts: [String: SpanFacts] = [:]
    ) async throws {
        try await database.write { transaction in
            let experiment = try ExperimentStore(transaction: transaction).require(id)
            let store = TraceStore(transaction: transaction)
            for (trace, ofTrace) in Dictionary(grouping: spans, by: \.trace).sorted(by: { $0.key < $1.key }) {
                try Self.store(ofTrace, trace, experiment, facts[trace] ?? SpanFacts(), store)
                if let run { try store.link([trace], to: run.text) }
            }
        }
    }

    /// What is known of a trace.
    package func traceInfo(_ id: String) async throws -> TraceInfo {
        try await database.read { transaction in
            let store = TraceStore(transaction: transaction)
            guard let row = try store.find(id) else { throw Self.noTrace(id) }
            return try store.load(row)
        }
    }

    /// Traces with their spans, in the order of their identifiers; unknown ones are left out.
    package func traces(_ ids: [String], experiments: [ExperimentID]? = nil) async throws -> [TraceDetails] {
        try await database.read { transaction in
            let store = TraceStore(transaction: transaction)
            return try ids.compactMap { id in
                guard let row = try store.find(id) else { return nil }
                let info = try store.load(row)
                guard experiments?.contains(info.experiment) ?? true else { return nil }
                return TraceDetails(info: info, spans: try store.spans(of: row))
            }
        }
    }

    /// One page of the traces that a search finds.
    package func searchTraces(_ request: SearchRequest, experiments: [ExperimentID]) async throws -> Page<TraceInfo> {
        try await database.read { transaction in
            try translatingFilterErrors {
                let statement = try TraceSearch.statement(request, experiments: experiments)
                let store = TraceStore(transaction: transaction)
                let rows = experiments.isEmpty ? [] : try transaction.query(statement.sql, statement.arguments)
                let found = try store.infos(rows.prefix(request.limit))
                return Page(items: found, next: try TraceSearch.next(after: rows, request))
            }
        }
    }

    /// Removes traces of an experiment with all that belongs to them; returns how many that were.
    package func deleteTraces(_ selection: TraceSelection, of experiment: ExperimentID) async throws -> Int {
        try await database.write { transaction in
            let store = TraceStore(transaction: transaction)
            let rows = try store.select(selection, of: experiment)
            for row in rows { try store.delete(row) }
            return rows.count
        }
    }

    /// Sets a tag of a trace; a long value is cut.
    package func setTraceTag(_ tag: KeyValue, of id: String) async throws {
        try TrackingRules.checkKey(tag.key, parameter: "key", subject: "key")
        try Self.checkTraceTag(tag.key)
        try await database.write { transaction in
            let store = TraceStore(transaction: transaction)
            guard let row = try store.find(id) else { throw Self.noTrace(id) }
            try store.setTags(Self.cut([tag], Self.tagLimit), of: row)
        }
    }

    /// Removes a tag of a trace.
    package func deleteTraceTag(_ key: String, of id: String) async throws {
        try Self.checkTraceTag(key)
        try await database.write { transaction in
            let store = TraceStore(transaction: transaction)
            guard let row = try store.find(id) else { throw Self.noTrace(id) }
            guard try store.deleteTag(key, of: row) else {
                throw TrackingError(.doesNotExist, "No trace tag with key '\(key)' for trace with ID '\(id)'")
            }
        }
    }

    /// Links traces to a run.
    package func linkTraces(_ ids: [String], to run: RunID) async throws {
        guard ids.count <= 100 else {
            throw TrackingError.invalid(
                "Cannot link more than 100 traces to a run in a single request. Provided \(ids.count) traces."
            )
        }
        try await database.write { try TraceStore(transaction: $0).link(ids, to: run.text) }
    }

    /// Notes that a trace used versions of prompts, each as `name/version`.
    ///
    /// - Throws: `TrackingError` with code `doesNotExist`.
    package func linkPrompts(_ prompts: [String], to id: String) async throws {
        guard !prompts.isEmpty else { return }
        try await database.write { transaction in
            let store = TraceStore(transaction: transaction)
            guard let row = try store.find(id) else { throw Self.noTrace(id) }
            try store.link(prompts: prompts, to: row)
        }
    }

    private static func store(
        _ spans: [TraceSpan],
        _ trace: String,
        _ experiment: Experiment,
        _ facts: SpanFacts,
        _ store: TraceStore
    ) throws {
        try checkHome(of: trace, experiment.id, store)
        let known = try store.find(trace).map(store.load)
        let isFinal = known?.metadata.contains { $0.key == TraceKeys.finalized } ?? false
        var info =
            known
            ?? TraceInfo(
                id: trace,
                experiment: experiment.id,
                requestTime: .max,
                duration: nil,
                state: .inProgress
            )
        if !isFinal { widen(&info, by: spans) }
        if info.requestPreview == nil { info.requestPreview = facts.requestPreview }
        if info.responsePreview == nil { info.responsePreview = facts.responsePreview }
        let own = facts.tags.filter { !TraceKeys.reserved.contains($0.key) }
        info.tags =
            cut(own, tagLimit) + [
                artifactTag(of: trace, experiment), KeyValue(TraceKeys.spansLocation, TraceKeys.spansHere),
            ]
        info.metadata = cut(facts.metadata, metadataLimit)
        let row = try store.upsert(info)
        try store.upsert(spans, of: row)
        if !isFinal { try TraceUsage(transaction: store.transaction).note(spans, of: row) }
    }

    /// Makes the time of a trace that is not final cover its spans, and takes its state from the root.
    private static func widen(_ info: inout TraceInfo, by spans: [TraceSpan]) {
        let begin = (spans.map(\.start).min() ?? 0) / 1_000_000
        let end = (spans.map(\.end).max() ?? 0) / 1_000_000
        let lastEnd = info.duration.map { info.requestTime + $0 } ?? .min
        info.requestTime = min(info.requestTime, begin)
        if end > 0 { info.duration = max(0, max(lastEnd, end) - info.requestTime) }
        if let root = spans.first(where: { $0.parent == nil }) { info.state = root.status == "ERROR" ? .error : .ok }
    }

    private static func artifactTag(of trace: String, _ experiment: Experiment) -> KeyValue {
        KeyValue(TraceKeys.artifactLocation, "\(experiment.artifactLocation)/traces/\(trace)/artifacts")
    }

    private static func checkHome(of trace: String, _ experiment: ExperimentID, _ store: TraceStore) throws {
        guard let row = try store.find(trace), try store.load(row).experiment != experiment else { return }
        throw TrackingError.invalid("Trace with ID '\(trace)' already exists in another experiment.")
    }

    private static func checkTraceTag(_ key: String) throws(TrackingError) {
        guard !TraceKeys.reserved.contains(key) else {
            throw .invalid("Tag '\(key)' is managed by the server and cannot be changed.")
        }
    }

    private static func cut(_ pairs: [KeyValue], _ limit: Int) -> [KeyValue] {
        pairs.map { KeyValue(TrackingRules.cut($0.key, to: keyLimit), TrackingRules.cut($0.value, to: limit)) }
    }

    static func noTrace(_ id: String) -> TrackingError {
        TrackingError(.doesNotExist, "Trace with ID '\(id)' not found.")
    }
}

/// What the spans of a trace say of the trace.
package struct SpanFacts: Sendable, Equatable {
    /// Tags of the trace.
    package var tags: [KeyValue] = []
    /// Metadata of the trace.
    package var metadata: [KeyValue] = []
    /// The beginning of the request.
    package var requestPreview: String?
    /// The beginning of the response.
    package var responsePreview: String?

    /// Nothing.
    package init() {}
}
