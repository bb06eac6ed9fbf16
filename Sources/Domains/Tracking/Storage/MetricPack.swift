/// Packs points of one metric into bytes.
///
/// Layout: the version (1), then for each point the differences of step and timestamp to the point before (zigzag
/// varints) and the eight bytes of the value, least first. A point of a steady series takes 10 to 12 bytes.
enum MetricPack {
    private static let version: UInt8 = 1

    /// The bytes of these points.
    static func pack(_ points: some Collection<MetricPoint>) -> [UInt8] {
        var bytes: [UInt8] = [version]
        bytes.reserveCapacity(1 + points.count * 14)
        append(points, to: &bytes)
        return bytes
    }

    /// The points of packed bytes; nil when they are damaged or of a newer version.
    static func unpack(_ bytes: [UInt8]) -> [MetricPoint]? {
        guard let first = bytes.first else { return [] }
        guard first == version else { return nil }
        var points: [MetricPoint] = []
        points.reserveCapacity(bytes.count / 10)
        var cursor = 1
        var step: Int64 = 0
        var timestamp: Int64 = 0
        while cursor < bytes.count {
            guard let stepChange = readVarint(bytes, &cursor), let timeChange = readVarint(bytes, &cursor),
                cursor + 8 <= bytes.count
            else { return nil }
            step &+= stepChange
            timestamp &+= timeChange
            points.append(MetricPoint(timestamp: timestamp, step: step, value: readValue(bytes, &cursor)))
        }
        return points
    }

    private static func append(_ points: some Collection<MetricPoint>, to bytes: inout [UInt8]) {
        var step: Int64 = 0
        var timestamp: Int64 = 0
        for point in points {
            appendVarint(point.step &- step, to: &bytes)
            appendVarint(point.timestamp &- timestamp, to: &bytes)
            appendValue(point.value.bitPattern, to: &bytes)
            step = point.step
            timestamp = point.timestamp
        }
    }

    private static func appendValue(_ bits: UInt64, to bytes: inout [UInt8]) {
        var rest = bits
        for _ in 0..<8 {
            bytes.append(UInt8(truncatingIfNeeded: rest))
            rest >>= 8
        }
    }

    private static func appendVarint(_ value: Int64, to bytes: inout [UInt8]) {
        var rest = UInt64(bitPattern: (value << 1) ^ (value >> 63))
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    private static func readVarint(_ bytes: [UInt8], _ cursor: inout Int) -> Int64? {
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

    private static func readValue(_ bytes: [UInt8], _ cursor: inout Int) -> Double {
        var bits: UInt64 = 0
        for index in 0..<8 {
            bits |= UInt64(bytes[cursor + index]) << UInt64(index * 8)
        }
        cursor += 8
        return Double(bitPattern: bits)
    }
}
