import Testing

@testable import Statistics

struct OutlierTests {
    @Test(arguments: ["normal_shift", "lognormal", "zero_inflated", "constant_equal"])
    func `rules of one column mark the rows that the reference marks`(id: String) throws {
        let golden = try #require(try GoldenFile.byID("outliers")[id])["expected"]
        let values = try #require(try GoldenFile.byID("inputs_numeric")[id])["ref"].doubles
        let rules = try OutlierRules(values)
        func marked(_ fences: OutlierRules.Fences) -> [Int] { values.indices.filter { fences.isOutside(values[$0]) } }
        #expect(marked(rules.standardScores()) == golden["zscore_gt3"].ints)
        #expect(marked(rules.tukey()) == golden["tukey_outliers"].ints)
        #expect(agrees(rules.tukey().lower, golden["tukey_fences"].doubles[0]))
        #expect(agrees(rules.tukey().upper, golden["tukey_fences"].doubles[1]))
        #expect(agrees(rules.medianAbsoluteDeviation, golden["mad"].double))
        #expect(marked(rules.medianDeviations()) == golden["modified_z_gt3_5"].ints)
    }

    @Test func `distances of rows equal scikit-learn's and NumPy's`() throws {
        let golden = try #require(try GoldenFile.byID("outliers")["multivariate"])
        let rows = golden["X"].array.map(\.doubles)
        let mahalanobis = try MahalanobisDistance(rows: rows)
        let plane = try ReconstructionError(rows: rows, components: 2)
        let five = try NearestNeighbours(rows: rows, count: 5)
        let factors = try NearestNeighbours(rows: rows, count: 10).localOutlierFactors
        let values: [(String, [Double])] = [
            ("mahalanobis", try rows.map(mahalanobis.distance)),
            ("pca2_reconstruction_error", try rows.map(plane.distance)),
            ("knn5_distance", five.farthest),
            ("knn5_mean", five.meanDistances),
            ("lof_negative_factor_k10", factors.map { -$0 }),
        ]
        for (name, found) in values {
            let expected = golden["expected"][name].doubles
            #expect(found.count == expected.count)
            #expect(zip(found, expected).allSatisfy { agrees($0, $1, absolute: 1e-10) }, "\(name)")
        }
        #expect(factors.map { $0 > 1.5 ? -1 : 1 } == golden["expected"]["lof_labels"].ints)
    }

    @Test func `scores of a stream equal river's`() throws {
        let values = try #require(try GoldenFile.byID("inputs_streams")["gauss_abrupt"])["values"].doubles
        let golden = try GoldenFile.byID("river_stats")
        var (gaussian, deviation) = (GaussianScorer(), StandardAbsoluteDeviation())
        let positions = [0, 1, 2, 10, 50, 99, 100, 101, 500, 999, 1_000, 1_099]
        for (index, value) in values.prefix(1_100).enumerated() {
            defer {
                deviation.learn(value)
                gaussian.learn(value)
            }
            guard positions.contains(index) else { continue }
            for (id, score) in [
                ("GaussianScorer", gaussian.score(value)), ("StandardAbsoluteDeviation", deviation.score(value)),
            ] {
                let expected = try #require(golden[id])["scores_at"][String(index)]
                if expected.exists {
                    #expect(agrees(score, expected.double, absolute: 1e-9), "\(id) \(index) \(score)")
                }
            }
        }
    }

    @Test func `rows that cannot be judged have a reason`() throws {
        #expect(throws: UndefinedStatistic(.emptyReference)) { try OutlierRules([.nan]) }
        #expect(throws: UndefinedStatistic(.singular)) {
            try MahalanobisDistance(rows: [[1, 2], [2, 4], [3, 6], [4, 8]])
        }
        #expect(throws: UndefinedStatistic(.lengthMismatch)) {
            try NearestNeighbours(rows: [[1, 2], [1]], count: 1)
        }
        #expect(throws: UndefinedStatistic(.tooFewRows)) { try NearestNeighbours(rows: [[1], [2]], count: 2) }
        #expect(throws: UndefinedStatistic(.notFinite)) {
            try MahalanobisDistance(rows: [[1, 2], [.nan, 3], [3, 1]])
        }
    }
}
