/// A window's values summed up in buckets of 1, 2, 4, … values, few of each size; the newest are the smallest.
struct ExponentialHistogram: Sendable, Hashable {
    /// Sum and squared deviations of `2^row` values.
    struct Bucket: Sendable, Hashable, Codable {
        var sum: Double
        var deviations: Double
    }

    /// Buckets of one size before two of them are merged.
    let maximumBuckets: Int

    /// Row i begins at `i * (maximumBuckets + 1)` and holds `counts[i]` buckets of `2^i` values, oldest first.
    private var buckets: [Bucket]
    private var counts: [Int]

    private static let none = Bucket(sum: 0, deviations: 0)
    /// No stream is so long as to need more.
    private static let maximumRows = 62

    /// No values; `maximumBuckets` is at least 1.
    init(maximumBuckets: Int) {
        self.maximumBuckets = maximumBuckets
        buckets = Array(repeating: Self.none, count: maximumBuckets + 1)
        counts = [0]
    }

    /// Adds the newest value.
    mutating func insert(_ value: Double) {
        // A carry goes beyond the last row only where that is full.
        if counts[counts.count - 1] == maximumBuckets { addRow() }
        let (stride, limit) = (maximumBuckets + 1, maximumBuckets)
        buckets.withUnsafeMutableBufferPointer { buckets in
            counts.withUnsafeMutableBufferPointer { counts in
                var carried = Bucket(sum: value, deviations: 0)
                var (row, start, size) = (0, 0, 1.0)
                while row < counts.count {
                    buckets[start + counts[row]] = carried
                    guard counts[row] == limit else {
                        counts[row] += 1
                        return
                    }
                    carried = Self.merged(buckets[start], buckets[start + 1], size)
                    var next = 2
                    while next <= limit {
                        buckets[start + next - 2] = buckets[start + next]
                        next += 1
                    }
                    counts[row] = limit - 1
                    (row, start, size) = (row + 1, start + stride, 2 * size)
                }
            }
        }
    }

    @inline(__always)
    private static func merged(_ first: Bucket, _ second: Bucket, _ size: Double) -> Bucket {
        let difference = first.sum / size - second.sum / size
        return Bucket(
            sum: first.sum + second.sum,
            deviations: first.deviations + second.deviations + size * difference * difference / 2
        )
    }

    private mutating func addRow() {
        buckets.append(contentsOf: repeatElement(Self.none, count: maximumBuckets + 1))
        counts.append(0)
    }

    /// Shows the buckets, oldest first and without the newest value, with their sizes until `body` says true.
    @inline(__always)
    func contains(where body: (Bucket, Double) -> Bool) -> Bool {
        let stride = maximumBuckets + 1
        return buckets.withUnsafeBufferPointer { buckets in
            counts.withUnsafeBufferPointer { counts in
                var row = counts.count - 1
                while row >= 0 {
                    let size = Double(1 << row)
                    let end = row * stride + counts[row] - (row == 0 ? 1 : 0)
                    var place = row * stride
                    while place < end {
                        if body(buckets[place], size) { return true }
                        place += 1
                    }
                    row -= 1
                }
                return false
            }
        }
    }

    /// Takes the oldest bucket out, with the number of its values.
    mutating func removeOldest() -> (bucket: Bucket, size: Double)? {
        let stride = maximumBuckets + 1
        while counts.count > 1, counts[counts.count - 1] == 0 {
            counts.removeLast()
            buckets.removeLast(stride)
        }
        let row = counts.count - 1
        let start = row * stride
        guard counts[row] > 0 else { return nil }
        let oldest = buckets[start]
        for place in start..<(start + counts[row] - 1) { buckets[place] = buckets[place + 1] }
        counts[row] -= 1
        return (oldest, Double(1 << row))
    }
}

extension ExponentialHistogram: Codable {
    private enum CodingKeys: String, CodingKey {
        case maximumBuckets, rows
    }

    /// Reads what ``encode(to:)`` wrote.
    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let rows = try container.decode([[Bucket]].self, forKey: .rows)
        let limit = try container.decode(Int.self, forKey: .maximumBuckets)
        guard (1...1_000_000).contains(limit), (1...Self.maximumRows).contains(rows.count),
            rows.allSatisfy({ $0.count <= limit })
        else {
            throw DecodingError.dataCorruptedError(forKey: .rows, in: container, debugDescription: "no such histogram")
        }
        maximumBuckets = limit
        counts = rows.map(\.count)
        buckets = rows.flatMap { $0 + repeatElement(Self.none, count: limit + 1 - $0.count) }
    }

    /// Writes the buckets row by row.
    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(maximumBuckets, forKey: .maximumBuckets)
        let stride = maximumBuckets + 1
        let rows = counts.indices.map { Array(buckets[($0 * stride)..<($0 * stride + counts[$0])]) }
        try container.encode(rows, forKey: .rows)
    }
}
