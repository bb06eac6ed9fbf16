import Testing

@testable import Statistics

/// The way without sorting against the way with it, on columns that are kind to it and columns that are not.
struct ColumnContrastTests {
    struct Shape: CustomTestStringConvertible {
        let testDescription: String
        let value: @Sendable (inout SplitMix) -> Double
    }

    static let shapes: [Shape] = [
        Shape(testDescription: "uniform") { $0.uniform() },
        Shape(testDescription: "long tail") { 1 / (1e-4 + $0.uniform()) },
        Shape(testDescription: "few values") { ($0.uniform() * 7).rounded(.down) },
        Shape(testDescription: "one value and noise") { $0.uniform() < 0.9 ? 0 : $0.uniform() },
        Shape(testDescription: "far from zero") { 1e12 + $0.uniform() },
        Shape(testDescription: "both signs of zero") { $0.uniform() < 0.5 ? -0.0 : $0.uniform() - 0.5 },
        Shape(testDescription: "one outlier") { $0.uniform() < 1e-4 ? 1e9 : $0.uniform() },
    ]

    @Test(arguments: shapes)
    func `distance, area and quartiles equal those of the sorted columns`(shape: Shape) throws {
        var generator = SplitMix(seed: 11)
        for (n, m, shift) in [(30_000, 40_000, 0.0), (50_000, 17_000, 0.01), (20_001, 20_001, 0.5)] {
            let reference = (0..<n).map { _ in shape.value(&generator) }
            let current = (0..<m).map { _ in shape.value(&generator) + shift }
            let quick = try ColumnContrast(reference: NumberColumn(reference), current: NumberColumn(current))
            let sorted = try ColumnContrast(reference: SortedSample(reference), current: SortedSample(current))
            #expect(quick.scaledDistance == sorted.scaledDistance)
            #expect(agrees(quick.area, sorted.area, relative: 1e-9, absolute: 1e-12), "\(quick.area) \(sorted.area)")
            #expect(quick.referenceQuartiles == sorted.referenceQuartiles)
            #expect(quick.currentQuartiles == sorted.currentQuartiles)
            #expect(NumberColumn(current).quartiles == sorted.currentQuartiles)
        }
    }

    @Test func `a picture of both columns comes with the contrast and counts every value`() throws {
        var generator = SplitMix(seed: 12)
        let reference = (0..<60_000).map { _ in generator.uniform() + generator.uniform() }
        let current = (0..<50_000).map { _ in generator.uniform() * 2 + 0.2 }
        let contrast = try ColumnContrast(reference: NumberColumn(reference), current: NumberColumn(current))
        let picture = try #require(contrast.histogram)
        #expect(picture.edges.count == PairedHistogram.bins + 1)
        #expect(picture.reference.reduce(0, +) == 60_000 && picture.current.reduce(0, +) == 50_000)
        for bin in 1..<(PairedHistogram.bins - 1) {
            let range = picture.edges[bin]..<picture.edges[bin + 1]
            #expect(abs(picture.reference[bin] - reference.count { range.contains($0) }) <= 2)
            #expect(abs(picture.current[bin] - current.count { range.contains($0) }) <= 2)
        }
        let spiky = NumberColumn((0..<30_000).map { $0 == 0 ? 1e6 : Double($0 % 100) })
        #expect(try ColumnContrast(reference: spiky, current: spiky).histogram == nil)
    }

    @Test func `a constant long column has no distance to itself`() throws {
        let column = NumberColumn(Array(repeating: 3, count: 50_000))
        let contrast = try ColumnContrast(reference: column, current: column)
        #expect(contrast.scaledDistance == 0 && contrast.area == 0)
        #expect(contrast.currentQuartiles == [3, 3, 3])
        #expect(column.quartiles == [3, 3, 3])
        #expect(NumberColumn([]).quartiles.isEmpty)
    }

    @Test func `a range beyond doubles falls back to sorting`() throws {
        let wide = NumberColumn((0..<20_000).map { $0.isMultiple(of: 2) ? -1.7e308 : 1.7e308 })
        let contrast = try ColumnContrast(reference: wide, current: wide)
        #expect(contrast.scaledDistance == 0)
    }

    @Test func `a column's moments do not depend on its order or on what is left out`() {
        var generator = SplitMix(seed: 2)
        let values = (0..<10_007).map { _ in generator.uniform() * 100 }
        let column = NumberColumn(values + [.nan, .infinity, -.infinity])
        let sorted = SortedSample(values)
        #expect((column.count, column.missing, column.infinite) == (10_007, 1, 2))
        #expect(agrees(column.mean, sorted.mean, relative: 1e-14))
        #expect(agrees(column.populationDeviation, sorted.populationDeviation, relative: 1e-13))
        #expect(column.minimum == sorted.values.first && column.maximum == sorted.values.last)
    }

    @Test func `bins of equal width hold what binary search finds`() {
        var generator = SplitMix(seed: 4)
        let values = (0..<20_000).map { _ in (generator.uniform() * 1_000).rounded() / 1_000 }
        let edges = BinCounts.evenEdges(low: 0, high: 1, bins: 17)
        let sorted = BinCounts.histogram(SortedSample(values), edges: edges)
        #expect(BinCounts.histogram(NumberColumn(values), edges: edges) == sorted)
    }

    @Test(arguments: [(0.96, 0.96), (0.5, 0), (1.0, 1.0)])
    func `the share of a majority is found without sorting`(share: Double, expected: Double) {
        let values = (0..<1_000).map { Double($0) < share * 1_000 ? 7 : Double($0) }
        #expect(NumberColumn(values).majorityShare == expected)
    }
}
