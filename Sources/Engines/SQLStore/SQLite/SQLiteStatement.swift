internal import CSQLite

/// Owner of one prepared statement.
///
/// Thread rule: the thread of its connection.
final class SQLiteStatement {
    /// When it was last used, in uses of the connection.
    var lastUse: UInt64 = 0

    private let handle: OpaquePointer
    private unowned let connection: SQLiteConnection
    private lazy var columns: [String] = (0..<sqlite3_column_count(handle)).map { index in
        sqlite3_column_name(handle, index).map { String(cString: $0) } ?? ""
    }

    init(_ handle: OpaquePointer, connection: SQLiteConnection) {
        self.handle = handle
        self.connection = connection
    }

    deinit {
        sqlite3_finalize(handle)
    }

    /// Binds the arguments and runs the statement to its end, handing out its rows.
    func run(_ arguments: [SQLValue], _ body: (SQLRow) throws -> Void) throws {
        defer { rewind() }
        try bind(arguments)
        while try step() {
            try body(row())
        }
    }

    /// Binds the arguments and runs the statement to its end, dropping its rows.
    func run(_ arguments: [SQLValue]) throws {
        defer { rewind() }
        try bind(arguments)
        while try step() {}
    }

    private func rewind() {
        sqlite3_reset(handle)
        sqlite3_clear_bindings(handle)
    }

    private func step() throws -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let result: throw connection.makeError(result)
        }
    }

    private func bind(_ arguments: [SQLValue]) throws {
        let expected = Int(sqlite3_bind_parameter_count(handle))
        guard arguments.count == expected else {
            throw SQLError(.statement, "a statement takes \(expected) arguments, \(arguments.count) were given")
        }
        var index: Int32 = 1
        for argument in arguments {
            let result = bind(argument, at: index)
            guard result == SQLITE_OK else { throw connection.makeError(result) }
            index += 1
        }
    }

    private func bind(_ value: SQLValue, at index: Int32) -> Int32 {
        switch value {
        case .null:
            return sqlite3_bind_null(handle, index)
        case .int(let number):
            return sqlite3_bind_int64(handle, index, number)
        case .double(let number):
            return sqlite3_bind_double(handle, index, number)
        case .text(var text):
            return text.withUTF8 { utf8 in
                utf8.withMemoryRebound(to: CChar.self) { characters in
                    sqlite3_bind_text64(
                        handle,
                        index,
                        characters.baseAddress ?? SQLiteMemory.empty,
                        UInt64(characters.count),
                        SQLiteMemory.transient,
                        UInt8(SQLITE_UTF8)
                    )
                }
            }
        case .blob(let bytes):
            guard !bytes.isEmpty else { return sqlite3_bind_zeroblob(handle, index, 0) }
            return bytes.withUnsafeBytes { buffer in
                sqlite3_bind_blob64(
                    handle,
                    index,
                    buffer.baseAddress,
                    UInt64(buffer.count),
                    SQLiteMemory.transient
                )
            }
        }
    }

    private func row() -> SQLRow {
        let count = sqlite3_data_count(handle)
        var values: [SQLValue] = []
        values.reserveCapacity(Int(count))
        for index in 0..<count {
            values.append(value(at: index))
        }
        return SQLRow(columns: columns, values: values)
    }

    private func value(at index: Int32) -> SQLValue {
        switch sqlite3_column_type(handle, index) {
        case SQLITE_INTEGER: .int(sqlite3_column_int64(handle, index))
        case SQLITE_FLOAT: .double(sqlite3_column_double(handle, index))
        case SQLITE_TEXT: .text(text(at: index))
        case SQLITE_BLOB: .blob(blob(at: index))
        default: .null
        }
    }

    private func text(at index: Int32) -> String {
        guard let start = sqlite3_column_text(handle, index) else { return "" }
        let count = Int(sqlite3_column_bytes(handle, index))
        return String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    }

    private func blob(at index: Int32) -> [UInt8] {
        guard let start = sqlite3_column_blob(handle, index) else { return [] }
        let count = Int(sqlite3_column_bytes(handle, index))
        return [UInt8](UnsafeRawBufferPointer(start: start, count: count))
    }
}

/// What bound bytes need from C.
private enum SQLiteMemory {
    /// Tells SQLite to copy bound bytes before the call returns.
    static var transient: sqlite3_destructor_type {
        unsafeBitCast(-1, to: sqlite3_destructor_type.self)
    }

    /// The address of an empty text: a null pointer would bind NULL.
    nonisolated(unsafe) static let empty: UnsafePointer<CChar> = {
        // Never written after this, and never freed: one byte for the life of the process.
        let byte = UnsafeMutablePointer<CChar>.allocate(capacity: 1)
        byte.initialize(to: 0)
        return UnsafePointer(byte)
    }()
}
