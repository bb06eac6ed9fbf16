internal import JSON
internal import Primitives
internal import SQLStore

extension TrackingService {
    private static let scorerNameLimit = 256
    private static let gatewayPrefix = "gateway:/"
    private static let decoratorField = "call_source"

    /// Registers the next version of a scorer of an experiment.
    ///
    /// - Throws: `TrackingError` (`invalidParameter`; `doesNotExist` for the experiment).
    package func registerScorer(
        _ name: String,
        _ serialized: String,
        of experiment: ExperimentID
    ) async throws -> ScorerVersion {
        guard name.contains(where: { !$0.isWhitespace }) else {
            throw TrackingError.invalid("Scorer name cannot be empty or contain only whitespace.")
        }
        try TrackingRules.checkLength(name, "name", Self.scorerNameLimit)
        try Self.check(serialized: serialized)
        return try await database.write { transaction in
            _ = try ExperimentStore(transaction: transaction).requireActive(experiment)
            let store = ScorerStore(transaction: transaction)
            let id = try store.find(name, of: experiment) ?? store.insert(name, of: experiment)
            let now = WallClock.nowMilliseconds()
            return ScorerVersion(
                id: id,
                experiment: experiment,
                name: name,
                version: try store.insertVersion(serialized, of: id, at: now),
                serialized: serialized,
                createdAt: now
            )
        }
    }

    /// The newest version of each scorer of an experiment, by name.
    ///
    /// - Throws: `TrackingError` (`doesNotExist`, `invalidParameter` for a deleted experiment).
    package func scorers(of experiment: ExperimentID) async throws -> [ScorerVersion] {
        try await database.read { transaction in
            _ = try ExperimentStore(transaction: transaction).requireActive(experiment)
            return try ScorerStore(transaction: transaction).latest(of: [experiment])
        }
    }

    /// The newest version of each scorer of those experiments that are there and not deleted, by experiment and name.
    package func scorers(ofAny experiments: [ExperimentID]) async throws -> [ScorerVersion] {
        try await database.read { transaction in
            let store = ExperimentStore(transaction: transaction)
            let active = try experiments.filter { try store.find($0)?.stage == .active }
            return try ScorerStore(transaction: transaction).latest(of: active)
        }
    }

    /// The newest version of every scorer of experiments that are not deleted, by experiment and name.
    package func scorersOfAllExperiments() async throws -> [ScorerVersion] {
        let sql = "SELECT id FROM experiments WHERE stage = 0 AND id IN (SELECT experiment FROM scorers)"
        return try await database.read { transaction in
            let experiments = try transaction.query(sql).map { ExperimentID(try $0.int(0)) }
            return try ScorerStore(transaction: transaction).latest(of: experiments)
        }
    }

    /// Every version of a scorer, oldest first.
    ///
    /// - Throws: `TrackingError` (`doesNotExist`, `invalidParameter` for a deleted experiment).
    package func scorerVersions(_ name: String, of experiment: ExperimentID) async throws -> [ScorerVersion] {
        try await database.read { transaction in
            let id = try Self.requireScorer(name, experiment, transaction)
            return try ScorerStore(transaction: transaction).versions(of: id)
        }
    }

    /// A version of a scorer; the newest when none is named.
    ///
    /// - Throws: `TrackingError` (`doesNotExist`, `invalidParameter` for a deleted experiment).
    package func scorer(
        _ name: String,
        version: Int64? = nil,
        of experiment: ExperimentID
    ) async throws -> ScorerVersion {
        let versions = try await scorerVersions(name, of: experiment)
        guard let version else {
            guard let newest = versions.last else { throw Self.noScorer(name, nil, experiment) }
            return newest
        }
        guard let found = versions.first(where: { $0.version == version }) else {
            throw Self.noScorer(name, version, experiment)
        }
        return found
    }

    /// Removes a version of a scorer; all of it when none is named.
    ///
    /// - Throws: `TrackingError` (`doesNotExist`, `invalidParameter` for a deleted experiment).
    package func deleteScorer(_ name: String, version: Int64? = nil, of experiment: ExperimentID) async throws {
        try await database.write { transaction in
            let id = try Self.requireScorer(name, experiment, transaction)
            let store = ScorerStore(transaction: transaction)
            guard let version else { return try store.delete(id) }
            guard try store.deleteVersion(version, of: id) else { throw Self.noScorer(name, version, experiment) }
        }
    }

    /// Sets which traces a scorer should judge as they come.
    ///
    /// This server runs no scorers: a share above zero is refused, zero is stored.
    ///
    /// - Throws: `TrackingError` (`doesNotExist`, `invalidParameter`).
    package func setOnlineScoring(
        _ name: String,
        sampleRate: Double,
        filter: String?,
        of experiment: ExperimentID
    ) async throws -> OnlineScoring {
        guard (0...1).contains(sampleRate) else {
            throw TrackingError.invalid("sample_rate must be between 0.0 and 1.0, got \(sampleRate)")
        }
        try translatingFilterErrors { try TraceSearch.check(filter) }
        return try await database.write { transaction in
            let id = try Self.requireScorer(name, experiment, transaction)
            guard sampleRate == 0 else {
                throw TrackingError.invalid(
                    "Scorer '\(name)' does not use a gateway model. "
                        + "Automatic evaluation is only supported for scorers that use gateway models."
                )
            }
            let online = OnlineScoring(
                id: RandomID.hex(),
                scorer: id,
                experiment: experiment,
                sampleRate: sampleRate,
                filter: filter
            )
            try ScorerStore(transaction: transaction).setOnline(online)
            return online
        }
    }

    /// What is set for some scorers; those for which nothing is set are left out.
    package func onlineScoring(ofScorers ids: [String]) async throws -> [OnlineScoring] {
        try await database.read { transaction in
            try ids.compactMap(ScorerStore(transaction: transaction).online)
        }
    }

    private static func requireScorer(
        _ name: String,
        _ experiment: ExperimentID,
        _ transaction: any SQLTransaction
    ) throws -> String {
        _ = try ExperimentStore(transaction: transaction).requireActive(experiment)
        guard let id = try ScorerStore(transaction: transaction).find(name, of: experiment) else {
            throw noScorer(name, nil, experiment)
        }
        return id
    }

    /// Refuses scorers that carry the source of a function, which whoever loads them would run, and those that need a
    /// gateway.
    private static func check(serialized text: String) throws {
        guard let value = try? JSONValue.parse(text) else {
            throw TrackingError.invalid("serialized_scorer must be valid JSON")
        }
        guard !holdsSource(value) else {
            throw TrackingError.invalid(
                "Custom scorer registration (using @scorer decorator) is not supported: the server does not keep code "
                    + "that whoever loads the scorer would run. Use a built-in scorer or a judge made of instructions."
            )
        }
        let model =
            value["instructions_judge_pydantic_data"]?["model"] ?? value["builtin_scorer_pydantic_data"]?["model"]
        if let name = model?.stringValue, name.hasPrefix(gatewayPrefix) {
            let endpoint = name.dropFirst(gatewayPrefix.count)
            throw TrackingError(.doesNotExist, "GatewayEndpoint not found (name='\(endpoint)')")
        }
    }

    private static func holdsSource(_ value: JSONValue) -> Bool {
        switch value {
        case .array(let elements): elements.contains(where: holdsSource)
        case .object(let object):
            object[decoratorField].map { !$0.isNull } ?? false || object.values.contains(where: holdsSource)
        default: false
        }
    }

    private static func noScorer(_ name: String, _ version: Int64?, _ experiment: ExperimentID) -> TrackingError {
        let number = version.map { " and version \($0)" } ?? ""
        return TrackingError(
            .doesNotExist,
            "Scorer with name '\(name)'\(number) not found for experiment \(experiment)."
        )
    }
}
