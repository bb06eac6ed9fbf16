/// Packs points of one metric into bytes.
///
/// Layout: the version (1), then for each point the differences of step and timestamp to the point before (zigzag
/// varints) and the eight bytes of the value, least first. A point of a steady series takes 10 to 12 bytes.
enum MetricPack {
    private static let version: UInt8 = 1
    /// Two varints of ten bytes, and a value.
    private static let longestPoint = 28

    /// The bytes of these points.
    static func pack(_ points: some Collection<MetricPoint>) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: 1 + points.count * longestPoint) { buffer, count in
            buffer[0] = version
            count = 1
            var (step, timestamp) = (Int64(0), Int64(0))
            for point in points {
                put(point.step &- step, in: buffer, &count)
                put(point.timestamp &- timestamp, in: buffer, &count)
                (step, timestamp) = (point.step, point.timestamp)
                var bits = point.value.bitPattern
                for _ in 0..<8 {
                    buffer[count] = UInt8(truncatingIfNeeded: bits)
                    bits >>= 8
                    count += 1
                }
            }
        }
    }

    /// The points of packed bytes; nil when they are damaged or of a newer version.
    static func unpack(_ bytes: [UInt8]) -> [MetricPoint]? {
        guard let first = bytes.first else { return [] }
        guard first == version else { return nil }
        var points: [MetricPoint] = []
        points.reserveCapacity(bytes.count / 10)
        let isWhole = bytes.withUnsafeBytes { bytes in
            var cursor = 1
            var (step, timestamp) = (Int64(0), Int64(0))
            while cursor < bytes.count {
                guard let stepChange = readVarint(bytes, &cursor), let timeChange = readVarint(bytes, &cursor),
                    cursor + 8 <= bytes.count
                else { return false }
                step &+= stepChange
                timestamp &+= timeChange
                let bits = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: cursor, as: UInt64.self))
                cursor += 8
                points.append(MetricPoint(timestamp: timestamp, step: step, value: Double(bitPattern: bits)))
            }
            return true
        }
        return isWhole ? points : nil
    }

    /// Writes a zigzag varint.
    private static func put(_ value: Int64, in buffer: UnsafeMutableBufferPointer<UInt8>, _ count: inout Int) {
        var rest = UInt64(bitPattern: (value << 1) ^ (value >> 63))
        while rest >= 0x80 {
            buffer[count] = UInt8(truncatingIfNeeded: rest) | 0x80
            count += 1
            rest >>= 7
        }
        buffer[count] = UInt8(rest)
        count += 1
    }

    private static func readVarint(_ bytes: UnsafeRawBufferPointer, _ cursor: inout Int) -> Int64? {
        var result: UInt64 = 0
        var shift: UInt64 = 0
        while cursor < bytes.count, shift < 64 {
            let byte = bytes[cursor]
            cursor += 1
            result |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return Int64(bitPattern: result >> 1) ^ -Int64(bitPattern: result & 1) }
            shift += 7
        }
        return nil
    }
}
