internal import CDuckDB

/// Puts a table's rows into a table of DuckDB's, a vector of rows at a time.
///
/// Not thread-safe.
struct TableAppender: ~Copyable {
    private let api: CDuckDBFunctions
    private var appender: CDuckDBAppender?
    private var chunk: CDuckDBChunk?

    /// Appends to the table `name` of the connection, which must have the columns `fields`.
    init(_ name: String, fields: [LakeField], connection: LakeConnection) throws(LakeError) {
        api = connection.api
        var appender: CDuckDBAppender?
        guard api.appender_create(connection.handle, nil, name, &appender) == 0 else {
            let reason = appender.flatMap { [api] in api.appender_error($0) }.map(String.init(cString:))
            _ = api.appender_destroy(&appender)
            throw LakeError(.engine, reason ?? "DuckDB gave no appender for \(name)")
        }
        self.appender = appender
        var types: [CDuckDBLogicalType?] = fields.map { [api] in api.create_logical_type($0.type.number) }
        chunk = api.create_data_chunk(&types, UInt64(types.count))
        for index in types.indices { api.destroy_logical_type(&types[index]) }
    }

    deinit {
        var chunk = chunk
        var appender = appender
        api.destroy_data_chunk(&chunk)
        _ = api.appender_destroy(&appender)
    }

    /// Appends all rows of `table`.
    func append(_ table: LakeTable) throws(LakeError) {
        let step = Int(api.vector_size())
        for start in stride(from: 0, to: table.rowCount, by: step) {
            let rows = start..<min(start + step, table.rowCount)
            api.data_chunk_reset(chunk)
            for (index, column) in table.columns.enumerated() {
                try write(column, rows, to: api.data_chunk_get_vector(chunk, UInt64(index)))
            }
            api.data_chunk_set_size(chunk, UInt64(rows.count))
            guard api.append_data_chunk(appender, chunk) == 0 else { throw failure }
        }
        guard api.appender_close(appender) == 0 else { throw failure }
    }

    private var failure: LakeError {
        LakeError(.engine, api.appender_error(appender).map(String.init(cString:)) ?? "DuckDB took no rows")
    }

    private func write(_ column: LakeColumn, _ rows: Range<Int>, to vector: CDuckDBVector?) throws(LakeError) {
        guard let vector, let data = api.vector_get_data(vector) else {
            throw LakeError(.engine, "DuckDB gave no room for column \(column.name)")
        }
        switch column.values {
        case .booleans(let values): copy(values[rows], to: data)
        case .integers(let values), .timestamps(let values): copy(values[rows], to: data)
        case .doubles(let values): copy(values[rows], to: data)
        case .texts(let values):
            for (index, var text) in values[rows].enumerated() {
                text.withUTF8 { bytes in
                    bytes.withMemoryRebound(to: CChar.self) {
                        api.vector_assign_string_element_len(vector, UInt64(index), $0.baseAddress, UInt64($0.count))
                    }
                }
            }
        }
        markNulls(column, rows, in: vector)
    }

    private func copy<Value: BitwiseCopyable>(_ values: ArraySlice<Value>, to data: UnsafeMutableRawPointer) {
        values.withUnsafeBytes { bytes in
            if let start = bytes.baseAddress { data.copyMemory(from: start, byteCount: bytes.count) }
        }
    }

    private func markNulls(_ column: LakeColumn, _ rows: Range<Int>, in vector: CDuckDBVector) {
        guard !column.nulls.isEmpty else { return }
        api.vector_ensure_validity_writable(vector)
        guard let validity = api.vector_get_validity(vector) else { return }
        for (index, row) in rows.enumerated() {
            let bit = UInt64(1) << UInt64(index & 63)
            if column.nulls[row] { validity[index >> 6] &= ~bit } else { validity[index >> 6] |= bit }
        }
    }
}

extension LakeType {
    /// DuckDB's number of the type.
    var number: Int32 {
        switch self {
        case .boolean: Int32(CDuckDBTypeBoolean)
        case .integer: Int32(CDuckDBTypeInteger64)
        case .double: Int32(CDuckDBTypeDouble)
        case .text: Int32(CDuckDBTypeText)
        case .timestamp: Int32(CDuckDBTypeTimestamp)
        }
    }
}
