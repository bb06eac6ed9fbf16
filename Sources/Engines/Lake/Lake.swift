internal import Execution
internal import Files
internal import Synchronization

/// SQL and Parquet over the files of one folder, through DuckDB in process.
///
/// Nothing is opened before the first use. All work runs on threads of its own, so every call may be awaited anywhere; a
/// cancelled task stops its query. DuckDB sees only the lake's own folder: other files, extensions and the network are
/// shut off, so that a statement can do no more than read and write there.
package final class Lake: Sendable {
    /// How a lake is set up.
    package struct Configuration: Sendable {
        /// The absolute path of the lake's folder, made on first use.
        package private(set) var directory: String
        /// Where DuckDB's library is.
        package var library: DuckDB.Location
        /// What DuckDB may use of memory; beyond it, it spills to the folder, or the query fails.
        package var memoryLimitBytes: Int
        /// What DuckDB may write to the folder while it works.
        package var temporaryLimitBytes: Int
        /// DuckDB's threads.
        package var threads: Int
        /// Statements at one time.
        package var concurrency: Int
        /// Files outside of the folder that may be read where they lie.
        package var readableFiles: [String] = []

        /// A lake in `directory` with limits for a small machine.
        package init(
            directory: String,
            library: DuckDB.Location = DuckDB.Location(),
            memoryLimitBytes: Int = 1 << 30,
            temporaryLimitBytes: Int = 16 << 30,
            threads: Int = 2,
            concurrency: Int = 2
        ) {
            self.directory = directory.hasPrefix("/") ? directory : "\(Directory.current)/\(directory)"
            self.library = library
            self.memoryLimitBytes = memoryLimitBytes
            self.temporaryLimitBytes = temporaryLimitBytes
            self.threads = threads
            self.concurrency = concurrency
        }
    }

    /// The lake's folder.
    package var directory: String { configuration.directory }

    private enum State {
        case unopened
        case open(LakeSession)
        case closed
    }

    private let configuration: Configuration
    private let pool: BlockingPool
    private let state = Mutex(State.unopened)

    /// A lake that opens on first use.
    package init(_ configuration: Configuration) {
        self.configuration = configuration
        pool = BlockingPool(name: "lake", threads: configuration.concurrency)
    }

    /// Lets what runs end, and refuses the rest.
    package func close() {
        state.withLock { $0 = .closed }
    }

    /// Runs one statement with bound parameters and gives its rows.
    ///
    /// `sql` has `?` or `$1` where the `parameters` go, in order. An answer of more than `maximumRows` rows is an error,
    /// ``LakeError`` `too_large`.
    package func query(
        _ sql: String,
        _ parameters: [LakeValue] = [],
        maximumRows: Int = 1_000_000
    ) async throws -> LakeTable {
        try await withConnection { try $0.query(sql, parameters, maximumRows: maximumRows) }
    }

    /// Runs `body` with a connection on one of the lake's threads.
    func withConnection<T: Sendable>(_ body: @escaping @Sendable (LakeConnection) throws -> T) async throws -> T {
        let interruption = Interruption()
        return try await withTaskCancellationHandler {
            try await pool.run {
                let session = try self.session()
                let connection = try session.connect(interruption)
                return try interruption.watch(connection) { try body(connection) }
            }
        } onCancel: {
            interruption.interrupt()
        }
    }

    /// The open database; blocks for some 0.1 s the first time, and tries again after a failure.
    private func session() throws -> LakeSession {
        try state.withLock { state in
            switch state {
            case .open(let session): return session
            case .closed: throw LakeError(.closed, "the lake is closed: the server is stopping")
            case .unopened:
                let session = try LakeSession(configuration)
                state = .open(session)
                return session
            }
        }
    }
}
