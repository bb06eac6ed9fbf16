internal import CDuckDB

/// One prepared statement.
///
/// Not thread-safe; must not outlive its connection.
struct LakeStatement: ~Copyable {
    private let api: CDuckDBFunctions
    private let connection: CDuckDBConnection?
    private var handle: CDuckDBStatement?

    /// Prepares `sql`, which must be exactly one statement.
    init(_ sql: String, connection: LakeConnection) throws(LakeError) {
        api = connection.api
        self.connection = connection.handle
        guard !sql.utf8.contains(0) else { throw LakeError(.invalidQuery, "a statement cannot hold a NUL character") }
        var statements: CDuckDBExtracted?
        let count = api.extract_statements(connection.handle, sql, &statements)
        defer { api.destroy_extracted(&statements) }
        guard count == 1 else {
            let reason =
                count == 0 ? statements.flatMap { api.extract_statements_error($0) }.map(String.init(cString:)) : nil
            throw LakeError(.invalidQuery, reason ?? "expected one statement, not \(count)")
        }
        var prepared: CDuckDBStatement?
        guard api.prepare_extracted_statement(connection.handle, statements, 0, &prepared) == 0 else {
            let reason = prepared.flatMap { api.prepare_error($0) }.map(String.init(cString:))
            api.destroy_prepare(&prepared)
            throw LakeError(.invalidQuery, reason ?? "DuckDB could not prepare the statement")
        }
        handle = prepared
    }

    deinit {
        var handle = handle
        api.destroy_prepare(&handle)
    }

    /// Binds `parameters` to `$1`, `$2`, … or `?` in order; their number must be the statement's.
    func bind(_ parameters: [LakeValue]) throws(LakeError) {
        let expected = api.nparams(handle)
        guard expected == UInt64(parameters.count) else {
            throw LakeError(.invalidQuery, "the statement has \(expected) parameters, not \(parameters.count)")
        }
        for (position, value) in parameters.enumerated() {
            guard bind(value, at: UInt64(position + 1)) == 0 else {
                throw LakeError(.invalidQuery, "parameter \(position + 1) could not be bound")
            }
        }
    }

    private func bind(_ value: LakeValue, at index: UInt64) -> Int32 {
        switch value {
        case .null: return api.bind_null(handle, index)
        case .boolean(let value): return api.bind_boolean(handle, index, value)
        case .integer(let value): return api.bind_int64(handle, index, value)
        case .double(let value): return api.bind_double(handle, index, value)
        case .timestamp(let value):
            return api.bind_timestamp(handle, index, CDuckDBTimestamp(microseconds: value))
        case .text(var text):
            return text.withUTF8 { bytes in
                bytes.withMemoryRebound(to: CChar.self) {
                    api.bind_varchar_length(handle, index, $0.baseAddress, UInt64($0.count))
                }
            }
        }
    }

    /// Runs the statement: to its end, with DuckDB holding the rows, or `streaming`, as far as rows are asked for.
    ///
    /// DuckDB forgets an interruption when a statement begins, so it begins first and `interruption` is looked at then;
    /// its threads are at work by that time and must be told anew.
    func execute(_ interruption: Interruption, streaming: Bool) throws(LakeError) -> QueryResult {
        var pending: CDuckDBPending?
        defer { api.destroy_pending(&pending) }
        let state =
            streaming ? api.pending_prepared_streaming(handle, &pending) : api.pending_prepared(handle, &pending)
        guard state == 0 else {
            let reason = pending.flatMap { [api] in api.pending_error($0) }.map(String.init(cString:))
            throw LakeError(.invalidQuery, reason ?? "DuckDB could not begin the statement")
        }
        do throws(LakeError) {
            try interruption.check()
        } catch {
            api.interrupt(connection)
            throw error
        }
        let result = QueryResult(api: api)
        guard api.execute_pending(pending, &result.state) == 0 else { throw result.failure }
        return result
    }
}

/// The rows that a statement gave, held by DuckDB or still to be made.
///
/// Not thread-safe.
final class QueryResult {
    let api: CDuckDBFunctions
    fileprivate(set) var state = CDuckDBResult()
    private(set) lazy var columns: [ResultColumn] = readColumns()

    fileprivate init(api: CDuckDBFunctions) {
        self.api = api
    }

    deinit {
        api.destroy_result(&state)
    }

    /// The next rows, or nil at the end; throws where a statement that streams fails on its way.
    func nextChunk() throws(LakeError) -> ResultChunk? {
        if let handle = api.fetch_chunk(state) { return ResultChunk(api: api, handle: handle) }
        if api.result_error(&state) != nil { throw failure }
        return nil
    }

    fileprivate var failure: LakeError {
        let text = api.result_error(&state).map(String.init(cString:)) ?? "DuckDB failed without a reason"
        switch Int(api.result_error_type(&state)) {
        case CDuckDBErrorOutOfMemory:
            return LakeError(.outOfMemory, "\(text): raise the lake's memory limit, or ask for fewer rows")
        case CDuckDBErrorInterrupt: return LakeError(.cancelled, "the query was cancelled")
        case CDuckDBErrorInputOutput: return LakeError(.inputOutput, text)
        default: return LakeError(.invalidQuery, text)
        }
    }

    private func readColumns() -> [ResultColumn] {
        (0..<api.column_count(&state)).map { index in
            var scale: UInt8 = 0
            var storage = api.column_type(&state, index)
            let type = storage
            if Int(type) == CDuckDBTypeDecimal, var logical = Optional(api.column_logical_type(&state, index)) {
                scale = api.decimal_scale(logical)
                storage = api.decimal_internal_type(logical)
                api.destroy_logical_type(&logical)
            }
            let name = api.column_name(&state, index).map(String.init(cString:)) ?? "column\(index)"
            return ResultColumn(name: name, type: Int(type), storage: Int(storage), scale: Int(scale))
        }
    }
}

/// A column of a result as DuckDB describes it.
struct ResultColumn {
    /// The column's name.
    let name: String
    /// DuckDB's number of the type.
    let type: Int
    /// DuckDB's number of the type that the vectors hold: another one for decimals.
    let storage: Int
    /// Digits behind the point, of decimals.
    let scale: Int
}

/// Some rows of a result, at most DuckDB's vector size.
final class ResultChunk {
    private let api: CDuckDBFunctions
    private(set) var handle: CDuckDBChunk?
    /// The number of rows.
    let rowCount: Int

    fileprivate init(api: CDuckDBFunctions, handle: CDuckDBChunk) {
        self.api = api
        self.handle = handle
        rowCount = Int(api.data_chunk_get_size(handle))
    }

    deinit {
        api.destroy_data_chunk(&handle)
    }
}
