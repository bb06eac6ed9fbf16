/// Buckets of equal width over a range.
struct BucketRuler {
    /// The number of buckets.
    let count: Int

    private let width: Double
    private let low: Double
    private let scale: Double

    /// Some 32 values a bucket, so that few buckets need a look and the counts stay in the processor's cache.
    init?(low: Double, high: Double, values: Int) {
        let range = high - low
        guard range > 0, range.isFinite else { return nil }
        let count = max(1 << 10, min(1 << 15, values / 32))
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

    @inline(__always)
    private func bucket(_ value: Double) -> Int { min(count - 1, Int((value - low) * scale)) }

    /// Counts a column.
    func cells(_ column: NumberColumn) -> BucketCells {
        var cells = BucketCells(count: count, watchesTies: column.seemsTied)
        column.forEachBlock { block in
            cells.sums.withUnsafeMutableBufferPointer { sums in
                for value in block {
                    let bucket = bucket(value)
                    sums[bucket] += SIMD2(1, value - border(bucket))
                }
            }
            if cells.watchesTies {
                for value in block { cells.watch(bucket(value), value) }
            }
            return true
        }
        return cells
    }

    /// The values of the chosen buckets in order.
    ///
    /// They are put where their bucket begins, and sorted there: most buckets are short. A bucket of one value is not
    /// read at all.
    func runs(_ column: NumberColumn, _ cells: BucketCells, in chosen: [Bool]) -> BucketRuns {
        var next = [Int](repeating: 0, count: count)
        var ends = next
        var total = 0
        for bucket in 0..<count {
            next[bucket] = total
            if chosen[bucket], cells.constant(bucket) == nil { total += cells.rows(bucket) }
            ends[bucket] = total
        }
        let starts = next
        var taken = [Double](repeating: 0, count: total)
        if total > 0 {
            taken.withUnsafeMutableBufferPointer { taken in
                next.withUnsafeMutableBufferPointer { next in
                    ends.withUnsafeBufferPointer { ends in
                        column.forEachBlock { block in
                            for value in block {
                                let bucket = bucket(value)
                                let place = next[bucket]
                                guard place < ends[bucket] else { continue }
                                taken[place] = value + 0.0
                                next[bucket] = place + 1
                            }
                            return true
                        }
                    }
                }
            }
        }
        var runs = BucketRuns(buckets: count)
        for bucket in 0..<count {
            if chosen[bucket] {
                if let value = cells.constant(bucket) {
                    runs.add(value, cells.rows(bucket))
                } else if ends[bucket] > starts[bucket] {
                    runs.add(sorting: &taken, starts[bucket]..<ends[bucket])
                }
            }
            runs.end(bucket)
        }
        return runs
    }
}

/// What a column has in each bucket.
struct BucketCells {
    /// Values in each bucket, and the sum of their distances from the bucket's lower border.
    fileprivate(set) var sums: [SIMD2<Double>]
    /// Whether buckets of one value are known.
    fileprivate let watchesTies: Bool

    /// The value of a bucket as long as it has one only: NaN before the first.
    private var values: [Double]
    private var varies: [Bool]

    fileprivate init(count: Int, watchesTies: Bool) {
        sums = Array(repeating: .zero, count: count)
        self.watchesTies = watchesTies
        values = watchesTies ? Array(repeating: .nan, count: count) : []
        varies = watchesTies ? Array(repeating: false, count: count) : []
    }

    /// How many values are in a bucket.
    @inline(__always)
    func rows(_ bucket: Int) -> Int { Int(sums[bucket].x) }

    /// The value of all in a bucket, where that is known.
    func constant(_ bucket: Int) -> Double? {
        guard watchesTies, !varies[bucket], !values[bucket].isNaN else { return nil }
        return values[bucket]
    }

    @inline(__always)
    fileprivate mutating func watch(_ bucket: Int, _ value: Double) {
        if values[bucket] == value { return }
        if values[bucket].isNaN { values[bucket] = value + 0.0 } else { varies[bucket] = true }
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

    /// Adds the values at `places`, which are put in order there.
    fileprivate mutating func add(sorting values: inout [Double], _ places: Range<Int>) {
        if places.count > radixThreshold {
            values.replaceSubrange(places, with: ascending(Array(values[places])))
        } else {
            values.withUnsafeMutableBufferPointer { insertionSort(&$0, places) }
        }
        var start = places.lowerBound
        while start < places.upperBound {
            var end = start + 1
            while end < places.upperBound, values[end] == values[start] { end += 1 }
            add(values[start], end - start)
            start = end
        }
    }
}

/// Puts short stretches in order by insertion, and longer ones by the sort of the standard library.
private func insertionSort(_ values: inout UnsafeMutableBufferPointer<Double>, _ places: Range<Int>) {
    guard places.count <= 48 else { return values[places].sort() }
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
