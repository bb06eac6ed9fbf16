/// A database with atomic, durable writes and consistent reads.
///
/// Statements use `?` for every bound parameter and never hold a value in their text. They are written once, in the SQL
/// that SQLite and PostgreSQL share; docs/operations.md says what that leaves out. Writes take turns: no other one changes
/// anything while a closure of `write` runs. Closures run on a thread
/// of the database, not on the cooperative pool: they are synchronous, hold no lock of their own and do all
/// that one transaction needs in one go (a hop to the thread and back costs more than a statement).
package protocol SQLDatabase: Sendable {
    /// Which SQL the database speaks, where the two differ.
    var dialect: SQLDialect { get }

    /// Runs one atomic transaction; it is durable when this returns.
    ///
    /// Many writes may share one commit (group commit): each is atomic on its own, and a throwing body undoes its
    /// own changes only. When the shared commit fails, every write of the group throws and none is stored.
    @discardableResult
    func write<T: Sendable>(_ body: @escaping @Sendable (any SQLTransaction) throws -> T) async throws -> T

    /// Runs queries on one consistent snapshot that holds everything acknowledged before the call.
    func read<T: Sendable>(_ body: @escaping @Sendable (any SQLTransaction) throws -> T) async throws -> T

    /// Finishes what waits, then closes the database; later calls throw `closed`.
    ///
    /// Blocks until done; idempotent.
    func close()
}

/// The SQL that a database speaks.
package enum SQLDialect: Sendable {
    case sqlite
    case postgres
}

/// Statements inside one transaction; valid inside its closure only.
package protocol SQLTransaction {
    /// Runs a statement and returns the number of rows that it changed.
    @discardableResult
    func execute(_ sql: String, _ arguments: [SQLValue]) throws -> Int

    /// Runs one statement once for each row of arguments; returns the number of rows changed in all.
    @discardableResult
    func execute(_ sql: String, rows: [[SQLValue]]) throws -> Int

    /// Runs a query and returns its rows.
    func query(_ sql: String, _ arguments: [SQLValue]) throws -> [SQLRow]

    /// Runs a query and hands each row to `body`.
    func forEach(_ sql: String, _ arguments: [SQLValue], _ body: (SQLRow) throws -> Void) throws
}

extension SQLTransaction {
    /// Runs a statement without arguments.
    @discardableResult
    package func execute(_ sql: String) throws -> Int {
        try execute(sql, [])
    }

    /// Runs a query without arguments.
    package func query(_ sql: String) throws -> [SQLRow] {
        try query(sql, [])
    }

    /// The first row of a query, or nil.
    package func first(_ sql: String, _ arguments: [SQLValue] = []) throws -> SQLRow? {
        try query(sql, arguments).first
    }
}
