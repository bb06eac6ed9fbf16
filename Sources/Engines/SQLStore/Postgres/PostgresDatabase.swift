/// A PostgreSQL database: one writer with group commit, several readers, each with a connection on a thread of its own.
///
/// What `write` acknowledged is as durable as the server's settings make it (`synchronous_commit` is left as it is). A
/// lost connection fails the writes that were under way and is made anew for the next ones. Several servers may share one
/// database: their writers take turns.
package final class PostgresDatabase: SQLDatabase {
    private let writes = WorkQueue<any SQLWork>()
    private let reads = WorkQueue<any SQLWork>()

    private init(_ location: PostgresLocation, readers: Int) {
        precondition(readers > 0, "a database needs a reader")
        writes.serve(name: "postgres-writer") { PostgresWriter(location).run($0) }
        for index in 0..<readers {
            reads.serve(name: "postgres-reader-\(index)") { PostgresReader(location).run($0) }
        }
    }

    /// Connects to the database.
    ///
    /// - Parameters:
    ///   - location: where it is.
    ///   - readers: how many queries may run at the same time; each has a connection once it is needed.
    /// - Returns: the database.
    /// - Throws: `SQLError` with code `unavailable` when the server cannot be reached or is of no use.
    package static func open(_ location: PostgresLocation, readers: Int = 4) async throws -> PostgresDatabase {
        let database = PostgresDatabase(location, readers: readers)
        do {
            try await database.write { _ = try $0.query("SELECT 1") }
        } catch {
            database.close()
            throw error
        }
        return database
    }

    deinit {
        close()
    }

    /// The SQL of PostgreSQL.
    package var dialect: SQLDialect { .postgres }

    /// Runs one atomic transaction.
    @discardableResult
    package func write<T: Sendable>(
        _ body: @escaping @Sendable (any SQLTransaction) throws -> T
    ) async throws -> T {
        try await writes.perform(body)
    }

    /// Runs queries on one consistent snapshot.
    package func read<T: Sendable>(
        _ body: @escaping @Sendable (any SQLTransaction) throws -> T
    ) async throws -> T {
        try await reads.perform(body)
    }

    /// Finishes what waits, then closes the connections.
    ///
    /// Later calls throw `closed`. Blocks until done; idempotent.
    package func close() {
        writes.close()
        reads.close()
    }
}
