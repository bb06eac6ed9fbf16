internal import Primitives
internal import SQLStore

/// Scorers inside one transaction.
struct ScorerStore {
    let transaction: any SQLTransaction

    /// The identifier of a scorer; nil when there is none.
    func find(_ name: String, of experiment: ExperimentID) throws -> String? {
        try transaction.first(
            "SELECT scorer_id FROM scorers WHERE experiment = ? AND name = ?",
            [.int(experiment.number), .text(name)]
        )?.text(0)
    }

    /// Adds a scorer without versions and returns its identifier.
    func insert(_ name: String, of experiment: ExperimentID) throws -> String {
        let id = RandomID.uuid()
        try transaction.execute(
            "INSERT INTO scorers (scorer_id, experiment, name) VALUES (?, ?, ?)",
            [.text(id), .int(experiment.number), .text(name)]
        )
        return id
    }

    /// Adds the next version of a scorer and returns its number.
    func insertVersion(_ serialized: String, of scorer: String, at now: Int64) throws -> Int64 {
        let highest = try transaction.first(Statements.selectHighest, [.text(scorer)])?.optionalInt(0) ?? 0
        try transaction.execute(
            Statements.insertVersion,
            [.text(scorer), .int(highest + 1), .text(serialized), .int(now)]
        )
        return highest + 1
    }

    /// The versions of a scorer, oldest first.
    func versions(of scorer: String) throws -> [ScorerVersion] {
        try transaction.query(Statements.select + " WHERE s.scorer_id = ? ORDER BY v.version", [.text(scorer)])
            .map(Self.version)
    }

    /// The newest version of each scorer of some experiments, by experiment and name.
    func latest(of experiments: [ExperimentID]) throws -> [ScorerVersion] {
        guard !experiments.isEmpty else { return [] }
        let marks = Array(repeating: "?", count: experiments.count).joined(separator: ", ")
        let sql = """
            \(Statements.select) WHERE s.experiment IN (\(marks)) AND v.version =
                (SELECT max(o.version) FROM scorer_versions o WHERE o.scorer = s.scorer_id)
            ORDER BY s.experiment, s.name
            """
        return try transaction.query(sql, experiments.map { .int($0.number) }).map(Self.version)
    }

    /// Removes a version; false when there is none.
    func deleteVersion(_ version: Int64, of scorer: String) throws -> Bool {
        try transaction.execute(
            "DELETE FROM scorer_versions WHERE scorer = ? AND version = ?",
            [.text(scorer), .int(version)]
        ) > 0
    }

    /// Removes a scorer with its versions and what is set for it.
    func delete(_ scorer: String) throws {
        for statement in Statements.delete { try transaction.execute(statement, [.text(scorer)]) }
    }

    /// Replaces what is set for a scorer.
    func setOnline(_ online: OnlineScoring) throws {
        try transaction.execute(
            Statements.upsertOnline,
            [.text(online.scorer), .text(online.id), .double(online.sampleRate), SQLValue(online.filter)]
        )
    }

    /// What is set for a scorer; nil when nothing is.
    func online(_ scorer: String) throws -> OnlineScoring? {
        try transaction.first(Statements.selectOnline, [.text(scorer)]).map { row in
            OnlineScoring(
                id: try row.text(0),
                scorer: try row.text(1),
                experiment: ExperimentID(try row.int(2)),
                sampleRate: try row.double(3),
                filter: try row.optionalText(4)
            )
        }
    }

    private static func version(_ row: SQLRow) throws -> ScorerVersion {
        ScorerVersion(
            id: try row.text(0),
            experiment: ExperimentID(try row.int(1)),
            name: try row.text(2),
            version: try row.int(3),
            serialized: try row.text(4),
            createdAt: try row.int(5)
        )
    }

    private enum Statements {
        static let select = """
            SELECT s.scorer_id, s.experiment, s.name, v.version, v.serialized, v.created_at
            FROM scorers s JOIN scorer_versions v ON v.scorer = s.scorer_id
            """
        static let selectHighest = "SELECT max(version) FROM scorer_versions WHERE scorer = ?"
        static let insertVersion =
            "INSERT INTO scorer_versions (scorer, version, serialized, created_at) VALUES (?, ?, ?, ?)"
        static let delete = [
            "DELETE FROM online_scoring WHERE scorer = ?", "DELETE FROM scorer_versions WHERE scorer = ?",
            "DELETE FROM scorers WHERE scorer_id = ?",
        ]
        static let selectOnline = """
            SELECT o.config_id, o.scorer, s.experiment, o.sample_rate, o.filter
            FROM online_scoring o JOIN scorers s ON s.scorer_id = o.scorer WHERE o.scorer = ?
            """
        static let upsertOnline = """
            INSERT INTO online_scoring (scorer, config_id, sample_rate, filter) VALUES (?, ?, ?, ?)
            ON CONFLICT (scorer) DO UPDATE SET config_id = excluded.config_id, sample_rate = excluded.sample_rate,
                filter = excluded.filter
            """
    }
}
