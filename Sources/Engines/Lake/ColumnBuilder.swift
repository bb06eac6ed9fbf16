internal import CDuckDB
internal import Primitives

/// Collects one column of a result from DuckDB's vectors.
struct ColumnBuilder {
    private let source: ResultColumn
    private var values: LakeColumn.Values
    private var nulls: [Bool] = []
    private var count = 0

    /// An empty column for `source`; throws where its type has no place in a table.
    init(_ source: ResultColumn) throws(LakeError) {
        self.source = source
        switch source.type {
        case CDuckDBTypeBoolean: values = .booleans([])
        case CDuckDBTypeInteger8, CDuckDBTypeInteger16, CDuckDBTypeInteger32, CDuckDBTypeInteger64,
            CDuckDBTypeUnsigned8, CDuckDBTypeUnsigned16, CDuckDBTypeUnsigned32, CDuckDBTypeUnsigned64,
            CDuckDBTypeHugeInteger, CDuckDBTypeNull:
            values = .integers([])
        case CDuckDBTypeFloat, CDuckDBTypeDouble, CDuckDBTypeDecimal: values = .doubles([])
        case CDuckDBTypeText: values = .texts([])
        case CDuckDBTypeTimestamp, CDuckDBTypeTimestampZoned, CDuckDBTypeTimestampSeconds,
            CDuckDBTypeTimestampMilliseconds, CDuckDBTypeTimestampNanoseconds, CDuckDBTypeDate:
            values = .timestamps([])
        default:
            throw LakeError(
                .unsupportedType,
                "column \(source.name) has a type that a table cannot hold: cast it, for example to VARCHAR"
            )
        }
    }

    /// What was collected.
    var column: LakeColumn { LakeColumn(name: source.name, values: values, nulls: nulls) }

    /// Adds the rows of column `index` of `chunk`.
    mutating func append(_ chunk: ResultChunk, column index: Int, api: CDuckDBFunctions) throws(LakeError) {
        let rows = chunk.rowCount
        guard rows > 0 else { return }
        let vector = api.data_chunk_get_vector(chunk.handle, UInt64(index))
        guard let data = api.vector_get_data(vector) else {
            throw LakeError(.engine, "DuckDB gave no data for column \(source.name)")
        }
        let cells = Cells(data: UnsafeRawPointer(data), validity: api.vector_get_validity(vector), count: rows)
        appendNulls(of: cells)
        try appendValues(of: cells)
        count += rows
    }

    private mutating func appendNulls(of cells: Cells) {
        guard cells.hasNulls else {
            if !nulls.isEmpty { nulls.append(contentsOf: repeatElement(false, count: cells.count)) }
            return
        }
        if nulls.isEmpty { nulls = [Bool](repeating: false, count: count) }
        for row in 0..<cells.count { nulls.append(!cells.isValid(row)) }
    }

    private mutating func appendValues(of cells: Cells) throws(LakeError) {
        switch values {
        case .booleans(var array):
            values = .booleans([])
            for row in 0..<cells.count { array.append(cells.isValid(row) && cells.load(row, as: UInt8.self) != 0) }
            values = .booleans(array)
        case .integers(var array):
            values = .integers([])
            try appendIntegers(of: cells, to: &array)
            values = .integers(array)
        case .doubles(var array):
            values = .doubles([])
            appendDoubles(of: cells, to: &array)
            values = .doubles(array)
        case .texts(var array):
            values = .texts([])
            for row in 0..<cells.count { array.append(cells.isValid(row) ? cells.text(row) : "") }
            values = .texts(array)
        case .timestamps(var array):
            values = .timestamps([])
            try appendTimestamps(of: cells, to: &array)
            values = .timestamps(array)
        }
    }

    private func appendIntegers(of cells: Cells, to array: inout [Int64]) throws(LakeError) {
        switch source.type {
        case CDuckDBTypeInteger8: cells.append(Int8.self, to: &array)
        case CDuckDBTypeInteger16: cells.append(Int16.self, to: &array)
        case CDuckDBTypeInteger32: cells.append(Int32.self, to: &array)
        case CDuckDBTypeInteger64: cells.append(Int64.self, to: &array)
        case CDuckDBTypeUnsigned8: cells.append(UInt8.self, to: &array)
        case CDuckDBTypeUnsigned16: cells.append(UInt16.self, to: &array)
        case CDuckDBTypeUnsigned32: cells.append(UInt32.self, to: &array)
        case CDuckDBTypeUnsigned64:
            try cells.append(to: &array) { (row) throws(LakeError) in
                guard let value = Int64(exactly: cells.load(row, as: UInt64.self)) else { throw overflow }
                return value
            }
        case CDuckDBTypeHugeInteger:
            try cells.append(to: &array) { (row) throws(LakeError) in
                let value = cells.load(row, as: CDuckDBHugeInteger.self)
                guard let narrow = Int64(exactly: value.wide) else { throw overflow }
                return narrow
            }
        default: array.append(contentsOf: repeatElement(0, count: cells.count))
        }
    }

    private func appendDoubles(of cells: Cells, to array: inout [Double]) {
        var divisor = 1.0
        for _ in 0..<source.scale { divisor *= 10 }
        for row in 0..<cells.count {
            guard cells.isValid(row) else {
                array.append(0)
                continue
            }
            switch source.storage {
            case CDuckDBTypeDouble: array.append(cells.load(row, as: Double.self))
            case CDuckDBTypeFloat: array.append(Double(cells.load(row, as: Float.self)))
            case CDuckDBTypeInteger16: array.append(Double(cells.load(row, as: Int16.self)) / divisor)
            case CDuckDBTypeInteger32: array.append(Double(cells.load(row, as: Int32.self)) / divisor)
            case CDuckDBTypeInteger64: array.append(Double(cells.load(row, as: Int64.self)) / divisor)
            default: array.append(Double(cells.load(row, as: CDuckDBHugeInteger.self).wide) / divisor)
            }
        }
    }

    private func appendTimestamps(of cells: Cells, to array: inout [Int64]) throws(LakeError) {
        try cells.append(to: &array) { (row) throws(LakeError) in
            switch source.type {
            case CDuckDBTypeDate: return Int64(cells.load(row, as: Int32.self)) * 86_400_000_000
            case CDuckDBTypeTimestampSeconds: return try scaled(cells.load(row, as: Int64.self), by: 1_000_000)
            case CDuckDBTypeTimestampMilliseconds: return try scaled(cells.load(row, as: Int64.self), by: 1_000)
            case CDuckDBTypeTimestampNanoseconds:
                return cells.load(row, as: Int64.self).flooredDivision(by: 1_000)
            default: return cells.load(row, as: Int64.self)
            }
        }
    }

    private func scaled(_ value: Int64, by factor: Int64) throws(LakeError) -> Int64 {
        let (product, overflowed) = value.multipliedReportingOverflow(by: factor)
        if overflowed { throw overflow }
        return product
    }

    private var overflow: LakeError {
        LakeError(.unsupportedType, "column \(source.name) has a value beyond 64 bits: cast it to DOUBLE or VARCHAR")
    }
}

/// The cells of one vector of a chunk; valid only as long as the chunk.
private struct Cells {
    let data: UnsafeRawPointer
    let validity: UnsafeMutablePointer<UInt64>?
    let count: Int

    var hasNulls: Bool {
        validity != nil && (0..<count).contains { !isValid($0) }
    }

    func isValid(_ row: Int) -> Bool {
        guard let validity else { return true }
        return validity[row >> 6] >> UInt64(row & 63) & 1 == 1
    }

    func load<Cell: BitwiseCopyable>(_ row: Int, as type: Cell.Type) -> Cell {
        data.load(fromByteOffset: row * MemoryLayout<Cell>.stride, as: type)
    }

    func append<Cell: BinaryInteger & BitwiseCopyable>(_ type: Cell.Type, to array: inout [Int64]) {
        for row in 0..<count { array.append(isValid(row) ? Int64(load(row, as: type)) : 0) }
    }

    func append(
        to array: inout [Int64],
        _ value: (Int) throws(LakeError) -> Int64
    ) throws(LakeError) {
        for row in 0..<count { array.append(isValid(row) ? try value(row) : 0) }
    }

    func text(_ row: Int) -> String {
        let string = data.assumingMemoryBound(to: CDuckDBString.self) + row
        let bytes = UnsafeRawBufferPointer(start: CDuckDBStringBytes(string), count: Int(string.pointee.length))
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension CDuckDBHugeInteger {
    fileprivate var wide: Int128 { Int128(upper) << 64 | Int128(lower) }
}
