internal import CDuckDB

extension LakeConnection {
    /// Runs a statement that gives one column of doubles, and gives them in order; NaN where there is none.
    func doubles(_ sql: String, capacity: Int) throws(LakeError) -> [Double] {
        var values: [Double] = []
        values.reserveCapacity(min(capacity, 1 << 28))
        try forEachBlock(ofDoubles: sql, streaming: false) { block in
            values.append(contentsOf: block)
            return true
        }
        return values
    }

    /// Shows `value`, an expression of doubles over `rows`, a table function in SQL, in order and in blocks until `body` says
    /// false; NaN stands for none.
    ///
    /// Where what is shown will be held, DuckDB may hold all of it for a moment too: handing it over one vector at a time
    /// costs it twice as much as reading it.
    func forEachBlock(
        of value: String,
        in rows: String,
        isHeld: Bool,
        _ body: (UnsafeBufferPointer<Double>) -> Bool
    ) throws(LakeError) {
        guard takesColumns else {
            return try forEachBlock(ofDoubles: "SELECT \(value) FROM \(rows)", streaming: !isHeld, body)
        }
        try TakenColumn.forEachBlock(of: value, in: rows, self, body)
    }

    /// Runs a statement that gives one column of doubles, and shows them in order and in blocks until `body` says false.
    ///
    /// NaN stands for none. With `streaming` DuckDB makes the rows as they are asked for.
    private func forEachBlock(
        ofDoubles sql: String,
        streaming: Bool,
        _ body: (UnsafeBufferPointer<Double>) -> Bool
    ) throws(LakeError) {
        var filled: [Double] = []
        try forEachChunk(sql, streaming: streaming) { (columns, chunk) throws(LakeError) in
            guard columns.count == 1, columns[0].storage == CDuckDBTypeDouble else {
                throw LakeError(.engine, "a statement for doubles gave something else")
            }
            let vector = api.data_chunk_get_vector(chunk.handle, 0)
            guard let data = api.vector_get_data(vector) else {
                throw LakeError(.engine, "DuckDB gave no data for column \(columns[0].name)")
            }
            let cells = UnsafeBufferPointer(
                start: UnsafeRawPointer(data).assumingMemoryBound(to: Double.self),
                count: chunk.rowCount
            )
            guard let validity = api.vector_get_validity(vector) else { return body(cells) }
            filled.removeAll(keepingCapacity: true)
            filled.append(contentsOf: cells)
            for row in 0..<chunk.rowCount where validity[row >> 6] >> UInt64(row & 63) & 1 == 0 { filled[row] = .nan }
            return filled.withUnsafeBufferPointer(body)
        }
    }
}
