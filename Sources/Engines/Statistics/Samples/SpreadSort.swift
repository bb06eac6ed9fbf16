/// Puts stretches of numbers in order by spreading them over as many slots of equal width as there are numbers.
///
/// What falls into one slot is put in order by insertion. O(n) for values that are spread about evenly, as the values of one
/// narrow bucket are; a stretch of which one slot takes too many is sorted by the standard library instead.
struct SpreadSort {
    /// The numbers.
    private(set) var values: [Double]

    private var scratch: [Double] = []
    private var slots: [Int] = []

    /// Up to this many values insertion alone is fastest.
    private static let insertionLimit = 24
    /// Above this many a radix sort is no slower.
    private static let spreadLimit = 1 << 16

    /// Takes numbers of which stretches are to be put in order.
    init(values: [Double]) {
        self.values = values
    }

    /// Puts the finite values at `places` in order.
    mutating func sort(_ places: Range<Int>) {
        guard places.count > Self.insertionLimit else { return insert(places) }
        guard places.count <= Self.spreadLimit, spread(places) else {
            let stretch = Array(values[places])
            let isShort = stretch.count < radixThreshold
            values.replaceSubrange(places, with: isShort ? stretch.sorted() : radixAscending(stretch))
            return
        }
        insert(places)
    }

    /// Moves the values to where their slot begins; false, with nothing moved, where that would not help.
    private mutating func spread(_ places: Range<Int>) -> Bool {
        let count = places.count
        if scratch.count < count {
            scratch = Array(repeating: 0, count: 2 * count)
            slots = Array(repeating: 0, count: 2 * count + 1)
        }
        return values.withUnsafeMutableBufferPointer { values in
            let stretch = UnsafeMutableBufferPointer(rebasing: values[places])
            return slots.withUnsafeMutableBufferPointer { slots in
                scratch.withUnsafeMutableBufferPointer { Self.spread(stretch, slots, $0) }
            }
        }
    }

    private static func spread(
        _ values: UnsafeMutableBufferPointer<Double>,
        _ slots: UnsafeMutableBufferPointer<Int>,
        _ scratch: UnsafeMutableBufferPointer<Double>
    ) -> Bool {
        var (low, high) = (values[0], values[0])
        for value in values { (low, high) = (min(low, value), max(high, value)) }
        let scale = Double(values.count) * (1 - 0x1p-40) / (high - low)
        guard scale.isFinite else { return low == high }
        for slot in 0...values.count { slots[slot] = 0 }
        var fullest = 0
        for value in values {
            let slot = Int((value - low) * scale)
            slots[slot + 1] += 1
            fullest = max(fullest, slots[slot + 1])
        }
        guard fullest <= insertionLimit else { return false }
        for slot in 1...values.count { slots[slot] += slots[slot - 1] }
        for value in values {
            let slot = Int((value - low) * scale)
            scratch[slots[slot]] = value
            slots[slot] += 1
        }
        for index in values.indices { values[index] = scratch[index] }
        return true
    }

    private mutating func insert(_ places: Range<Int>) {
        values.withUnsafeMutableBufferPointer { values in
            for index in places.dropFirst() {
                let value = values[index]
                var hole = index
                while hole > places.lowerBound, values[hole - 1] > value {
                    values[hole] = values[hole - 1]
                    hole -= 1
                }
                values[hole] = value
            }
        }
    }
}

extension SpreadSort {
    /// Values of a bucket of a long column, about: so many stay near the processor while they are put in order.
    private static let bucketLength = 256
    /// A bucket that takes so many times as many shows that the values are not spread at all.
    private static let skew = 64

    /// Finite values in ascending order; nil where they are not spread enough for it to pay.
    static func sorted(_ values: [Double]) -> [Double]? {
        guard let spread = values.withUnsafeBufferPointer({ bucketed($0) }) else { return nil }
        var sorter = SpreadSort(values: spread.values)
        var start = 0
        for end in spread.ends {
            sorter.sort(start..<end)
            start = end
        }
        return sorter.values
    }

    /// The values in the order of their buckets, and where each bucket ends.
    private static func bucketed(_ values: UnsafeBufferPointer<Double>) -> (values: [Double], ends: [Int])? {
        let scan = ColumnScan(values)
        let count = min(1 << 15, values.count / bucketLength)
        guard let ruler = BucketRuler(low: scan.minimum, high: scan.maximum, buckets: count) else { return nil }
        var places = [Int](repeating: 0, count: count + 1)
        ruler.forEachPart(values) { part, buckets in
            for index in part.indices { places[Int(buckets[index]) + 1] += 1 }
        }
        guard places.max() ?? 0 <= skew * bucketLength else { return nil }
        for bucket in 1...count { places[bucket] += places[bucket - 1] }
        let spread = [Double](unsafeUninitializedCapacity: values.count) { target, filled in
            places.withUnsafeMutableBufferPointer { places in
                ruler.forEachPart(values) { part, buckets in
                    for index in part.indices {
                        let bucket = Int(buckets[index])
                        target[places[bucket]] = part[index]
                        places[bucket] += 1
                    }
                }
            }
            filled = values.count
        }
        return (spread, Array(places.dropLast()))
    }
}
