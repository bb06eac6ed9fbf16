internal import CPostgres
internal import Glibc

/// Owner of one connection to PostgreSQL and its prepared statements.
///
/// All statements go through libpq's pipeline: what can be sent together waits for one answer. A connection that is lost
/// is made anew at the next ``open()``.
///
/// Thread rule: the thread that made it. Every call but ``enqueue(_:)`` may block.
final class PostgresConnection {
    private static let statementLimit = 256
    /// Rows that are sent before answers are read: their answers fit what the sockets hold.
    private static let rowsInFlight = 256
    private static let oldestVersion: Int32 = 120_000

    private struct Prepared {
        let name: String
        var lastUse: UInt64
    }

    private let location: PostgresLocation
    private var handle: OpaquePointer?
    private var texts: [String: PostgresSQL] = [:]
    private var statements: [String: Prepared] = [:]
    private var waiting: [String] = []
    private var uses: UInt64 = 0

    init(_ location: PostgresLocation) {
        self.location = location
    }

    deinit {
        close()
    }

    /// Connects unless a connection is there.
    ///
    /// - Throws: `SQLError` (`unavailable`).
    func open() throws {
        if handle != nil, isAlive { return }
        close()
        let names = Array(location.settings.keys)
        let made = withCStrings(names) { names in
            withCStrings(location.settings.map(\.value)) { PQconnectdbParams(names, $0, 0) }
        }
        handle = made
        guard let made, PQstatus(made) == CONNECTION_OK else {
            let error = unavailable(made)
            close()
            throw error
        }
        do {
            try prepareSession(made)
        } catch {
            close()
            throw error
        }
    }

    /// Ends the connection; also forgets what was to be sent.
    func close() {
        if let handle { PQfinish(handle) }
        handle = nil
        statements.removeAll()
        waiting.removeAll()
    }

    /// Whether a statement has failed inside the open transaction.
    var hasFailedTransaction: Bool {
        handle.map { PQtransactionStatus($0) == PQTRANS_INERROR } ?? true
    }

    /// Whether there is a connection.
    var isOpen: Bool { handle != nil }

    /// Sends a command along with the next statement.
    func enqueue(_ command: String) {
        waiting.append(command)
    }

    /// Sends what waits, and a command.
    func run(_ command: String) throws {
        waiting.append(command)
        try flush()
    }

    /// Runs a statement once for each row of arguments and hands out the answers.
    func run(_ sql: String, _ rows: [[SQLValue]], _ body: (borrowing PostgresResult) throws -> Void) throws {
        let text = translated(sql)
        for row in rows where row.count != text.argumentCount {
            throw SQLError(.statement, "a statement takes \(text.argumentCount) arguments, \(row.count) were given")
        }
        let types = PostgresArguments.types(of: rows)
        var start = 0
        while start < rows.count {
            let part = rows[start..<min(rows.count, start + Self.rowsInFlight)]
            try send(text, key: sql, types, part, body)
            start += Self.rowsInFlight
        }
    }

    private func send(
        _ text: PostgresSQL,
        key sql: String,
        _ types: [Oid],
        _ rows: ArraySlice<[SQLValue]>,
        _ body: (borrowing PostgresResult) throws -> Void
    ) throws {
        let key = types.reduce(into: sql) { $0 += " \($1)" }
        dropOldStatements()
        let known = statements[key]?.name
        let name = known ?? "s\(uses)"
        uses &+= 1
        var skipped = try sendWaiting()
        let handle = try requireHandle()
        if known == nil {
            try check(PQsendPrepare(handle, name, text.text, Int32(types.count), types))
            skipped += 1
        }
        for row in rows {
            try PostgresArguments(row).withPointers { count, values, lengths, formats in
                try check(PQsendQueryPrepared(handle, name, count, values, lengths, formats, 1))
            }
        }
        try receive(skipping: skipped, rows.count, body)
        statements[key] = Prepared(name: name, lastUse: uses)
    }

    /// Sends what waits and reads the answers.
    private func flush() throws {
        let count = try sendWaiting()
        try receive(skipping: count, 0) { _ in }
    }

    private func sendWaiting() throws -> Int {
        let handle = try requireHandle()
        let commands = waiting
        waiting.removeAll(keepingCapacity: true)
        for command in commands { try check(PQsendQueryParams(handle, command, 0, nil, nil, nil, nil, 1)) }
        return commands.count
    }

    /// Ends a round of the pipeline and reads its answers; throws the first error of the server or of `body`.
    private func receive(
        skipping skipped: Int,
        _ count: Int,
        _ body: (borrowing PostgresResult) throws -> Void
    ) throws {
        let handle = try requireHandle()
        try check(PQpipelineSync(handle))
        var failure: (any Error)?
        for index in 0..<(skipped + count) {
            guard let answer = PQgetResult(handle) else { throw lost("while an answer was awaited") }
            let result = PostgresResult(answer)
            switch PQresultStatus(answer) {
            case PGRES_COMMAND_OK, PGRES_TUPLES_OK:
                guard failure == nil, index >= skipped else { break }
                do { try body(result) } catch { failure = error }
            case PGRES_PIPELINE_ABORTED: break
            default:
                if PQstatus(handle) == CONNECTION_BAD { throw lost("while an answer was awaited") }
                failure = failure ?? SQLError(postgres: answer, location)
            }
            if let end = PQgetResult(handle) { PQclear(end) }
        }
        guard let end = PQgetResult(handle) else { throw lost("while an answer was awaited") }
        PQclear(end)
        if let failure { throw failure }
    }

    private func check(_ result: Int32) throws {
        guard result == 1 else { throw lost("while a statement was sent") }
    }

    private func requireHandle() throws -> OpaquePointer {
        guard let handle else { throw lost("before a statement was sent") }
        return handle
    }

    private func lost(_ when: String) -> SQLError {
        close()
        return .connectionLost(location, during: when)
    }

    /// False when the server has closed the connection; costs no round trip.
    private var isAlive: Bool {
        guard let handle, PQstatus(handle) == CONNECTION_OK else { return false }
        var socket = pollfd(fd: PQsocket(handle), events: Int16(POLLIN), revents: 0)
        guard poll(&socket, 1, 0) > 0 else { return true }
        return PQconsumeInput(handle) == 1 && PQstatus(handle) == CONNECTION_OK
    }

    private func prepareSession(_ handle: OpaquePointer) throws {
        guard PQserverVersion(handle) >= Self.oldestVersion else {
            throw SQLError(.unavailable, "\(location) is older than version 12", remedy: "Use PostgreSQL 12 or newer.")
        }
        guard PQparameterStatus(handle, "server_encoding").map({ String(cString: $0) }) == "UTF8" else {
            throw SQLError(
                .unavailable,
                "\(location) does not hold UTF-8 text",
                remedy: "Create the database with: createdb --encoding UTF8 --template template0 NAME"
            )
        }
        guard PQenterPipelineMode(handle) == 1 else { throw unavailable(handle) }
        try run("SET lock_timeout = '30s'")
    }

    private func unavailable(_ handle: OpaquePointer?) -> SQLError {
        let words = handle.flatMap { PQerrorMessage($0) }.map { String(cString: $0) } ?? "out of memory"
        let line = words.split(separator: "\n").first.map(String.init) ?? "no reason given"
        return SQLError(
            .unavailable,
            "\(location) cannot be reached: \(location.masking(line))",
            remedy: "Check the address, that the server runs, and the password (PGPASSWORD, or a .pgpass file)."
        )
    }

    private func translated(_ sql: String) -> PostgresSQL {
        if let known = texts[sql] { return known }
        if texts.count >= Self.statementLimit { texts.removeAll() }
        let made = PostgresSQL(sql)
        texts[sql] = made
        return made
    }

    private func dropOldStatements() {
        guard statements.count >= Self.statementLimit else { return }
        let oldest = statements.sorted { $0.value.lastUse < $1.value.lastUse }.prefix(Self.statementLimit / 4)
        for (key, statement) in oldest {
            statements[key] = nil
            waiting.append("DEALLOCATE \(statement.name)")
        }
    }
}

/// Calls `body` with a list of C texts that ends with a null pointer.
private func withCStrings<T>(_ texts: [String], _ body: ([UnsafePointer<CChar>?]) throws -> T) rethrows -> T {
    let copies = texts.map { strdup($0) }
    defer { for copy in copies { free(copy) } }
    return try body(copies.map { UnsafePointer($0) } + [nil])
}
