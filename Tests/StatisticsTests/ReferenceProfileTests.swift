import Testing

@testable import Statistics

struct ReferenceProfileTests {
    @Test(arguments: try NumericPair.all())
    func `one pass gives the same numbers as each method alone`(pair: NumericPair) throws {
        let (reference, current) = (pair.sortedReference, pair.sortedCurrent)
        let comparison = try ReferenceProfile(pair.reference).compare(pair.current, binning: .evidently)
        #expect(
            comparison.kolmogorovSmirnov == (try KolmogorovSmirnov.twoSample(reference: reference, current: current))
        )
        #expect(comparison.wasserstein == (try Wasserstein.distance(reference: reference, current: current)))
        #expect(comparison.normedWasserstein == (try Wasserstein.normed(reference: reference, current: current)))
        let counts = BinCounts.evidently(reference: reference, current: current)
        #expect(comparison.stabilityIndex == (try Divergence.populationStabilityIndex(counts)))
        #expect(comparison.rows + comparison.missing + comparison.infinite == pair.current.count)
    }

    @Test func `missing and infinite values are counted, not compared`() throws {
        let comparison = try ReferenceProfile([1, 2, 3]).compare([1, 2, 3, .nan, .infinity])
        #expect(comparison.rows == 3)
        #expect(comparison.missing == 1)
        #expect(comparison.infinite == 1)
        #expect(comparison.kolmogorovSmirnov.statistic == 0)
        #expect(comparison.kolmogorovSmirnov.pValue == 1)
        #expect(comparison.stabilityIndex == 0)
        #expect(comparison.wasserstein == 0)
    }

    @Test func `a constant column against another constant is finite`() throws {
        let comparison = try ReferenceProfile(Array(repeating: 1, count: 30)).compare(Array(repeating: 2, count: 30))
        #expect(comparison.normedWasserstein == 1000)
        #expect(comparison.kolmogorovSmirnov.statistic == 1)
        #expect(comparison.stabilityIndex.isFinite)
    }

    @Test func `an empty window has a reason instead of numbers`() {
        #expect(throws: UndefinedStatistic(.emptyCurrent)) { try ReferenceProfile([1]).compare([.nan]) }
        #expect(throws: UndefinedStatistic(.emptyReference)) { try ReferenceProfile([]).compare([1]) }
    }
}
