internal import CDuckDB
internal import Synchronization

/// One connection to the lake's database, for one piece of work on one thread.
///
/// Not thread-safe.
final class LakeConnection {
    let api: CDuckDBFunctions
    /// Whether the database has ``TakenColumn``'s aggregate, and one thread.
    let takesColumns: Bool
    private let interruption: Interruption
    private(set) var handle: CDuckDBConnection?

    /// Connects to `database`, which must outlive the connection.
    init(
        api: CDuckDBFunctions,
        database: CDuckDBDatabase,
        takesColumns: Bool,
        interruption: Interruption = Interruption()
    ) throws(LakeError) {
        self.api = api
        self.takesColumns = takesColumns
        self.interruption = interruption
        guard api.connect(database, &handle) == 0, handle != nil else {
            throw LakeError(.engine, "DuckDB gave no connection")
        }
    }

    deinit {
        api.disconnect(&handle)
    }

    /// Runs one statement and gives its rows, at most `maximumRows`.
    func query(_ sql: String, _ parameters: [LakeValue] = [], maximumRows: Int = .max) throws(LakeError) -> LakeTable {
        var builders: [ColumnBuilder] = []
        var rows = 0
        try run(sql, parameters) { (result, chunk) throws(LakeError) in
            if builders.isEmpty {
                builders = try result.columns.map { (column) throws(LakeError) in try .init(column) }
            }
            guard let chunk else { return true }
            rows += chunk.rowCount
            guard rows <= maximumRows else {
                throw LakeError(
                    .tooLarge,
                    "the query gives more than \(maximumRows) rows: ask for fewer, or for a range"
                )
            }
            for index in builders.indices { try builders[index].append(chunk, column: index, api: api) }
            return true
        }
        return LakeTable(columns: builders.map(\.column))
    }

    /// Runs one statement and gives its rows in parts, in order; only DuckDB holds them all.
    func forEachPart(
        _ sql: String,
        _ parameters: [LakeValue] = [],
        _ body: (LakeTable) throws(LakeError) -> Void
    ) throws(LakeError) {
        try run(sql, parameters) { (result, chunk) throws(LakeError) in
            guard let chunk else { return true }
            var columns: [LakeColumn] = []
            for (index, column) in result.columns.enumerated() {
                var builder = try ColumnBuilder(column)
                try builder.append(chunk, column: index, api: api)
                columns.append(builder.column)
            }
            try body(LakeTable(columns: columns))
            return true
        }
    }

    /// Runs one statement and shows each chunk of its result in order, until `body` says false; with `streaming` as it is
    /// made.
    func forEachChunk(
        _ sql: String,
        streaming: Bool,
        _ body: ([ResultColumn], ResultChunk) throws(LakeError) -> Bool
    ) throws(LakeError) {
        try run(sql, [], streaming: streaming) { (result, chunk) throws(LakeError) in
            guard let chunk else { return true }
            return try body(result.columns, chunk)
        }
    }

    /// Runs one statement for its effect.
    func execute(_ sql: String, _ parameters: [LakeValue] = []) throws(LakeError) {
        try run(sql, parameters) { (_, _) throws(LakeError) in true }
    }

    /// Calls `body` with each chunk of the result until it says false, and at least once without one.
    private func run(
        _ sql: String,
        _ parameters: [LakeValue],
        streaming: Bool = false,
        _ body: (QueryResult, ResultChunk?) throws(LakeError) -> Bool
    ) throws(LakeError) {
        let statement = try LakeStatement(sql, connection: self)
        try statement.bind(parameters)
        let result = try statement.execute(interruption, streaming: streaming)
        guard try body(result, nil) else { return }
        while let chunk = try result.nextChunk() {
            guard try body(result, chunk) else { return }
        }
    }
}

/// Lets another thread stop what a connection does.
final class Interruption: Sendable {
    private enum State {
        case idle
        case running(Running)
        case interrupted
    }

    /// `@unchecked`: `duckdb_interrupt` may be called from any thread, and only under the lock while the work runs.
    private struct Running: @unchecked Sendable {
        let api: CDuckDBFunctions
        let handle: CDuckDBConnection
    }

    private let state = Mutex(State.idle)

    /// Runs `body` unless the interruption came before; an interruption during it stops what the connection does.
    func watch<T>(_ connection: LakeConnection, _ body: () throws -> T) throws -> T {
        try check()
        state.withLock { state in
            if case .interrupted = state { return }
            guard let handle = connection.handle else { return }
            state = .running(Running(api: connection.api, handle: handle))
        }
        defer {
            state.withLock { state in
                if case .running = state { state = .idle }
            }
        }
        do {
            return try body()
        } catch {
            // An interruption may show as another error, depending on what DuckDB was at.
            try check()
            throw error
        }
    }

    /// Throws where the interruption came.
    func check() throws(LakeError) {
        let isInterrupted = state.withLock { state in
            if case .interrupted = state { true } else { false }
        }
        if isInterrupted { throw LakeError(.cancelled, "the query was cancelled") }
    }

    /// Stops the work, or keeps it from beginning.
    func interrupt() {
        state.withLock { state in
            if case .running(let running) = state { running.api.interrupt(running.handle) }
            state = .interrupted
        }
    }
}
