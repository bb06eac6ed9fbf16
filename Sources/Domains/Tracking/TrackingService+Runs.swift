internal import Filters
internal import Primitives
internal import SQLStore

extension TrackingService {
    /// The tag that holds the name of a run.
    static let runNameTag = "mlflow.runName"

    /// Starts a run.
    ///
    /// - Throws: `TrackingError` (`invalidParameter`, `doesNotExist`).
    package func createRun(_ draft: RunDraft) async throws -> Run {
        var tags = draft.tags
        // Only the length: clients start runs with tags of any name, and a tag is never the name of a file.
        for tag in tags { try TrackingRules.checkLength(tag.key, "key", TrackingRules.keyLimit) }
        let tagged = tags.last { $0.key == Self.runNameTag }?.value
        if let given = draft.name, !given.isEmpty, let tagged, given != tagged {
            throw TrackingError.invalid(
                "Both 'run_name' argument and 'mlflow.runName' tag are specified, but with different values "
                    + "(run_name='\(given)', mlflow.runName='\(tagged)')."
            )
        }
        let name = [draft.name, tagged].compactMap(\.self).first { !$0.isEmpty } ?? RandomName.make()
        tags.removeAll { $0.key == Self.runNameTag }
        tags.append(KeyValue(Self.runNameTag, name))
        let unique = Self.lastOfEachKey(tags)
        let id = RunID(RandomID.hex())
        return try await write(keys: unique.map(\.key)) { transaction, keys in
            let experiment = try ExperimentStore(transaction: transaction).requireActive(draft.experiment)
            let info = RunInfo(
                id: id,
                experiment: draft.experiment,
                name: name,
                user: draft.user,
                status: .running,
                startTime: draft.startTime,
                endTime: nil,
                artifactLocation: "\(experiment.artifactLocation)/\(id)/artifacts",
                stage: .active
            )
            let store = RunStore(transaction: transaction)
            let row = try store.insert(info)
            try store.setTags(Self.numbered(unique, keys), run: row)
            var run = Run(info: info)
            run.tags = unique.sorted { $0.key < $1.key }
            return run
        }
    }

    /// A run in any stage, with all that was logged to it.
    ///
    /// - Throws: `TrackingError` with code `doesNotExist`.
    package func run(_ id: RunID) async throws -> Run {
        try await database.read { transaction in
            let store = RunStore(transaction: transaction)
            let found = try store.require(id)
            return try store.complete(Run(info: found.info), row: found.row)
        }
    }

    /// What is known of a run in any stage; nil when there is none.
    package func runInfo(_ id: RunID) async throws -> RunInfo? {
        try await database.read { try RunStore(transaction: $0).find(id)?.info }
    }

    /// Changes the status, the end or the name of a run.
    @discardableResult
    package func updateRun(_ id: RunID, _ change: RunChange) async throws -> RunInfo {
        try await write(keys: [Self.runNameTag]) { transaction, keys in
            let store = RunStore(transaction: transaction)
            _ = try store.requireActive(id)
            var (row, info) = try store.require(id)
            if let status = change.status { info.status = status }
            if let endTime = change.endTime { info.endTime = endTime }
            if let name = change.name, !name.isEmpty {
                info.name = name
                try store.setTags(Self.numbered([KeyValue(Self.runNameTag, name)], keys), run: row)
            }
            try store.update(row, info)
            return info
        }
    }

    /// Moves a run to the trash, and removes the assessments that came from it; nothing happens when it is there.
    package func deleteRun(_ id: RunID) async throws {
        try await setStage(.deleted, of: id)
    }

    /// Takes a run out of the trash; nothing happens when it is not there.
    package func restoreRun(_ id: RunID) async throws {
        try await setStage(.active, of: id)
    }

    /// One page of the runs that a search finds in some experiments.
    package func searchRuns(
        _ request: SearchRequest,
        experiments: [ExperimentID],
        view: StageView = .activeOnly
    ) async throws -> Page<Run> {
        let keys = keys
        let dialect = database.dialect
        return try await database.read { transaction in
            try translatingFilterErrors {
                let pages = RunPageSearch(
                    transaction: transaction,
                    search: RunSearch(dialect: dialect) { try keys.number(of: $0, in: transaction) },
                    request: request,
                    experiments: experiments,
                    view: view
                )
                let (rows, next) = try pages.page()
                let runs = try rows.map { (row: try $0.int(0), run: Run(info: try RunStore.info($0))) }
                return Page(items: try RunStore(transaction: transaction).complete(runs), next: next)
            }
        }
    }

    private func setStage(_ stage: LifecycleStage, of id: RunID) async throws {
        try await database.write { transaction in
            let store = RunStore(transaction: transaction)
            let (_, info) = try store.require(id)
            guard info.stage != stage else { return }
            try store.setStage(stage, of: id, at: WallClock.nowMilliseconds())
            if stage == .deleted { try AssessmentStore(transaction: transaction).delete(ofRun: id.text) }
        }
    }

    /// The pairs with the number of their key in place of the key.
    static func numbered(_ pairs: [KeyValue], _ keys: [String: Int64]) -> [(key: Int64, value: String)] {
        pairs.map { pair in
            guard let key = keys[pair.key] else { preconditionFailure("every key was numbered in this transaction") }
            return (key, TrackingRules.cut(pair.value, to: TrackingRules.tagValueLimit))
        }
    }

    /// The pairs without those whose key comes again later.
    static func lastOfEachKey(_ pairs: [KeyValue]) -> [KeyValue] {
        var positions: [String: Int] = [:]
        for (index, pair) in pairs.enumerated() { positions[pair.key] = index }
        return pairs.enumerated().filter { positions[$1.key] == $0 }.map(\.element)
    }
}
