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
    private var values: [Double] = []

    private init(api: CDuckDBFunctions, capacity: Int) {
        self.api = api
        values.reserveCapacity(capacity)
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

    /// What `sql`, a statement that gives one row of the aggregate and the number of rows, shows; nil where that was not
    /// every row.
    static func values(
        _ sql: String,
        capacity: Int,
        _ connection: LakeConnection
    ) throws(LakeError) -> [Double]? {
        guard let waiting, pthread_getspecific(waiting) == nil else { return nil }
        let column = TakenColumn(api: connection.api, capacity: capacity)
        pthread_setspecific(waiting, Unmanaged.passUnretained(column).toOpaque())
        defer { pthread_setspecific(waiting, nil) }
        let rows = try connection.query(sql).columns[1][0]
        guard case .integer(let count) = rows, Int(count) == column.values.count else { return nil }
        return column.values
    }

    private static var current: TakenColumn? {
        guard let waiting, let column = pthread_getspecific(waiting) else { return nil }
        return Unmanaged<TakenColumn>.fromOpaque(column).takeUnretainedValue()
    }

    private func take(_ chunk: CDuckDBChunk?) {
        let count = Int(api.data_chunk_get_size(chunk))
        let vector = api.data_chunk_get_vector(chunk, 0)
        guard let data = api.vector_get_data(vector) else { return }
        let cells = UnsafeBufferPointer(
            start: UnsafeRawPointer(data).assumingMemoryBound(to: Double.self),
            count: count
        )
        let start = values.count
        values.append(contentsOf: cells)
        guard let validity = api.vector_get_validity(vector) else { return }
        for row in 0..<count where validity[row >> 6] >> UInt64(row & 63) & 1 == 0 { values[start + row] = .nan }
    }
}
