/// Buckets of equal width over a range.
struct BucketRuler {
    /// The number of buckets.
    let count: Int

    private let width: Double
    private let low: Double
    private let scale: Double

    /// Some 32 values a bucket, so that few buckets need a look and the counts stay in the processor's cache.
    init?(low: Double, high: Double, values: Int) {
        self.init(low: low, high: high, buckets: max(1 << 10, min(1 << 15, values / 32)))
    }

    /// A ruler of so many buckets, at most 2^15; nil where the range is empty or too wide or narrow for doubles.
    init?(low: Double, high: Double, buckets count: Int) {
        let range = high - low
        guard range > 0, range.isFinite, count > 0 else { return nil }
        let scale = Double(count) / range
        let width = range / Double(count)
        // Far from zero the borders are rounded by as much as the buckets are wide.
        guard scale.isFinite, width > max(abs(low), abs(high)) * 0x1p-32 else { return nil }
        self.low = low
        self.count = count
        self.scale = scale
        self.width = width
    }

    /// The lower border of a bucket.
    @inline(__always)
    func border(_ bucket: Int) -> Double { low + Double(bucket) * width }

    /// The width of a bucket between its borders as they are rounded.
    @inline(__always)
    func width(_ bucket: Int) -> Double { border(bucket + 1) - border(bucket) }

    /// What turns a number from -0.5 to 2^16 into its whole part, in the lowest bits.
    private static let rounding = 0x1.8p52

    /// The bucket of a value of the range; any other value is given one as well.
    @inline(__always)
    func bucket(_ value: Double) -> Int { min(count - 1, Int(id(value))) }

    /// Cheaper than a conversion to a whole number, which checks whether there is one.
    @inline(__always)
    private func id(_ value: Double) -> UInt16 {
        UInt16(truncatingIfNeeded: ((value - low) * scale - 0.5 + Self.rounding).bitPattern)
    }

    /// Shows values with their buckets, in parts that stay near the processor.
    @inline(__always)
    func forEachPart(
        _ values: UnsafeBufferPointer<Double>,
        _ body: (UnsafeBufferPointer<Double>, UnsafeMutableBufferPointer<UInt16>) -> Void
    ) {
        let last = UInt16(truncatingIfNeeded: count - 1)
        withUnsafeTemporaryAllocation(of: UInt16.self, capacity: Self.partLength) { buckets in
            var start = 0
            while start < values.count {
                let end = min(values.count, start + Self.partLength)
                let part = UnsafeBufferPointer(rebasing: values[start..<end])
                for index in part.indices { buckets[index] = min(last, id(part[index])) }
                body(part, buckets)
                start = end
            }
        }
    }

    /// Shows the values of a column with their buckets.
    @inline(__always)
    private func forEachPart(
        _ column: NumberColumn,
        _ body: (UnsafeBufferPointer<Double>, UnsafeMutableBufferPointer<UInt16>) -> Void
    ) {
        column.forEachBlock { block in
            forEachPart(block, body)
            return true
        }
    }

    private static let partLength = 2_048

    /// Counts a column.
    func cells(_ column: NumberColumn) -> BucketCells {
        var cells = BucketCells(count: count, watchesTies: column.seemsTied)
        cells.withUnsafeParts { sums, ties in
            forEachPart(column) { part, buckets in
                for index in part.indices {
                    let bucket = Int(buckets[index])
                    sums[bucket] += SIMD2(1, part[index] - border(bucket))
                }
                guard let ties else { return }
                for index in part.indices { ties[Int(buckets[index])].watch(part[index]) }
            }
        }
        return cells
    }

    /// The values of the chosen buckets in order.
    ///
    /// They are put where their bucket begins, and sorted there: most buckets are short. A bucket of one value is not
    /// read at all.
    func runs(_ column: NumberColumn, _ cells: BucketCells, in chosen: [Bool]) -> BucketRuns {
        var starts = [Int](repeating: 0, count: count + 1)
        var ends = [Int](repeating: 0, count: count)
        var total = 0
        for bucket in 0..<count {
            starts[bucket] = total
            if chosen[bucket], cells.constant(bucket) == nil { total += cells.rows(bucket) }
            ends[bucket] = total
        }
        var sorter = SpreadSort(values: taken(column, starts: starts, ends: ends, total: total))
        var runs = BucketRuns(buckets: count)
        for bucket in 0..<count {
            if chosen[bucket] {
                if let value = cells.constant(bucket) {
                    runs.add(value, cells.rows(bucket))
                } else if ends[bucket] > starts[bucket] {
                    let places = starts[bucket]..<ends[bucket]
                    sorter.sort(places)
                    runs.add(sorter.values, places)
                }
            }
            runs.end(bucket)
        }
        return runs
    }

    /// The values of the buckets that end behind where they start, each from its start on.
    private func taken(_ column: NumberColumn, starts: [Int], ends: [Int], total: Int) -> [Double] {
        guard total > 0 else { return [] }
        var taken = [Double](repeating: 0, count: total)
        var next = starts
        let chosen = BucketSet(count: count) { ends[$0] > starts[$0] }
        taken.withUnsafeMutableBufferPointer { taken in
            next.withUnsafeMutableBufferPointer { next in
                ends.withUnsafeBufferPointer { ends in
                    withUnsafeTemporaryAllocation(of: UInt16.self, capacity: Self.partLength) { picked in
                        forEachPart(column) { part, buckets in
                            for pick in 0..<chosen.pick(buckets, count: part.count, into: picked) {
                                let index = Int(picked[pick])
                                let bucket = Int(buckets[index])
                                let place = next[bucket]
                                // A source that shows other values than before must not write elsewhere.
                                guard place < ends[bucket] else { continue }
                                taken[place] = part[index] + 0.0
                                next[bucket] = place + 1
                            }
                        }
                    }
                }
            }
        }
        return taken
    }
}

/// Some of the buckets, a bit each, so that all fit beside the processor.
private struct BucketSet {
    private var bits: [UInt64]

    init(count: Int, where isMember: (Int) -> Bool) {
        bits = Array(repeating: 0, count: 1 << 10)
        for bucket in 0..<count where isMember(bucket) { bits[bucket >> 6] |= 1 << UInt64(bucket & 63) }
    }

    /// Writes the positions of members to `picked`, and gives how many there are; no branch has to be guessed.
    @inline(__always)
    func pick(
        _ buckets: UnsafeMutableBufferPointer<UInt16>,
        count: Int,
        into picked: UnsafeMutableBufferPointer<UInt16>
    ) -> Int {
        bits.withUnsafeBufferPointer { bits in
            var found = 0
            for index in 0..<count {
                let bucket = Int(buckets[index])
                picked[found] = UInt16(truncatingIfNeeded: index)
                found &+= Int(truncatingIfNeeded: bits[bucket >> 6] >> UInt64(truncatingIfNeeded: bucket & 63) & 1)
            }
            return found
        }
    }
}

/// What a column has in each bucket.
struct BucketCells {
    /// Values in each bucket, and the sum of their distances from the bucket's lower border.
    private(set) var sums: [SIMD2<Double>]

    /// Whether buckets hold one value only; empty where that is not watched.
    private var ties: [Tie]

    /// The value of a bucket as long as it has one only: NaN before the first.
    struct Tie {
        private(set) var value = Double.nan
        private(set) var varies = false

        @inline(__always)
        mutating func watch(_ other: Double) {
            if value == other { return }
            if value.isNaN { value = other + 0.0 } else { varies = true }
        }
    }

    fileprivate init(count: Int, watchesTies: Bool) {
        sums = Array(repeating: .zero, count: count)
        ties = watchesTies ? Array(repeating: Tie(), count: count) : []
    }

    /// How many values are in a bucket.
    @inline(__always)
    func rows(_ bucket: Int) -> Int { Int(sums[bucket].x) }

    /// The value of all in a bucket, where that is known.
    func constant(_ bucket: Int) -> Double? {
        guard !ties.isEmpty, !ties[bucket].varies, !ties[bucket].value.isNaN else { return nil }
        return ties[bucket].value
    }

    fileprivate mutating func withUnsafeParts(
        _ body: (UnsafeMutableBufferPointer<SIMD2<Double>>, UnsafeMutableBufferPointer<Tie>?) -> Void
    ) {
        sums.withUnsafeMutableBufferPointer { sums in
            ties.withUnsafeMutableBufferPointer { ties in body(sums, ties.isEmpty ? nil : ties) }
        }
    }
}

/// Values in ascending order, equal ones as one run, by bucket.
struct BucketRuns {
    /// A value and how often it comes.
    struct Run {
        let value: Double
        let count: Int
    }

    /// All runs.
    private(set) var runs: [Run] = []
    /// Behind the last run of each bucket.
    private var ends: [Int]

    fileprivate init(buckets: Int) {
        ends = Array(repeating: 0, count: buckets)
    }

    /// The runs of a bucket.
    func range(_ bucket: Int) -> Range<Int> { (bucket == 0 ? 0 : ends[bucket - 1])..<ends[bucket] }

    fileprivate mutating func add(_ value: Double, _ count: Int) { runs.append(Run(value: value, count: count)) }

    fileprivate mutating func end(_ bucket: Int) { ends[bucket] = runs.count }

    /// Adds the values at `places`, which are in order there.
    fileprivate mutating func add(_ values: [Double], _ places: Range<Int>) {
        values.withUnsafeBufferPointer { values in
            var start = places.lowerBound
            while start < places.upperBound {
                var end = start + 1
                while end < places.upperBound, values[end] == values[start] { end += 1 }
                add(values[start], end - start)
                start = end
            }
        }
    }
}
