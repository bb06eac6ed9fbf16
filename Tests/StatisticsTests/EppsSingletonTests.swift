import Testing

@testable import Statistics

struct EppsSingletonTests {
    @Test(arguments: try NumericPair.all())
    func `equals SciPy, or has a reason where SciPy fails`(pair: NumericPair) throws {
        let golden = try #require(try GoldenFile.byID("scipy_tests")[pair.id])["expected"]["epps_singleton"]
        // A covariance of rank 1 or 0: SciPy inverts what rounding left of it.
        guard !["binary_numeric", "constant_diff"].contains(pair.id) else { return }
        guard golden["statistic"].exists else {
            #expect(throws: UndefinedStatistic.self) {
                try EppsSingleton.twoSample(reference: pair.sortedReference, current: pair.sortedCurrent)
            }
            return
        }
        let result = try EppsSingleton.twoSample(reference: pair.sortedReference, current: pair.sortedCurrent)
        // The covariance of cosines and sines is inverted: far from zero its digits are lost in SciPy as well.
        let tolerance = pair.id == "huge_scale" ? 1e-3 : 1e-8
        #expect(agrees(result.statistic, golden["statistic"].double, relative: tolerance), "\(result.statistic)")
        #expect(abs(result.pValue - golden["pvalue"].double) <= max(1e-9, tolerance * golden["pvalue"].double))
    }

    @Test func `two constants differ for certain, one has a reason`() throws {
        let (one, two) = (SortedSample([1, 1, 1, 1, 1]), SortedSample([2, 2, 2, 2, 2]))
        #expect(try EppsSingleton.twoSample(reference: one, current: two).pValue == 0)
        #expect(try StudentTest.test(reference: one, current: two).pValue == 0)
        #expect(throws: UndefinedStatistic(.zeroVariance)) { try StudentTest.test(reference: one, current: one) }
    }

    @Test func `a middle half of one value has a reason`() {
        let constant = SortedSample([1, 1, 1, 1, 1, 1])
        #expect(throws: UndefinedStatistic(.zeroVariance)) {
            try EppsSingleton.twoSample(reference: constant, current: constant)
        }
        #expect(throws: UndefinedStatistic(.tooFewRows)) {
            try EppsSingleton.twoSample(reference: SortedSample([1, 2, 3, 4]), current: constant)
        }
    }
}
