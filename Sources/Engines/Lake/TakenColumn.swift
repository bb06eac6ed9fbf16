internal import CDuckDB
internal import Glibc

/// A column of doubles on its way out of DuckDB, which is shown each vector as it is read.
///
/// The way is an aggregate of ours, ``functionName``: a result would first be collected and then be fetched, which costs as
/// much again as reading the file. DuckDB with one thread calls it on the thread that runs the statement, and in order; the
/// column waits there, and a call on any other thread does nothing. Not thread-safe.
final class TakenColumn {
    /// The aggregate in SQL: of doubles, and without a value of its own.
    static let functionName = "martlet_take"

    private let api: CDuckDBFunctions
    private let connection: CDuckDBConnection?
    private let body: (UnsafeBufferPointer<Double>) -> Bool
    private var rows = 0
    private var isStopped = false
    /// A vector in which some rows have no value.
    private var filled: [Double] = []

    private init(_ connection: LakeConnection, _ body: @escaping (UnsafeBufferPointer<Double>) -> Bool) {
        api = connection.api
        self.connection = connection.handle
        self.body = body
    }

    /// The column that waits on a thread.
    private static let waiting: pthread_key_t? = {
        var key = pthread_key_t()
        return pthread_key_create(&key, nil) == 0 ? key : nil
    }()

    /// Registers the aggregate with the database of `connection`; it is of use only where that has one thread.
    static func register(_ connection: LakeConnection) throws(LakeError) {
        let api = connection.api
        var function = api.create_aggregate_function()
        var number = api.create_logical_type(Int32(CDuckDBTypeDouble))
        defer {
            api.destroy_aggregate_function(&function)
            api.destroy_logical_type(&number)
        }
        api.aggregate_function_set_name(function, functionName)
        api.aggregate_function_add_parameter(function, number)
        api.aggregate_function_set_return_type(function, number)
        // Rows without a value are shown too.
        api.aggregate_function_set_special_handling(function)
        api.aggregate_function_set_functions(
            function,
            { _ in 8 },
            { _, _ in },
            { _, chunk, _ in TakenColumn.current?.take(chunk) },
            { _, _, _, _ in },
            { _, _, _, _, _ in }
        )
        guard api.register_aggregate_function(connection.handle, function) == 0 else {
            throw LakeError(.engine, "DuckDB does not take the function \(functionName)")
        }
    }

    /// Shows `value`, an expression of doubles over `rows`, a table function in SQL, in order and in blocks until `body` says
    /// false; NaN stands for none.
    static func forEachBlock(
        of value: String,
        in rows: String,
        _ connection: LakeConnection,
        _ body: (UnsafeBufferPointer<Double>) -> Bool
    ) throws(LakeError) {
        try withoutActuallyEscaping(body) { (body) throws(LakeError) in
            try TakenColumn(connection, body).take(
                "SELECT \(functionName)(\(value)), count(*) FROM \(rows)",
                connection
            )
        }
    }

    private func take(_ sql: String, _ connection: LakeConnection) throws(LakeError) {
        guard let waiting = Self.waiting, pthread_getspecific(waiting) == nil else {
            throw LakeError(.engine, "a column is read while another one is")
        }
        pthread_setspecific(waiting, Unmanaged.passUnretained(self).toOpaque())
        defer { pthread_setspecific(waiting, nil) }
        do throws(LakeError) {
            let found = try connection.query(sql).columns[1][0]
            guard isStopped || found == .integer(Int64(rows)) else {
                throw LakeError(.engine, "DuckDB handed over \(rows) of the rows")
            }
        } catch {
            guard isStopped, error.code == .cancelled else { throw error }
        }
    }

    private static var current: TakenColumn? {
        guard let waiting, let column = pthread_getspecific(waiting) else { return nil }
        return Unmanaged<TakenColumn>.fromOpaque(column).takeUnretainedValue()
    }

    private func take(_ chunk: CDuckDBChunk?) {
        guard !isStopped else { return }
        let count = Int(api.data_chunk_get_size(chunk))
        let vector = api.data_chunk_get_vector(chunk, 0)
        guard let data = api.vector_get_data(vector) else { return }
        rows += count
        let cells = UnsafeBufferPointer(
            start: UnsafeRawPointer(data).assumingMemoryBound(to: Double.self),
            count: count
        )
        let goesOn: Bool
        if let validity = api.vector_get_validity(vector) {
            filled.removeAll(keepingCapacity: true)
            filled.append(contentsOf: cells)
            for row in 0..<count where validity[row >> 6] >> UInt64(row & 63) & 1 == 0 { filled[row] = .nan }
            goesOn = filled.withUnsafeBufferPointer(body)
        } else {
            goesOn = body(cells)
        }
        guard !goesOn else { return }
        isStopped = true
        api.interrupt(connection)
    }
}
