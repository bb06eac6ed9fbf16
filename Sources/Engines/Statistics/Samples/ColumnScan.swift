/// The finite values of a block that may hold others.
enum FiniteBlock {
    /// Shows the finite values of `block`, with how many are NaN and how many infinite.
    static func show(
        _ block: UnsafeBufferPointer<Double>,
        _ body: (UnsafeBufferPointer<Double>, Int, Int) -> Bool
    ) -> Bool {
        let finite = ColumnScan.countFinite(block)
        guard finite < block.count else { return body(block, 0, 0) }
        let missing = block.count(where: \.isNaN)
        return block.filter(\.isFinite).withUnsafeBufferPointer { body($0, missing, block.count - finite - missing) }
    }
}

/// One pass over a buffer in blocks that the compiler turns into vector instructions.
///
/// Sums are plain within a block and compensated or merged between blocks, so the error does not grow with the length.
/// The deviations of a block are taken while it is still near the processor, from values less the first one: far from zero
/// no digits are lost.
struct ColumnScan {
    private(set) var minimum = Double.infinity
    private(set) var maximum = -Double.infinity
    private(set) var mean = 0.0
    /// Count, mean and squared deviations of the values less the origin.
    private(set) var shifted = Moments()

    private static let blockLength = 1_024

    /// Scans `values`; where one of them is not finite, neither is the mean.
    ///
    /// `origin` is what the values are near to: the first of them without.
    init(_ values: UnsafeBufferPointer<Double>, origin: Double? = nil) {
        guard let first = values.first else { return }
        let origin = origin ?? first
        var sum = CompensatedSum()
        var (least, greatest) = (SIMD4(repeating: Double.infinity), SIMD4(repeating: -Double.infinity))
        var start = 0
        while start < values.count {
            let end = Swift.min(values.count, start + Self.blockLength)
            let block = UnsafeBufferPointer(rebasing: values[start..<end])
            let total = Self.survey(block, origin, &sum, &least, &greatest)
            let mean = total / Double(block.count)
            let spread = Self.spread(block, around: mean, origin)
            shifted.merge(Moments(count: block.count, mean: mean, squaredDeviations: spread))
            start = end
        }
        (minimum, maximum) = (least.min(), greatest.max())
        mean = sum.value / Double(values.count)
    }

    /// Adds a block to the sum and the ends; gives the sum of its values less `origin`.
    @inline(__always)
    private static func survey(
        _ block: UnsafeBufferPointer<Double>,
        _ origin: Double,
        _ sum: inout CompensatedSum,
        _ least: inout SIMD4<Double>,
        _ greatest: inout SIMD4<Double>
    ) -> Double {
        var (total, shifted) = (SIMD4<Double>.zero, SIMD4<Double>.zero)
        forEachQuad(block) { quad in
            total += quad
            shifted += quad - origin
            least = quad.replacing(with: least, where: least .< quad)
            greatest = quad.replacing(with: greatest, where: greatest .> quad)
        } rest: { value in
            total[0] += value
            shifted[0] += value - origin
            least[0] = Swift.min(least[0], value)
            greatest[0] = Swift.max(greatest[0], value)
        }
        sum.add(total.sum())
        return shifted.sum()
    }

    /// The sum of squared deviations of a block whose values less `origin` have the mean `mean`.
    @inline(__always)
    private static func spread(
        _ block: UnsafeBufferPointer<Double>,
        around mean: Double,
        _ origin: Double
    ) -> Double {
        var total = SIMD4<Double>.zero
        forEachQuad(block) { quad in
            let distance = (quad - origin) - mean
            total += distance * distance
        } rest: { value in
            let distance = (value - origin) - mean
            total[0] += distance * distance
        }
        return total.sum()
    }

    static func countFinite(_ values: UnsafeBufferPointer<Double>) -> Int {
        var finite = 0
        // A value less itself is zero unless it is NaN or infinite.
        for value in values { finite &+= value - value == 0 ? 1 : 0 }
        return finite
    }

    /// The finite values of `values` in their order.
    static func finite(_ values: [Double]) -> [Double] {
        [Double](unsafeUninitializedCapacity: values.count) { target, count in
            var place = 0
            for value in values {
                // Written in any case, and kept where it is finite: no branch to guess.
                target[place] = value
                place &+= value - value == 0 ? 1 : 0
            }
            count = place
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
