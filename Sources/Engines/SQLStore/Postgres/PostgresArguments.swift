internal import CPostgres

/// Arguments of one run of a statement in PostgreSQL's binary form.
struct PostgresArguments {
    private var bytes: [UInt8] = []
    private var ranges: [Range<Int>?] = []

    /// The arguments of one run of a statement.
    init(_ values: [SQLValue]) {
        ranges.reserveCapacity(values.count)
        for value in values { ranges.append(append(value)) }
        // libpq takes an address of nothing for NULL: an empty text at the end needs a byte to point at.
        bytes.append(0)
    }

    /// Hands out what libpq's calls take: count, addresses, lengths and formats.
    func withPointers<T>(_ body: (Int32, [UnsafePointer<CChar>?], [Int32], [Int32]) throws -> T) rethrows -> T {
        try bytes.withUnsafeBufferPointer { buffer in
            try buffer.withMemoryRebound(to: CChar.self) { characters in
                let addresses = ranges.map { range in
                    range.flatMap { range in characters.baseAddress.map { $0 + range.lowerBound } }
                }
                let lengths = ranges.map { Int32($0?.count ?? 0) }
                return try body(Int32(ranges.count), addresses, lengths, Array(repeating: 1, count: ranges.count))
            }
        }
    }

    /// The type of each column of arguments: that of the first value that is not null; 0 lets the server choose.
    static func types(of rows: [[SQLValue]]) -> [Oid] {
        guard let first = rows.first else { return [] }
        return first.indices.map { column in
            for row in rows where column < row.count && row[column] != .null { return type(of: row[column]) }
            return 0
        }
    }

    private static func type(of value: SQLValue) -> Oid {
        switch value {
        case .null: 0
        case .int: PostgresType.bigint
        case .double: PostgresType.double
        case .text: PostgresType.text
        case .blob: PostgresType.bytes
        }
    }

    private mutating func append(_ value: SQLValue) -> Range<Int>? {
        let start = bytes.count
        switch value {
        case .null: return nil
        case .int(let number): append(bigEndian: UInt64(bitPattern: number))
        case .double(let number): append(bigEndian: number.bitPattern)
        case .text(let text): bytes.append(contentsOf: text.utf8)
        case .blob(let blob): bytes.append(contentsOf: blob)
        }
        return start..<bytes.count
    }

    private mutating func append(bigEndian number: UInt64) {
        withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
    }
}

/// The types of PostgreSQL's catalogue that arguments and answers have.
enum PostgresType {
    static let bool: Oid = 16
    static let bytes: Oid = 17
    static let bigint: Oid = 20
    static let smallint: Oid = 21
    static let integer: Oid = 23
    static let text: Oid = 25
    static let real: Oid = 700
    static let double: Oid = 701
    static let numeric: Oid = 1_700
}
