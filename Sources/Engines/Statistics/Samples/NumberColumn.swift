/// The finite values of one numeric column in their own order, with their moments; sorting is put off until it pays.
///
/// The most asked questions about large columns (Kolmogorov-Smirnov, Wasserstein, histograms, moments) need no order.
package struct NumberColumn: Sendable, Hashable {
    /// The finite values as they came.
    package let values: [Double]
    /// How many values were NaN.
    package let missing: Int
    /// How many values were positive or negative infinity.
    package let infinite: Int
    /// The least value; infinite when empty.
    package let minimum: Double
    /// The greatest value; negative infinite when empty.
    package let maximum: Double
    /// The mean; 0 when empty.
    package let mean: Double
    /// Sum of squared deviations from the mean.
    package let squaredDeviations: Double

    /// Columns up to this many values are sorted at once: everything else about them is cheaper then.
    private static let eagerLimit = 1 << 14

    private let eager: SortedSample?

    /// Takes a column; NaN and infinities are counted and left out.
    ///
    /// O(n), or O(n log n) for short ones.
    package init(_ column: [Double]) {
        let finite = column.withUnsafeBufferPointer(ColumnScan.countFinite)
        if finite == column.count {
            (values, missing, infinite) = (column, 0, 0)
        } else {
            values = column.filter(\.isFinite)
            missing = column.count(where: \.isNaN)
            infinite = column.count - finite - missing
        }
        let scan = values.withUnsafeBufferPointer { ColumnScan($0) }
        (minimum, maximum, mean) = (scan.minimum, scan.maximum, scan.mean)
        squaredDeviations = values.withUnsafeBufferPointer { ColumnScan.squaredDeviations($0, mean: scan.mean) }
        eager = values.count <= Self.eagerLimit ? SortedSample(values) : nil
    }

    /// The number of finite values.
    package var count: Int { values.count }

    /// Whether no finite value is left.
    package var isEmpty: Bool { values.isEmpty }

    /// The values in order; sorts a long column anew each time.
    package var sorted: SortedSample { eager ?? SortedSample(values) }

    /// Whether ``sorted`` costs nothing.
    var isSorted: Bool { eager != nil }

    /// Standard deviation with denominator n; 0 when empty.
    package var populationDeviation: Double {
        isEmpty ? 0 : (squaredDeviations / Double(count)).squareRoot()
    }

    /// Standard deviation with denominator n - 1; nil with fewer than two values.
    package var sampleDeviation: Double? {
        count > 1 ? (squaredDeviations / Double(count - 1)).squareRoot() : nil
    }

    /// The number of distinct values, counted up to `limit` and no further.
    package func distinctCount(limit: Int) -> Int {
        if let eager { return eager.distinctCount(limit: limit) }
        var seen = DistinctTally(limit: limit)
        _ = seen.add(values)
        return min(limit, seen.values.count)
    }
}

/// Passes over a buffer in blocks that the compiler turns into vector instructions.
///
/// Sums are plain within a block and compensated between blocks, so the error does not grow with the length.
struct ColumnScan {
    private(set) var minimum = Double.infinity
    private(set) var maximum = -Double.infinity
    private(set) var mean = 0.0

    private static let blockLength = 1_024

    init(_ values: UnsafeBufferPointer<Double>) {
        var sum = CompensatedSum()
        var (least, greatest) = (SIMD4(repeating: Double.infinity), SIMD4(repeating: -Double.infinity))
        Self.forEachBlock(values) { block in
            var total = SIMD4<Double>.zero
            Self.forEachQuad(block) { quad in
                total += quad
                least = quad.replacing(with: least, where: least .< quad)
                greatest = quad.replacing(with: greatest, where: greatest .> quad)
            } rest: { value in
                total[0] += value
                least[0] = Swift.min(least[0], value)
                greatest[0] = Swift.max(greatest[0], value)
            }
            sum.add(total.sum())
        }
        (minimum, maximum) = (least.min(), greatest.max())
        mean = values.isEmpty ? 0 : sum.value / Double(values.count)
    }

    static func squaredDeviations(_ values: UnsafeBufferPointer<Double>, mean: Double) -> Double {
        var sum = CompensatedSum()
        forEachBlock(values) { block in
            var total = SIMD4<Double>.zero
            forEachQuad(block) { quad in
                let distance = quad - mean
                total += distance * distance
            } rest: { value in
                total[0] += (value - mean) * (value - mean)
            }
            sum.add(total.sum())
        }
        return sum.value
    }

    static func countFinite(_ values: UnsafeBufferPointer<Double>) -> Int {
        var finite = 0
        // A value less itself is zero unless it is NaN or infinite.
        for value in values { finite &+= value - value == 0 ? 1 : 0 }
        return finite
    }

    @inline(__always)
    private static func forEachBlock(
        _ values: UnsafeBufferPointer<Double>,
        _ body: (UnsafeBufferPointer<Double>) -> Void
    ) {
        var start = 0
        while start < values.count {
            let end = Swift.min(values.count, start + blockLength)
            body(UnsafeBufferPointer(rebasing: values[start..<end]))
            start = end
        }
    }

    @inline(__always)
    private static func forEachQuad(
        _ block: UnsafeBufferPointer<Double>,
        _ body: (SIMD4<Double>) -> Void,
        rest: (Double) -> Void
    ) {
        var index = 0
        while index + 4 <= block.count {
            body(SIMD4(block[index], block[index + 1], block[index + 2], block[index + 3]))
            index += 4
        }
        while index < block.count {
            rest(block[index])
            index += 1
        }
    }
}
