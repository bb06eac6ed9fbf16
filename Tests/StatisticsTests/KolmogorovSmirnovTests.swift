import Testing

@testable import Statistics

struct KolmogorovSmirnovTests {
    @Test(arguments: try NumericPair.all())
    func `equals SciPy on every golden pair`(pair: NumericPair) throws {
        let expected = try #require(try GoldenFile.byID("scipy_tests")[pair.id])["expected"]
        for (mode, key) in [
            (KolmogorovSmirnov.Mode.scipy, "ks_auto"), (.automatic, "ks_auto"), (.asymptotic, "ks_asymp"),
        ] {
            guard expected[key]["statistic"].exists else { continue }
            let result = try KolmogorovSmirnov.twoSample(
                reference: pair.sortedReference,
                current: pair.sortedCurrent,
                mode: mode
            )
            #expect(agrees(result.statistic, expected[key]["statistic"].double))
            #expect(agreesAsPValue(result.pValue, expected[key]["pvalue"].double), "\(key): \(result.pValue)")
        }
    }

    @Test func `says whether the p-value is exact`() throws {
        let small = SortedSample((0..<50).map(Double.init))
        let large = SortedSample((0..<20_000).map(Double.init))
        #expect(try KolmogorovSmirnov.twoSample(reference: small, current: small).method == .exact)
        #expect(try KolmogorovSmirnov.twoSample(reference: small, current: large).method == .asymptotic)
    }

    @Test func `counts rare paths without losing their digits`() throws {
        let low = SortedSample((0..<200).map(Double.init))
        let high = SortedSample((1000..<1200).map(Double.init))
        let result = try KolmogorovSmirnov.twoSample(reference: low, current: high, mode: .exact)
        // 2 of the C(400, 200) paths go along the border
        #expect(agrees(result.pValue, 1.9426434495222363e-119, relative: 1e-10, absolute: 0))
    }

    @Test func `an empty side has a reason instead of a number`() {
        let empty = SortedSample([.nan, .infinity])
        let full = SortedSample([1, 2])
        #expect(throws: UndefinedStatistic(.emptyReference)) {
            try KolmogorovSmirnov.twoSample(reference: empty, current: full)
        }
        #expect(throws: UndefinedStatistic(.emptyCurrent)) {
            try KolmogorovSmirnov.twoSample(reference: full, current: empty)
        }
    }

    @Test(
        arguments: try GoldenFile.cases("special").filter { $0["fn"].string == "kstwo.sf" }.map { $0["args"].doubles }
    )
    func `the one-sample law equals SciPy's kstwo`(arguments: [Double]) throws {
        let expected = try #require(
            try GoldenFile.cases("special").first { $0["fn"].string == "kstwo.sf" && $0["args"].doubles == arguments }
        )
        let value = KolmogorovDistribution.survival(arguments[0], count: Int(arguments[1]))
        #expect(agreesAsPValue(value, expected["value"].double), "\(value) for \(expected["value"].double)")
    }

    @Test func `the strided sum of the one-sided law equals the whole sum`() {
        for (distance, count) in [(0.008, 30_000), (0.02, 30_000), (0.05, 25_000)] {
            let n = Double(count)
            var whole = CompensatedSum()
            for successes in 0...Int(n * (1 - distance)) {
                let expected = n * distance + Double(successes)
                whole.add(
                    n * distance / expected
                        * binomialProbability(
                            successes: Double(successes),
                            trials: n,
                            successesExpected: expected,
                            failuresExpected: n - expected
                        )
                )
            }
            let strided = KolmogorovDistribution.oneSidedSurvival(distance, count)
            #expect(agrees(strided, whole.value, relative: 1e-11, absolute: 0))
        }
    }
}
