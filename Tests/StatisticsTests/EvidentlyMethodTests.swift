import Testing

@testable import Statistics

/// Every test and distance of Evidently 0.7 under compatibility, case by case.
struct EvidentlyMethodTests {
    struct Case: CustomTestStringConvertible {
        let id: String
        let isNumeric: Bool
        let method: DriftMethod
        let expected: GoldenValue

        var testDescription: String { "\(method.rawValue) of \(id)" }
    }

    /// All golden cases but those that draw at random (MMD, the p-value of TVD).
    static func cases() throws -> [Case] {
        try GoldenFile.cases("evidently_stattests").compactMap { golden in
            guard let method = DriftMethod(rawValue: golden["stattest"].string), method != .totalVariation else {
                return nil
            }
            return Case(
                id: golden["id"].string,
                isNumeric: golden["feature_type"].string == "num",
                method: method,
                expected: golden["expected"]
            )
        }
    }

    private func pair(_ golden: Case) throws -> ColumnPair {
        if golden.isNumeric {
            let input = try #require(try GoldenFile.byID("inputs_numeric")[golden.id])
            return .numbers(
                reference: NumberColumn(input["ref"].doubles),
                current: NumberColumn(input["cur"].doubles)
            )
        }
        let input = try #require(try GoldenFile.byID("inputs_categorical")[golden.id])
        return .categories(
            reference: CategoryCounts(input["ref"].categories),
            current: CategoryCounts(input["cur"].categories)
        )
    }

    /// What Evidently cannot do: unequal sums, unequal lengths, a cast, more than two categories.
    private static let broken: Set<DriftMethod> = [.likelihoodRatio, .fisherExact]

    @Test(arguments: try cases())
    func `score and verdict are Evidently's`(golden: Case) throws {
        guard !Self.broken.contains(golden.method) else { return }
        let pair = try pair(golden)
        guard golden.expected["score"].exists, golden.expected["score"].double.isFinite else {
            // Evidently fails or says NaN; the exact Cramér-von Mises of few rows is its own fault.
            guard golden.method != .cramerVonMises else { return }
            #expect(throws: UndefinedStatistic.self) { try golden.method.measure(pair, compatibility: .evidently) }
            return
        }
        let measurement = try golden.method.measure(pair, compatibility: .evidently)
        let score = golden.expected["score"].double
        let isHuge = golden.id == "huge_scale"
        if golden.method.score == .pValue {
            // Evidently inverts rounding noise here.
            guard !(golden.method == .eppsSingleton && golden.id == "binary_numeric") else { return }
            // Its exact Cramér-von Mises counts in the smallest type that holds the counts, and loses digits.
            let isRough = isHuge || golden.method == .cramerVonMises && abs(measurement.score - score) < 1e-8
            #expect(agreesAsPValue(measurement.score, score) || isRough, "\(measurement.score) \(score)")
        } else {
            let tolerance = isHuge ? 1e-6 : 1e-9
            #expect(
                agrees(measurement.score, score, relative: tolerance, absolute: 1e-8),
                "\(measurement.score) \(score)"
            )
        }
        let threshold = golden.expected["threshold"].double
        #expect(threshold == golden.method.defaultThreshold)
        #expect(golden.method.isBeyond(threshold, measurement.score) == golden.expected["drifted"].bool)
        #expect(golden.method.displayName == golden.expected["display_name"].string)
    }

    @Test(arguments: try GoldenFile.cases("evidently_default_choice").indices.map { $0 })
    func `the default method is Evidently's`(index: Int) throws {
        let golden = try GoldenFile.cases("evidently_default_choice")[index]
        guard golden["kind"].string == "default_stattest", golden["feature_type"].string != "text" else { return }
        let method = DriftMethod.byDefault(
            isNumeric: golden["feature_type"].string == "num",
            referenceRows: golden["n_reference"].int,
            distinctValues: golden["n_unique_both"].int
        )
        #expect(method.rawValue == golden["stattest"].string)
        #expect(method.defaultThreshold == golden["threshold"].double)
        #expect(method.displayName == golden["display_name"].string)
    }

    @Test func `without compatibility two samples of one law differ no more than chance allows`() throws {
        var generator = SplitMix(seed: 5)
        func sample() -> CategoryCounts { CategoryCounts((0..<1_000).map { _ in "\(Int(generator.uniform() * 20))" }) }
        var alarms = (ours: 0, evidently: 0)
        for _ in 0..<100 {
            let pair = ColumnPair.categories(reference: sample(), current: sample())
            if try DriftMethod.chiSquared.measure(pair).score < 0.05 { alarms.ours += 1 }
            if try DriftMethod.chiSquared.measure(pair, compatibility: .evidently).score < 0.05 {
                alarms.evidently += 1
            }
        }
        #expect(alarms.ours <= 14)
        #expect(alarms.evidently >= 50)
    }

    @Test func `a downward shift is seen without compatibility`() throws {
        let pair = ColumnPair.numbers(
            reference: NumberColumn((0..<100).map(Double.init)),
            current: NumberColumn((0..<100).map { Double($0) - 40 })
        )
        #expect(try DriftMethod.mannWhitney.measure(pair).score < 1e-6)
        #expect(try DriftMethod.mannWhitney.measure(pair, compatibility: .evidently).score > 0.99)
    }

    @Test func `twenty continuous values are binned by width, not one by one`() throws {
        var generator = SplitMix(seed: 8)
        let pair = ColumnPair.numbers(
            reference: NumberColumn((0..<20).map { _ in generator.uniform() }),
            current: NumberColumn((0..<20).map { _ in generator.uniform() })
        )
        #expect(try DriftMethod.jensenShannon.measure(pair).score < 0.6)
        #expect(try DriftMethod.jensenShannon.measure(pair, compatibility: .evidently).score > 0.83)
    }

    @Test func `the G test of equal sides is one-sample under compatibility`() throws {
        let pair = ColumnPair.categories(
            reference: CategoryCounts(["a", "a", "b", "b", "b", "c"]),
            current: CategoryCounts(["a", "b", "b", "c", "c", "c"])
        )
        // scipy.stats.power_divergence([1, 2, 3], [2, 3, 1], lambda_="log-likelihood")
        let one = try DriftMethod.likelihoodRatio.measure(pair, compatibility: .evidently)
        #expect(agrees(one.statistic ?? .nan, 3.583518938456111))
        #expect(agrees(one.score, 0.16666666666666666))
        #expect(try DriftMethod.likelihoodRatio.measure(pair).score != one.score)
        let constant = ColumnPair.categories(reference: CategoryCounts(["a"]), current: CategoryCounts(["a"]))
        #expect(throws: UndefinedStatistic(.zeroVariance)) {
            try DriftMethod.likelihoodRatio.measure(constant, compatibility: .evidently)
        }
        #expect(try DriftMethod.fisherExact.measure(constant).score == 1)
    }

    /// Evidently's `_z_stat_test` of the same columns.
    @Test(arguments: [
        (["b", "b", "c", "c", "d"], ["a", "a", "b", "c", "c", "c", "c"], 0.19043026382552397),
        (["2", "2", "3", "10", "10"], ["1", "1", "1", "10", "10"], 0.038433930236781766),
        (["a", "a", "b", "c", "c"], ["b", "b", "c", "c", "d"], 0.11384629800665813),
    ])
    func `the z test of many categories is of the first of both sides`(
        reference: [String],
        current: [String],
        pValue: Double
    ) throws {
        func counted(_ column: [String]) -> CategoryCounts {
            var counts = CategoryCounts([String?]())
            for category in column { counts.add(category) }
            return counts
        }
        let pair = ColumnPair.categories(reference: counted(reference), current: counted(current))
        let found = try DriftMethod.proportions.measure(pair, compatibility: .evidently).score
        #expect(agrees(found, pValue), "\(found)")
    }

    @Test func `one row has a pooled t test and no other`() throws {
        let pair = ColumnPair.numbers(reference: NumberColumn([1, 2, 3, 4]), current: NumberColumn([7]))
        // scipy.stats.ttest_ind([1, 2, 3, 4], [7]).pvalue
        #expect(agrees(try DriftMethod.student.measure(pair, compatibility: .evidently).score, 0.05256582352342483))
        #expect(throws: UndefinedStatistic(.tooFewRows)) { try DriftMethod.student.measure(pair) }
    }

    @Test func `a method that does not fit the column says so`() throws {
        let letters = ColumnPair.categories(
            reference: CategoryCounts(["a", "b", "c"]),
            current: CategoryCounts(["a", "b", "c"])
        )
        #expect(throws: UndefinedStatistic(.needsNumbers)) { try DriftMethod.wasserstein.measure(letters) }
        #expect(throws: UndefinedStatistic(.tooManyCategories)) { try DriftMethod.proportions.measure(letters) }
        #expect(throws: UndefinedStatistic(.tooManyCategories)) { try DriftMethod.fisherExact.measure(letters) }
        #expect(throws: UndefinedStatistic(.mixedKinds)) {
            try ColumnPair(reference: .categories(CategoryCounts(["a"])), current: .numbers(NumberColumn([1])))
        }
    }
}
