import Testing

@testable import Statistics

/// Columns that are read from where they lie, and orders by radix sort.
struct NumberSourceTests {
    /// A column in blocks, as a file gives it.
    private struct Blocks: NumberSource {
        let values: [Double]
        let length: Int

        func forEachBlock(_ body: (UnsafeBufferPointer<Double>) -> Bool) {
            for start in stride(from: 0, to: values.count, by: length) {
                let block = Array(values[start..<min(values.count, start + length)])
                guard block.withUnsafeBufferPointer(body) else { return }
            }
        }
    }

    /// Blocks that count how often they are read; one thread reads them: that of the test.
    private final class CountedBlocks: NumberSource, @unchecked Sendable {
        private let blocks: Blocks
        private(set) var passes = 0

        init(blocks: Blocks) { self.blocks = blocks }

        func forEachBlock(_ body: (UnsafeBufferPointer<Double>) -> Bool) {
            passes += 1
            blocks.forEachBlock(body)
        }
    }

    /// Shapes that the comparison without sorting treats differently.
    enum Shape: String, CaseIterable {
        case even, tail, whole, zeros, constant, gaps, far

        func value(_ generator: inout SplitMix, shift: Double) -> Double {
            let u = generator.uniform()
            switch self {
            case .even: return u + shift
            case .tail: return 1 / (1.001 - u) + shift
            case .whole: return (u * 60 + shift * 5).rounded()
            case .zeros: return u < 0.9 - shift ? 0 : u
            case .constant: return 3
            case .gaps: return u < 0.05 ? .nan : u < 0.06 ? .infinity : u < 0.07 ? -.infinity : u * (1 + shift)
            case .far: return 1e15 + (u * 100).rounded() + shift
            }
        }
    }

    private func column(_ shape: Shape, _ count: Int, seed: UInt64, shift: Double) -> [Double] {
        var generator = SplitMix(seed: seed)
        return (0..<count).map { _ in shape.value(&generator, shift: shift) }
    }

    @Test(arguments: Shape.allCases, [7, 2048])
    func `a column that is read again each time gives what one in memory gives`(shape: Shape, length: Int) throws {
        let values = column(shape, 30_011, seed: 1, shift: 0.05)
        let reference = NumberColumn(column(shape, 20_003, seed: 2, shift: 0))
        let held = NumberColumn(values)
        let read = NumberColumn(reading: Blocks(values: values, length: length), rows: values.count)
        #expect((read.count, read.missing, read.infinite) == (held.count, held.missing, held.infinite))
        #expect((read.minimum, read.maximum) == (held.minimum, held.maximum))
        #expect(agrees(read.mean, held.mean, relative: 1e-13))
        // Near 1e15 the mean itself is rounded by an eighth; what is read is summed from its first value on and is not.
        #expect(agrees(read.squaredDeviations, held.squaredDeviations, relative: shape == .far ? 1e-4 : 1e-9))
        #expect(read.values == held.values)
        #expect(read.distinctCount(limit: 21) == held.distinctCount(limit: 21))
        #expect(read.majorityShare == held.majorityShare)
        let edges = NumberColumn.edges(from: held.minimum, to: held.maximum, bins: 24)
        #expect(read.counts(between: edges) == held.counts(between: edges))
        let bins = BinCounts.evidently(reference: reference, current: read)
        #expect(bins == BinCounts.evidently(reference: reference, current: held))
        let contrast = try ColumnContrast(reference: reference, current: read)
        let sorted = try ColumnContrast(reference: reference.sorted, current: held.sorted)
        #expect(contrast.scaledDistance == sorted.scaledDistance)
        #expect(agrees(contrast.area, sorted.area, relative: 1e-9, absolute: 1e-9))
        #expect(contrast.referenceQuartiles == sorted.referenceQuartiles)
        #expect(contrast.currentQuartiles == sorted.currentQuartiles)
    }

    @Test(arguments: [Shape.even, .tail, .gaps])
    func `a long column is put in order a few values at a time, with the same result`(shape: Shape) throws {
        let values = column(shape, 120_011, seed: 5, shift: 0)
        let reference = NumberColumn(column(shape, 20_003, seed: 6, shift: 0))
        let source = CountedBlocks(blocks: Blocks(values: values, length: 2_048))
        let read = NumberColumn(reading: source, rows: values.count)
        let whole = try #require(BucketedPair(reference, read)).contrast()
        let passes = source.passes
        let inParts = try #require(BucketedPair(reference, read, atHand: 2_000)).contrast()
        #expect(source.passes - passes > passes, "it is read again for each part")
        let sorted = try ColumnContrast(reference: reference.sorted, current: NumberColumn(values).sorted)
        for contrast in [whole, inParts] {
            #expect(contrast.scaledDistance == sorted.scaledDistance)
            #expect(agrees(contrast.area, sorted.area, relative: 1e-9, absolute: 1e-9))
            #expect(contrast.referenceQuartiles == sorted.referenceQuartiles)
            #expect(contrast.currentQuartiles == sorted.currentQuartiles)
        }
        #expect(inParts.histogram == whole.histogram)
    }

    @Test(arguments: Shape.allCases)
    func `the contrast of two columns in memory is that of the sorted ones`(shape: Shape) throws {
        let (left, right) = (column(shape, 50_021, seed: 3, shift: 0), column(shape, 40_013, seed: 4, shift: 0.01))
        let (reference, current) = (NumberColumn(left), NumberColumn(right))
        let contrast = try ColumnContrast(reference: reference, current: current)
        let sorted = try ColumnContrast(reference: reference.sorted, current: current.sorted)
        #expect(contrast.scaledDistance == sorted.scaledDistance)
        #expect(agrees(contrast.area, sorted.area, relative: 1e-9, absolute: 1e-9))
        #expect(contrast.referenceQuartiles == sorted.referenceQuartiles)
        #expect(contrast.currentQuartiles == sorted.currentQuartiles)
    }

    @Test func `a source that shows less than before, or more, breaks nothing`() throws {
        final class Moody: NumberSource, @unchecked Sendable {
            // One thread reads it: that of the test.
            var lengths = [20_000, 5_000, 30_000, 1_000, 40_000, 20_000, 20_000]
            func forEachBlock(_ body: (UnsafeBufferPointer<Double>) -> Bool) {
                let length = lengths.isEmpty ? 20_000 : lengths.removeFirst()
                _ = (0..<length).map { Double($0 % 977) / 977 }.withUnsafeBufferPointer(body)
            }
        }
        let reference = NumberColumn((0..<20_000).map { Double($0 % 991) / 991 })
        let moody = NumberColumn(reading: Moody(), rows: 20_000)
        _ = try ColumnContrast(reference: reference, current: moody)
        _ = BinCounts.evidently(reference: reference, current: moody)
    }

    @Test(arguments: [0, 1, 100, 2047, 2048, 10_000])
    func `orders by radix sort are stable, both ways`(count: Int) {
        var generator = SplitMix(seed: UInt64(count))
        let values = (0..<count).map { _ -> Double in
            let value = ((generator.uniform() - 0.5) * 200).rounded()
            return value == 0 ? (generator.uniform() < 0.5 ? 0.0 : -0.0) : value
        }
        let expected = values.indices.sorted { (values[$0], $0) < (values[$1], $1) }
        #expect(ascendingOrder(values) == expected)
        #expect(descendingOrder(values) == values.indices.sorted { (-values[$0], $0) < (-values[$1], $1) })
    }
}
