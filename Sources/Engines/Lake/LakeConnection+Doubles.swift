internal import CDuckDB

extension LakeConnection {
    /// Runs a statement that gives one column of doubles, and gives them in order; NaN where there is none.
    ///
    /// Whole vectors are copied: about a nanosecond a value.
    func doubles(_ sql: String, capacity: Int) throws(LakeError) -> [Double] {
        var values: [Double] = []
        values.reserveCapacity(min(capacity, 1 << 28))
        try forEachChunk(sql) { (columns, chunk) throws(LakeError) in
            guard columns.count == 1, columns[0].storage == CDuckDBTypeDouble else {
                throw LakeError(.engine, "a statement for doubles gave something else")
            }
            let vector = api.data_chunk_get_vector(chunk.handle, 0)
            guard let data = api.vector_get_data(vector) else {
                throw LakeError(.engine, "DuckDB gave no data for column \(columns[0].name)")
            }
            let start = values.count
            let cells = UnsafeRawPointer(data).assumingMemoryBound(to: Double.self)
            values.append(contentsOf: UnsafeBufferPointer(start: cells, count: chunk.rowCount))
            guard let validity = api.vector_get_validity(vector) else { return }
            for row in 0..<chunk.rowCount where validity[row >> 6] >> UInt64(row & 63) & 1 == 0 {
                values[start + row] = .nan
            }
        }
        return values
    }
}
