internal import CPostgres
internal import Glibc

/// Owner of one answer of the server, in binary form.
struct PostgresResult: ~Copyable {
    private let handle: OpaquePointer

    init(_ handle: OpaquePointer) {
        self.handle = handle
    }

    deinit {
        PQclear(handle)
    }

    /// The rows that the statement changed.
    var changes: Int {
        PQcmdTuples(handle).flatMap { Int(String(cString: $0)) } ?? 0
    }

    /// Hands out the rows one by one.
    func forEach(_ body: (SQLRow) throws -> Void) throws {
        let count = PQnfields(handle)
        let columns = (0..<count).map { PQfname(handle, $0).map { String(cString: $0) } ?? "" }
        let types = (0..<count).map { PQftype(handle, $0) }
        for row in 0..<PQntuples(handle) {
            var values: [SQLValue] = []
            values.reserveCapacity(Int(count))
            for column in 0..<count { values.append(try value(row, column, types[Int(column)])) }
            try body(SQLRow(columns: columns, values: values))
        }
    }

    private func value(_ row: Int32, _ column: Int32, _ type: Oid) throws -> SQLValue {
        guard PQgetisnull(handle, row, column) == 0, let start = PQgetvalue(handle, row, column) else { return .null }
        let bytes = UnsafeRawBufferPointer(start: start, count: Int(PQgetlength(handle, row, column)))
        switch type {
        case PostgresType.bigint: return .int(Int64(truncatingIfNeeded: Self.bits(bytes)))
        case PostgresType.integer: return .int(Int64(Int32(truncatingIfNeeded: Self.bits(bytes))))
        case PostgresType.smallint: return .int(Int64(Int16(truncatingIfNeeded: Self.bits(bytes))))
        case PostgresType.bool: return .int(Self.bits(bytes) == 0 ? 0 : 1)
        case PostgresType.double: return .double(Double(bitPattern: Self.bits(bytes)))
        case PostgresType.real: return .double(Double(Float(bitPattern: UInt32(truncatingIfNeeded: Self.bits(bytes)))))
        case PostgresType.numeric: return try Self.numeric(bytes)
        case PostgresType.bytes: return .blob([UInt8](bytes))
        default: return .text(String(decoding: bytes, as: UTF8.self))
        }
    }

    /// The number in at most eight bytes, most significant first.
    private static func bits(_ bytes: some Sequence<UInt8>) -> UInt64 {
        bytes.reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// A `numeric`, which sums of integers are: an integer where it is whole and fits, a double else.
    ///
    /// The form is four 16-bit numbers (count of digits, weight of the first, sign, scale), then digits of base 10,000.
    private static func numeric(_ bytes: UnsafeRawBufferPointer) throws -> SQLValue {
        let parts = stride(from: 0, to: bytes.count - 1, by: 2).map { Int(bytes[$0]) << 8 | Int(bytes[$0 + 1]) }
        guard parts.count >= 4, parts.count == 4 + parts[0], parts[2] == 0 || parts[2] == 0x4000 else {
            throw SQLError(.statement, "the answer holds a number that is none")
        }
        let digits = parts[4...]
        let weight = Int(Int16(truncatingIfNeeded: parts[1]))
        let sign = parts[2] == 0 ? 1 : -1
        if digits.count <= weight + 1, weight < 4 {
            let shift = (0..<(weight + 1 - digits.count)).reduce(1) { scale, _ in scale * 10_000 }
            return .int(Int64(sign * shift * digits.reduce(0) { $0 * 10_000 + $1 }))
        }
        let value = digits.enumerated().reduce(0.0) {
            $0 + Double($1.element) * pow(10_000, Double(weight - $1.offset))
        }
        return digits.isEmpty ? .int(0) : .double(Double(sign) * value)
    }
}
