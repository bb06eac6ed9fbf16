import Testing

@testable import Statistics

struct DriftDistanceTests {
    private func evidently(_ id: String, _ method: String, type: String = "num") throws -> GoldenValue {
        let found = try GoldenFile.cases("evidently_stattests").first {
            $0["id"].string == id && $0["stattest"].string == method && $0["feature_type"].string == type
        }
        return (found ?? GoldenValue(nil))["expected"]
    }

    @Test(arguments: try NumericPair.all())
    func `Wasserstein equals SciPy, and normed Evidently`(pair: NumericPair) throws {
        let scipy = try #require(try GoldenFile.byID("scipy_tests")[pair.id])["expected"]["wasserstein"].double
        let (reference, current) = (pair.sortedReference, pair.sortedCurrent)
        let distance = try Wasserstein.distance(reference: reference, current: current)
        #expect(agrees(distance, scipy, relative: pair.tolerance))
        let normed = try Wasserstein.normed(reference: reference, current: current)
        #expect(agrees(normed, try evidently(pair.id, "wasserstein")["score"].double, relative: pair.tolerance))
    }

    @Test(arguments: try NumericPair.all())
    func `binned distances equal Evidently on numeric columns`(pair: NumericPair) throws {
        let counts = BinCounts.evidently(reference: pair.sortedReference, current: pair.sortedCurrent)
        try expectDistances(counts, pair.id, type: "num")
    }

    @Test(arguments: try GoldenFile.cases("evidently_binning").map { $0["id"].string })
    func `bins hold the shares that Evidently finds`(id: String) throws {
        let expected = try #require(try GoldenFile.byID("evidently_binning")[id])
        let pair = try #require(try NumericPair.all().first { $0.id == id })
        let counts = BinCounts.evidently(reference: pair.sortedReference, current: pair.sortedCurrent)
        let shares = [
            ("ref_share", Divergence.shares(counts.reference)),
            ("cur_share", Divergence.shares(counts.current)),
            ("ref_share_filled", Divergence.filledShares(counts.reference)),
            ("cur_share_filled", Divergence.filledShares(counts.current)),
        ]
        for (name, values) in shares {
            #expect(values.count == expected[name].array.count)
            #expect(zip(values, expected[name].doubles).allSatisfy { agrees($0, $1, relative: 1e-14) }, "\(name)")
        }
    }

    @Test(arguments: try GoldenFile.cases("inputs_categorical").map { $0["id"].string })
    func `binned distances equal Evidently on categories`(id: String) throws {
        let input = try #require(try GoldenFile.byID("inputs_categorical")[id])
        let counts = BinCounts(
            reference: CategoryCounts(input["ref"].categories),
            current: CategoryCounts(input["cur"].categories)
        )
        try expectDistances(counts, id, type: "cat")
        let variation = try GoldenFile.cases("evidently_stattests").first {
            $0["id"].string == id && $0["stattest"].string == "TVD"
        }
        if let variation {
            #expect(agrees(try Divergence.totalVariation(counts), variation["observed"].double))
        }
    }

    private func expectDistances(_ counts: BinCounts, _ id: String, type: String) throws {
        let values = [
            ("psi", try Divergence.populationStabilityIndex(counts)),
            ("kl_div", try Divergence.kullbackLeibler(counts)),
            ("jensenshannon", try Divergence.jensenShannon(counts)),
        ]
        for (name, value) in values {
            let expected = try evidently(id, name, type: type)["score"].double
            #expect(agrees(value, expected, absolute: 1e-8), "\(name) \(value)")
        }
    }

    @Test func `a distance of empty sides has a reason instead of a number`() {
        #expect(throws: UndefinedStatistic(.emptyReference)) {
            try Divergence.populationStabilityIndex(BinCounts(reference: [], current: [3]))
        }
        #expect(throws: UndefinedStatistic(.emptyCurrent)) {
            try Divergence.jensenShannon(BinCounts(reference: [3], current: []))
        }
        #expect(throws: UndefinedStatistic(.emptyCurrent)) {
            try Wasserstein.normed(reference: SortedSample([1]), current: SortedSample([]))
        }
    }

    @Test func `frozen bins hold equal shares and catch what lies outside`() throws {
        let reference = SortedSample((0..<1000).map(Double.init))
        let bins = FrozenBins(reference: reference)
        #expect(bins.referenceCounts == Array(repeating: 100, count: 10))
        let counts = bins.counts(SortedSample([-1e9, 50, 550, 2000, 1e12]))
        #expect(counts.current == [2, 0, 0, 0, 0, 1, 0, 0, 0, 2])
    }

    @Test func `frozen bins of few values keep a bin for the unseen`() {
        let bins = FrozenBins(reference: SortedSample([0, 1, 1, 2]))
        #expect(bins.counts(SortedSample([1, 1, 2, 3, 0.5])).current == [0, 2, 1, 2])
    }

    @Test func `the noise level bounds the index when nothing changed`() throws {
        var generator = SplitMix(seed: 7)
        var above = 0
        let bins = FrozenBins(reference: SortedSample((0..<2000).map { _ in generator.uniform() }))
        for _ in 0..<400 {
            let counts = bins.counts(SortedSample((0..<300).map { _ in generator.uniform() }))
            let index = try Divergence.populationStabilityIndex(counts)
            if index > Divergence.stabilityNoiseLevel(counts) { above += 1 }
        }
        #expect(above <= 3)
    }
}
