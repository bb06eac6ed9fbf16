internal import Primitives

/// SHA-256 over the rows of a table in a canonical form, so that equal content has equal hashes whatever holds it.
///
/// The form does not know Parquet, compression or DuckDB's version. Layout, all integers little-endian:
/// ```
/// digest = SHA-256( "martlet-rows-1\n" , u32 columns , u64 rows , column... )
/// column = u32 length of the name , the name in UTF-8 , u8 type , SHA-256( cell... )
/// type   = 1 boolean, 2 integer, 3 double, 4 text, 5 timestamp
/// cell   = u8 0 for null
///        | u8 1 , u8 0 or 1                       boolean
///        | u8 1 , i64                             integer; timestamp in microseconds since 1970
///        | u8 1 , u64 bits of IEEE 754            double; every NaN is 0x7ff8000000000000, -0 and +0 differ
///        | u8 1 , u64 length , the text in UTF-8  text
/// ```
/// Rows come in the table's order, so another order is other content.
package struct ContentHash: Sendable {
    private let fields: [LakeField]
    private var columns: [SHA256]
    private var rows: UInt64 = 0

    /// Starts a table of columns `fields` without rows.
    package init(fields: [LakeField]) {
        self.fields = fields
        columns = fields.map { _ in SHA256() }
    }

    /// Takes in the next rows; the columns must be those of the hash.
    package mutating func update(_ part: LakeTable) {
        precondition(part.fields == fields, "the columns are those that the hash began with")
        rows += UInt64(part.rowCount)
        for (index, column) in part.columns.enumerated() {
            columns[index].update(ContentHash.cells(of: column))
        }
    }

    /// The digest of all rows so far as 64 hexadecimal digits.
    package func hex() -> String {
        var bytes = Array("martlet-rows-1\n".utf8)
        bytes.append(littleEndian: UInt32(fields.count))
        bytes.append(littleEndian: rows)
        for (field, hash) in zip(fields, columns) {
            let name = Array(field.name.utf8)
            bytes.append(littleEndian: UInt32(name.count))
            bytes += name
            bytes.append(field.type.canonicalNumber)
            bytes += hash.digest()
        }
        return SHA256.hex(bytes)
    }

    private static func cells(of column: LakeColumn) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(column.count * 9)
        switch column.values {
        case .booleans(let values):
            append(values, column.nulls, to: &bytes) { $1.append($0 ? 1 : 0) }
        case .integers(let values), .timestamps(let values):
            append(values, column.nulls, to: &bytes) { $1.append(littleEndian: UInt64(bitPattern: $0)) }
        case .doubles(let values):
            append(values, column.nulls, to: &bytes) {
                $1.append(littleEndian: $0.isNaN ? 0x7ff8_0000_0000_0000 : $0.bitPattern)
            }
        case .texts(let values):
            append(values, column.nulls, to: &bytes) {
                $1.append(littleEndian: UInt64($0.utf8.count))
                $1.append(contentsOf: $0.utf8)
            }
        }
        return bytes
    }

    private static func append<Value>(
        _ values: [Value],
        _ nulls: [Bool],
        to bytes: inout [UInt8],
        _ write: (Value, inout [UInt8]) -> Void
    ) {
        for (row, value) in values.enumerated() {
            if !nulls.isEmpty && nulls[row] {
                bytes.append(0)
            } else {
                bytes.append(1)
                write(value, &bytes)
            }
        }
    }
}

extension LakeType {
    fileprivate var canonicalNumber: UInt8 {
        switch self {
        case .boolean: 1
        case .integer: 2
        case .double: 3
        case .text: 4
        case .timestamp: 5
        }
    }
}

extension [UInt8] {
    fileprivate mutating func append<Value: FixedWidthInteger>(littleEndian value: Value) {
        Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
    }
}
