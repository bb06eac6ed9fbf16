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
