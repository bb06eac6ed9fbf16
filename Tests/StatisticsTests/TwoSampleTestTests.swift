import Testing

@testable import Statistics

struct TwoSampleTestTests {
    private func expected(_ pair: NumericPair) throws -> GoldenValue {
        try #require(try GoldenFile.byID("scipy_tests")[pair.id])["expected"]
    }

    private func expect(
        _ expected: GoldenValue,
        _ name: String,
        tolerance: Double = 1e-9,
        _ body: () throws -> TestResult
    ) throws {
        let expected = expected[name]
        guard expected["statistic"].exists, expected["pvalue"].double.isFinite else { return }
        let result = try body()
        let statistic = expected["statistic"].double
        if statistic.isFinite {
            #expect(
                agrees(result.statistic, statistic, relative: tolerance, absolute: 1e-11),
                "\(name) \(result.statistic)"
            )
        }
        #expect(agreesAsPValue(result.pValue, expected["pvalue"].double), "\(name) p \(result.pValue)")
    }

    @Test(arguments: try NumericPair.all())
    func `numeric tests equal SciPy`(pair: NumericPair) throws {
        let golden = try expected(pair)
        let (reference, current) = (pair.sortedReference, pair.sortedCurrent)
        let looser = max(pair.tolerance, 1e-9)
        try expect(golden, "mannwhitney_two_sided") {
            try MannWhitney.test(reference: reference, current: current)
        }
        try expect(golden, "mannwhitney_less") {
            try MannWhitney.test(reference: reference, current: current, alternative: .less)
        }
        if !["huge_scale", "constant_equal", "constant_diff"].contains(pair.id) {
            try expect(golden, "ttest", tolerance: looser) {
                try StudentTest.test(reference: reference, current: current, variance: .pooled)
            }
            try expect(golden, "welch", tolerance: looser) {
                try StudentTest.test(reference: reference, current: current)
            }
        }
        if pair.id != "constant_equal" {
            try expect(golden, "anderson_midrank") {
                try AndersonDarling.twoSample(reference: reference, current: current)
            }
            // SciPy's value for two equal constants comes from a statistic below its law's range
            try expect(golden, "cvm_auto", tolerance: 1e-8) {
                try CramerVonMises.twoSample(reference: reference, current: current)
            }
        }
        if golden["energy_distance"].exists {
            let distance = try EnergyDistance.distance(reference: reference, current: current)
            #expect(agrees(distance, golden["energy_distance"].double, relative: looser))
        }
    }

    @Test(arguments: try GoldenFile.cases("inputs_categorical").map { $0["id"].string })
    func `tests of categories equal SciPy`(id: String) throws {
        let input = try #require(try GoldenFile.byID("inputs_categorical")[id])
        let counts = BinCounts(
            reference: CategoryCounts(input["ref"].categories),
            current: CategoryCounts(input["cur"].categories)
        )
        let golden = try #require(
            try GoldenFile.cases("scipy_tests").first { $0["id"].string == id && $0["table"].exists }
        )["expected"]
        try expect(golden, "chi2_contingency_default") { try ContingencyTests.chiSquared(counts) }
        try expect(golden, "chi2_contingency_nocorr") { try ContingencyTests.chiSquared(counts, correction: false) }
        try expect(golden, "g_contingency") { try ContingencyTests.likelihoodRatio(counts) }
        try expect(golden, "chisquare_scaled") { try ContingencyTests.evidentlyChiSquared(counts) }
        if golden["fisher"]["pvalue"].exists {
            let fisher = try ContingencyTests.fisherExact(counts)
            #expect(agreesAsPValue(fisher.pValue, golden["fisher"]["pvalue"].double))
        }
        if golden["cramers_v"].double.isFinite {
            #expect(agrees(try ContingencyTests.cramersV(counts), golden["cramers_v"].double))
        }
    }

    @Test(arguments: try NumericPair.all())
    func `Hellinger equals Evidently`(pair: NumericPair) throws {
        let golden = try #require(
            try GoldenFile.cases("evidently_stattests").first {
                $0["id"].string == pair.id && $0["stattest"].string == "hellinger"
                    && $0["feature_type"].string == "num"
            }
        )["expected"]["score"].double
        let distance = try Hellinger.distance(reference: pair.sortedReference, current: pair.sortedCurrent)
        #expect(agrees(distance, golden, relative: pair.tolerance, absolute: 3e-8), "\(distance) \(golden)")
    }

    @Test func `tails of the laws equal SciPy`() throws {
        for golden in try GoldenFile.cases("special") {
            let arguments = golden["args"].doubles
            let value: Double
            switch golden["fn"].string {
            case "chi2.sf": value = SpecialFunctions.chiSquaredSurvival(arguments[0], freedom: arguments[1])
            case "norm.sf": value = SpecialFunctions.normalSurvival(arguments[0])
            case "t.sf": value = SpecialFunctions.studentSurvival(arguments[0], freedom: arguments[1])
            case "gammaincc": value = SpecialFunctions.upperGamma(arguments[0], arguments[1])
            case "betainc":
                value = SpecialFunctions.regularizedBeta(
                    arguments[0],
                    arguments[1],
                    x: arguments[2],
                    y: 1 - arguments[2]
                )
            case "cvm_limit_cdf": value = CramerVonMises.limitProbability(arguments[0])
            case "kolmogorov_sf (limit)": value = KolmogorovDistribution.limitSurvival(arguments[0])
            default: continue
            }
            #expect(
                agrees(value, golden["value"].double, relative: 1e-10, absolute: 1e-300),
                "\(golden["fn"].string) \(arguments) \(value)"
            )
        }
    }

    @Test func `data for which a test is not defined has a reason instead of a number`() {
        let constant = SortedSample([2, 2, 2])
        #expect(throws: UndefinedStatistic(.zeroVariance)) {
            try StudentTest.test(reference: constant, current: constant)
        }
        #expect(throws: UndefinedStatistic(.zeroVariance)) {
            try AndersonDarling.twoSample(reference: constant, current: constant)
        }
        #expect(throws: UndefinedStatistic(.tooFewRows)) {
            try CramerVonMises.twoSample(reference: SortedSample([1]), current: constant)
        }
        #expect(throws: UndefinedStatistic(.emptyCurrent)) {
            try MannWhitney.test(reference: constant, current: SortedSample([]))
        }
        #expect(throws: UndefinedStatistic(.emptyReference)) {
            try ContingencyTests.chiSquared(BinCounts(reference: [], current: [1, 2]))
        }
        #expect(throws: UndefinedStatistic(.zeroVariance)) {
            try ContingencyTests.cramersV(BinCounts(reference: [3], current: [4]))
        }
    }

    @Test func `a downward shift is seen by the two-sided test and missed by Evidently's side`() throws {
        let reference = SortedSample((0..<60).map { Double($0) + 20 })
        let current = SortedSample((0..<60).map(Double.init))
        #expect(try MannWhitney.test(reference: reference, current: current).pValue < 1e-5)
        #expect(try MannWhitney.test(reference: reference, current: current, alternative: .less).pValue > 0.99)
    }

    @Test func `Welch's test does not depend on the unit, however great or small`() throws {
        let (one, other) = ([1.0, 2, 3, 4, 7], [2.0, 4, 6, 9])
        let plain = try StudentTest.test(reference: SortedSample(one), current: SortedSample(other))
        for unit in [1e-120, 1e120, 1e150] {
            let scaled = try StudentTest.test(
                reference: SortedSample(one.map { $0 * unit }),
                current: SortedSample(other.map { $0 * unit })
            )
            #expect(agrees(scaled.pValue, plain.pValue) && agrees(scaled.statistic, plain.statistic), "\(unit)")
        }
    }

    @Test func `a spread that has no inverse gives no Epps-Singleton test`() {
        let tiny = (1...40).map { Double($0) * .leastNonzeroMagnitude }
        #expect(throws: UndefinedStatistic(.outOfRange)) {
            try EppsSingleton.twoSample(reference: SortedSample(tiny), current: SortedSample(tiny.map { $0 * 2 }))
        }
    }
}
