internal import CSQLite

/// Owner of one SQLite connection and its prepared statements.
///
/// Thread rule: one thread at a time; every connection belongs to one `SQLWorker` thread after it was opened.
final class SQLiteConnection {
    private static let statementLimit = 256

    private let path: String
    private var handle: OpaquePointer?
    private var statements: [String: SQLiteStatement] = [:]
    private var uses: UInt64 = 0

    /// Opens the file, creating it when asked to.
    ///
    /// - Throws: `SQLError` (`unavailable`, `readOnly`, `corrupt`, `busy`).
    init(path: String, readOnly: Bool) throws {
        self.path = path
        let access = readOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
        let result = sqlite3_open_v2(path, &handle, access | SQLITE_OPEN_NOMUTEX, nil)
        guard result == SQLITE_OK, let handle else {
            let error = makeError(result)
            sqlite3_close_v2(self.handle)
            self.handle = nil
            throw error
        }
        sqlite3_extended_result_codes(handle, 1)
        sqlite3_busy_timeout(handle, 5_000)
        SQLiteFunctions.register(on: handle)
    }

    deinit {
        statements.removeAll()
        sqlite3_close_v2(handle)
    }

    /// False while a transaction is open; SQLite itself rolls back on some errors.
    var isAutocommit: Bool {
        sqlite3_get_autocommit(handle) != 0
    }

    /// Rows changed by the latest statement.
    var changes: Int {
        Int(sqlite3_changes(handle))
    }

    /// Runs statements that take no arguments and whose answer does not matter.
    func run(_ sql: String) throws {
        let result = sqlite3_exec(handle, sql, nil, nil, nil)
        guard result == SQLITE_OK else { throw makeError(result) }
    }

    /// The prepared form of `sql`, from the cache when it was used before.
    func statement(_ sql: String) throws -> SQLiteStatement {
        uses &+= 1
        if let statement = statements[sql] {
            statement.lastUse = uses
            return statement
        }
        var prepared: OpaquePointer?
        let result = sqlite3_prepare_v3(handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &prepared, nil)
        guard result == SQLITE_OK, let prepared else { throw makeError(result) }
        let statement = SQLiteStatement(prepared, connection: self)
        statement.lastUse = uses
        dropOldStatements()
        statements[sql] = statement
        return statement
    }

    /// Turns a result code into an error; reads the message while still on the connection's thread.
    func makeError(_ result: Int32) -> SQLError {
        let detail = handle.map { String(cString: sqlite3_errmsg($0)) } ?? String(cString: sqlite3_errstr(result))
        return SQLError(sqlite: result, detail: detail, path: path)
    }

    private func dropOldStatements() {
        guard statements.count >= Self.statementLimit else { return }
        let oldest = statements.sorted { $0.value.lastUse < $1.value.lastUse }.prefix(Self.statementLimit / 4)
        for (sql, _) in oldest {
            statements[sql] = nil
        }
    }
}

extension SQLError {
    /// The error for a result code of SQLite.
    init(sqlite result: Int32, detail: String, path: String) {
        let (code, remedy) = Self.meaning(ofSQLite: result, path: path)
        self.init(code, "database \(path): \(detail)", remedy: remedy, nativeCode: result)
    }

    private static func meaning(ofSQLite result: Int32, path: String) -> (Code, String) {
        switch result {
        case SQLiteResult.unique, SQLiteResult.primaryKey: return (.uniqueConstraint, "")
        case SQLiteResult.foreignKey: return (.foreignKeyConstraint, "")
        default: break
        }
        switch result & 0xff {
        case SQLITE_FULL: return (.diskFull, "Free space on the volume of \(path), then try again.")
        case SQLITE_BUSY, SQLITE_LOCKED: return (.busy, "Another process holds it; close that process.")
        case SQLITE_CORRUPT, SQLITE_NOTADB: return (.corrupt, "Restore the data folder from a backup.")
        case SQLITE_READONLY: return (.readOnly, "Make the file and its folder writable for this user.")
        case SQLITE_CANTOPEN: return (.unavailable, "Check that the folder exists and is writable for this user.")
        case SQLITE_IOERR, SQLITE_NOMEM: return (.inputOutput, "Check the volume and the system's log.")
        case SQLITE_CONSTRAINT: return (.constraint, "")
        default: return (.statement, "")
        }
    }
}

/// Extended result codes, which C macros do not bring to Swift.
private enum SQLiteResult {
    static let unique = SQLITE_CONSTRAINT | (8 << 8)
    static let primaryKey = SQLITE_CONSTRAINT | (6 << 8)
    static let foreignKey = SQLITE_CONSTRAINT | (3 << 8)
}
