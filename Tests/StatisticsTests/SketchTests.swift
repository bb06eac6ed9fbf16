import Testing

@testable import Statistics

struct SketchTests {
    private func values(_ count: Int, seed: UInt64 = 91) -> [Double] {
        var generator = SplitMix(seed: seed)
        return (0..<count).map { _ in 1 / (1e-3 + generator.uniform()) }
    }

    @Test(arguments: [200, 1_024])
    func `ranks of a quantile sketch are within its bound, also after merging`(k: Int) throws {
        let data = values(200_000)
        var (whole, first, second) = (QuantileSketch(k: k), QuantileSketch(k: k), QuantileSketch(k: k))
        whole.add(contentsOf: data)
        first.add(contentsOf: Array(data.prefix(70_000)))
        second.add(contentsOf: Array(data.dropFirst(70_000)))
        try first.merge(second)
        let sorted = SortedSample(data)
        for sketch in [whole, first] {
            #expect(sketch.count == data.count)
            #expect(sketch.retained <= 4 * k + 8 * 16)
            #expect(try sketch.quantile(0) == sorted.values.first)
            #expect(try sketch.quantile(1) == sorted.values.last)
            for fraction in stride(from: 0.05, through: 0.95, by: 0.05) {
                let rank = Double(sorted.count(upTo: try sketch.quantile(fraction))) / Double(data.count)
                #expect(abs(rank - fraction) <= sketch.rankError, "\(fraction) \(rank)")
            }
        }
    }

    @Test func `a quantile sketch is exact while it has seen no more than k values`() throws {
        let golden = try #require(
            try GoldenFile.cases("sketches").first { $0["sketch"].string == "KLL exact below k" }
        )
        var sketch = QuantileSketch(k: 200)
        sketch.add(contentsOf: golden["values"].doubles)
        for fraction in ["0.1", "0.25", "0.5", "0.75", "0.9"] {
            #expect(try sketch.quantile(try #require(Double(fraction))) == golden["quantiles"][fraction].double)
        }
        #expect(agrees(try sketch.share(upTo: 0.5), golden["cdf_at"]["0.5"].doubles[0]))
    }

    @Test func `the bounds are those that DataSketches states`() throws {
        for golden in try GoldenFile.cases("sketches") where golden["sketch"].string == "KLL" {
            let sketch = QuantileSketch(k: golden["k"].int)
            #expect(agrees(sketch.rankError, golden["normalized_rank_error_single"].double, relative: 0.1))
        }
    }

    @Test func `quantiles of a relative sketch equal DDSketch's`() throws {
        let golden = try #require(try GoldenFile.cases("sketches").first { $0["sketch"].string == "DDSketch tiny" })
        var sketch = RelativeQuantileSketch(accuracy: 0.01)
        for value in golden["values"].doubles { sketch.add(value) }
        for fraction in ["0", "0.1", "0.25", "0.5", "0.75", "0.9", "1"] {
            let found = try sketch.quantile(try #require(Double(fraction)))
            #expect(agrees(found, golden["quantiles"][fraction].double), "\(fraction) \(found)")
        }
    }

    @Test func `a relative sketch keeps its word in any order of merges`() throws {
        let data = values(50_000)
        let sorted = SortedSample(data)
        var parts = (0..<5).map { part in
            var sketch = RelativeQuantileSketch(accuracy: 0.01)
            for index in stride(from: part, to: data.count, by: 5) { sketch.add(data[index]) }
            return sketch
        }
        while parts.count > 1 {
            let last = parts.removeLast()
            try parts[0].merge(last)
        }
        for fraction in [0.01, 0.5, 0.99, 0.999] {
            let exact = sorted.values[Int(fraction * Double(data.count - 1))]
            #expect(abs(try parts[0].quantile(fraction) - exact) <= 0.0101 * exact)
        }
    }

    @Test(arguments: [10, 1_000, 100_000])
    func `distinct values are counted within four standard errors, and overlaps once`(count: Int) throws {
        var (first, second) = (DistinctSketch(), DistinctSketch())
        for index in 0..<count {
            first.add("item \(index)")
            second.add("item \(index + count / 2)")
        }
        #expect(abs(first.estimate - Double(count)) <= max(1, 4 * first.standardError * Double(count)))
        try first.merge(second)
        let union = Double(count + count / 2)
        #expect(abs(first.estimate - union) <= max(1, 4 * first.standardError * union))
    }

    @Test func `numbers that are one value count once`() {
        var sketch = DistinctSketch()
        for value in [0.0, -0.0, Double.nan, -Double.nan, 1, 1] { sketch.add(value) }
        #expect(sketch.estimate.rounded() == 3)
        #expect(DistinctSketch().estimate == 0)
    }

    @Test func `frequent values are found, and their bounds hold`() {
        var generator = SplitMix(seed: 6)
        var truth: [String: Int] = [:]
        var halves = [FrequentItems(capacity: 64), FrequentItems(capacity: 64)]
        for index in 0..<50_000 {
            let value = "v\(Int(1 / (0.0005 + generator.uniform())))"
            truth[value, default: 0] += 1
            halves[index % 2].add(value)
        }
        var sketch = halves[0]
        sketch.merge(halves[1])
        #expect(sketch.count == 50_000)
        #expect(sketch.maximumError <= 2 * 50_000 / 65)
        for item in sketch.top(64) {
            let count = truth[item.value] ?? 0
            #expect(item.lowerBound <= count && count <= item.upperBound)
        }
        let found = Set(sketch.top(64).map(\.value))
        for (value, count) in truth where count > sketch.maximumError { #expect(found.contains(value)) }
    }

    @Test func `sketches of other sizes do not merge, empty ones have no quantile`() {
        var sketch = QuantileSketch(k: 200)
        #expect(throws: UndefinedStatistic(.lengthMismatch)) { try sketch.merge(QuantileSketch(k: 100)) }
        #expect(throws: UndefinedStatistic(.emptyCurrent)) { try sketch.quantile(0.5) }
        var relative = RelativeQuantileSketch()
        #expect(throws: UndefinedStatistic(.emptyCurrent)) { try relative.quantile(0.5) }
        relative.add(.nan)
        #expect(relative.count == 0)
    }
}
