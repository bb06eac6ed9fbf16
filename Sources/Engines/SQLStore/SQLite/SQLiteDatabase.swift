/// A SQLite database in one file: one writer with group commit, several readers, each on a thread of its own.
///
/// What `write` acknowledged survives a killed process and a power cut: the write-ahead log is synchronised at every
/// commit (`synchronous=FULL`). Opening it recovers whatever a killed process left.
package final class SQLiteDatabase: SQLDatabase {
    private static let walAutocheckpointPages = 4_096

    private let writes = WorkQueue<any SQLWork>()
    private let reads = WorkQueue<any SQLWork>()

    /// Opens the database at `path`, creating it when there is none.
    ///
    /// - Parameters:
    ///   - path: the file; SQLite keeps `-wal` and `-shm` files beside it.
    ///   - readers: how many queries may run at the same time.
    /// - Throws: `SQLError` (`unavailable`, `readOnly`, `corrupt`, `busy`, `diskFull`).
    package init(path: String, readers: Int = 3) throws {
        precondition(readers > 0, "a database needs a reader")
        do {
            try startWriter(path)
            for index in 0..<readers {
                try startReader(path, index)
            }
        } catch {
            close()
            throw error
        }
    }

    deinit {
        close()
    }

    /// The SQL of SQLite.
    package var dialect: SQLDialect { .sqlite }

    /// Runs one atomic transaction; durable when it returns.
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

    private func startWriter(_ path: String) throws {
        let connection = try SQLiteConnection(path: path, readOnly: false)
        try connection.run("PRAGMA journal_mode=WAL")
        try connection.run("PRAGMA synchronous=FULL")
        try connection.run("PRAGMA wal_autocheckpoint=\(Self.walAutocheckpointPages)")
        try connection.run("PRAGMA journal_size_limit=67108864")
        try connection.run("PRAGMA cache_size=-16000")
        try configure(connection)
        start(name: "sqlite-writer", connection, writes) { SQLiteWriter($0).run($1) }
    }

    private func startReader(_ path: String, _ index: Int) throws {
        let connection = try SQLiteConnection(path: path, readOnly: false)
        try connection.run("PRAGMA query_only=ON")
        try connection.run("PRAGMA cache_size=-16000")
        try configure(connection)
        start(name: "sqlite-reader-\(index)", connection, reads) { SQLiteReader($0).run($1) }
    }

    private func configure(_ connection: SQLiteConnection) throws {
        try connection.run("PRAGMA foreign_keys=ON")
        try connection.run("PRAGMA case_sensitive_like=ON")
        try connection.run("PRAGMA temp_store=MEMORY")
    }

    private func start(
        name: String,
        _ connection: SQLiteConnection,
        _ queue: WorkQueue<any SQLWork>,
        _ serve: @escaping @Sendable (SQLiteConnection, WorkQueue<any SQLWork>) -> Void
    ) {
        let handover = Handover(connection)
        queue.serve(name: name) { queue in
            if let connection = handover.take() {
                serve(connection, queue)
            }
        }
    }
}

/// Carries a connection to its thread, which closes it in the end.
private final class Handover: @unchecked Sendable {
    // Written before the thread starts and touched by that thread only.
    private var connection: SQLiteConnection?

    init(_ connection: SQLiteConnection) {
        self.connection = connection
    }

    func take() -> SQLiteConnection? {
        defer { connection = nil }
        return connection
    }
}
