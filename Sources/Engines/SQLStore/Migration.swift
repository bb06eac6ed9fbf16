internal import Primitives

/// One numbered change of the schema, applied once and never edited after a release.
package struct Migration: Sendable {
    /// `<domain>-<number>`, such as `tracking-001`; the order in the list is the order of application.
    package let id: String
    /// The statements for SQLite.
    package let statements: [String]
    /// The statements for PostgreSQL; nil when the same ones do.
    package let postgres: [String]?

    /// A change named `id`, made by `statements`.
    package init(id: String, statements: [String], postgres: [String]? = nil) {
        self.id = id
        self.statements = statements
        self.postgres = postgres
    }
}

extension SQLDatabase {
    /// Applies the migrations that are not recorded yet, all in one transaction.
    ///
    /// - Throws: `SQLError` with code `migration` when one of them fails; nothing of the list is applied then.
    package func migrate(_ migrations: [Migration]) async throws {
        let dialect = dialect
        try await write { transaction in
            try transaction.execute(MigrationStatements.createTable)
            let applied = Set(try transaction.query(MigrationStatements.selectApplied).map { try $0.text(0) })
            for migration in migrations where !applied.contains(migration.id) {
                try apply(migration, dialect, in: transaction)
            }
        }
    }
}

private func apply(_ migration: Migration, _ dialect: SQLDialect, in transaction: any SQLTransaction) throws {
    let statements = dialect == .postgres ? migration.postgres ?? migration.statements : migration.statements
    do {
        for statement in statements {
            try transaction.execute(statement)
        }
        try transaction.execute(
            MigrationStatements.record,
            [.text(migration.id), .int(WallClock.nowMilliseconds())]
        )
    } catch let error as SQLError where !error.isTransient {
        throw SQLError(
            .migration,
            "migration \(migration.id) failed: \(error.message)",
            remedy: "The data folder is unchanged; report this with the version of the program.",
            nativeCode: error.nativeCode
        )
    }
}

private enum MigrationStatements {
    static let createTable = """
        CREATE TABLE IF NOT EXISTS schema_migrations (id TEXT PRIMARY KEY, applied_at BIGINT NOT NULL)
        """
    static let selectApplied = "SELECT id FROM schema_migrations"
    static let record = "INSERT INTO schema_migrations (id, applied_at) VALUES (?, ?)"
}
