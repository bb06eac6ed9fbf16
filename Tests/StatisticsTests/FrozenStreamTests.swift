import Testing

@testable import Statistics

struct FrozenStreamTests {
    @Test(arguments: try NumericPair.all())
    func `a stream gives the numbers of the whole data`(pair: NumericPair) throws {
        let (reference, current) = (pair.sortedReference, pair.sortedCurrent)
        var first = try FrozenStream(reference: reference)
        var second = first
        for (index, value) in pair.current.enumerated() {
            if index.isMultiple(of: 3) { first.add(value) } else { second.add(value) }
        }
        try first.merge(second)
        #expect(first.count == current.count)
        #expect(first.dropped == current.missing + current.infinite)
        let whole = try KolmogorovSmirnov.twoSample(reference: reference, current: current)
        #expect(try first.kolmogorovSmirnov() == whole)
        let statistic = try MannWhitney.test(reference: reference, current: current).statistic
        #expect(first.mannWhitneyStatistic == statistic)
        let distance = try Wasserstein.distance(reference: reference, current: current)
        let estimate = try first.wasserstein()
        let slack = max(1e-12, distance * (pair.id == "huge_scale" ? 1e-4 : 1e-9))
        #expect(estimate.value <= distance + slack)
        #expect(distance <= estimate.value + estimate.uncertainty + slack)
    }

    @Test func `values beyond the reference count in full`() throws {
        var stream = try FrozenStream(reference: SortedSample([0, 1]))
        stream.add(-10)
        stream.add(11)
        #expect(try stream.wasserstein().value == 10)
        #expect(try stream.wasserstein().uncertainty == 0)
        #expect(try stream.kolmogorovSmirnov().statistic == 0.5)
    }

    @Test func `nothing to compare has a reason, and so have different references`() throws {
        #expect(throws: UndefinedStatistic(.emptyReference)) { try FrozenStream(reference: SortedSample([])) }
        var stream = try FrozenStream(reference: SortedSample([1]))
        #expect(throws: UndefinedStatistic(.emptyCurrent)) { try stream.kolmogorovSmirnov() }
        let other = try FrozenStream(reference: SortedSample([2]))
        #expect(throws: UndefinedStatistic(.lengthMismatch)) { try stream.merge(other) }
    }
}
