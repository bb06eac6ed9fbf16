import Testing

@testable import Statistics

struct SketchStateTests {
    private static func quantiles(_ count: Int = 5_000) -> QuantileSketch {
        var generator = SplitMix(seed: 17)
        var sketch = QuantileSketch(k: 64)
        for _ in 0..<count { sketch.add(generator.uniform() - 0.5) }
        return sketch
    }

    /// What was saved of a quantile sketch, to be changed.
    private struct SavedQuantiles {
        var (k, count) = (64, 5_000)
        var (minimum, maximum) = (0.0, 0.0)
        var levels: [[Double]] = []

        init(_ sketch: QuantileSketch) {
            (k, count, minimum, maximum) = (sketch.k, sketch.count, sketch.minimum, sketch.maximum)
            levels = sketch.levels
        }

        func sketch(coin: UInt64 = 1) throws -> QuantileSketch {
            try QuantileSketch(k: k, count: count, minimum: minimum, maximum: maximum, levels: levels, coin: coin)
        }
    }

    @Test(arguments: [0, 1, 60, 5_000])
    func `a quantile sketch made of its state equals it and goes on equally`(count: Int) throws {
        var sketch = Self.quantiles(count)
        var again = try SavedQuantiles(sketch).sketch(coin: sketch.coin)
        #expect(again == sketch)
        for value in 0..<1_000 {
            sketch.add(Double(value))
            again.add(Double(value))
        }
        #expect(again == sketch)
    }

    private static let spoiledQuantiles: [(String, @Sendable (inout SavedQuantiles) -> Void)] = [
        ("k is 7", { $0.k = 7 }),
        ("k is 65536", { $0.k = 65_536 }),
        ("a count of -1", { $0.count = -1 }),
        ("not possible", { $0.count = .max }),
        ("its count is", { $0.count += 1 }),
        ("0 levels", { $0.levels = [] }),
        ("55 levels", { $0.levels += Array(repeating: [], count: 55 - $0.levels.count) }),
        ("more values than", { $0.levels[0] = Array(repeating: 0, count: 6 * 64 + 513) }),
        ("its levels stand for", { $0.levels[1].removeLast() }),
        ("not in order", { $0.levels[$0.levels.count - 1].swapAt(0, 1) }),
        ("outside minimum", { $0.levels[1][0] = .nan }),
        ("outside minimum", { $0.levels[0][0] = .infinity }),
        ("outside minimum", { $0.minimum = 0 }),
        ("outside minimum", { $0.maximum = .nan }),
        ("minimum and maximum", { $0.minimum = -.infinity }),
        ("minimum and maximum", { ($0.count, $0.levels) = (0, [[]]) }),
    ]

    @Test(arguments: spoiledQuantiles.indices)
    func `a state that no quantile sketch has is refused`(index: Int) throws {
        let (words, spoil) = Self.spoiledQuantiles[index]
        var saved = SavedQuantiles(Self.quantiles(5_001))
        // Something for each change to change.
        try #require(saved.levels.count > 2 && saved.levels[1].count > 0 && saved.levels[0].count > 0)
        spoil(&saved)
        let error = #expect(throws: InvalidSketch.self) { try saved.sketch() }
        #expect(error?.description.contains(words) == true, "\(String(describing: error))")
    }

    @Test func `a distinct sketch is made of its registers, and of no others`() throws {
        var sketch = DistinctSketch(precision: 6)
        for value in 0..<500 { sketch.add("value \(value)") }
        #expect(try DistinctSketch(precision: 6, registers: sketch.registers) == sketch)
        #expect(throws: InvalidSketch.self) {
            try DistinctSketch(precision: 6, registers: Array(repeating: 0, count: 63))
        }
        #expect(throws: InvalidSketch.self) {
            try DistinctSketch(precision: 3, registers: Array(repeating: 0, count: 8))
        }
        #expect(throws: InvalidSketch.self) { try DistinctSketch(precision: 400, registers: sketch.registers) }
        var full = [UInt8](repeating: 59, count: 64)
        #expect(try DistinctSketch(precision: 6, registers: full).estimate > 1e15)
        full[3] = 60
        #expect(throws: InvalidSketch.self) { try DistinctSketch(precision: 6, registers: full) }
    }

    @Test func `frequent items are made of their counts, and of no others`() throws {
        var sketch = FrequentItems(capacity: 4)
        for value in 0..<200 { sketch.add("\(value % 7 == 0 ? 0 : value)") }
        try #require(sketch.maximumError > 0)
        func made(
            _ capacity: Int? = nil,
            _ count: Int? = nil,
            _ error: Int? = nil,
            _ counts: [String: Int]? = nil
        ) throws -> FrequentItems {
            try FrequentItems(
                capacity: capacity ?? sketch.capacity,
                count: count ?? sketch.count,
                maximumError: error ?? sketch.maximumError,
                counts: counts ?? sketch.counts
            )
        }
        #expect(try made() == sketch)
        for (capacity, count, error) in [
            (0, nil, nil), (1_000_001, nil, nil), (nil, -1, nil), (nil, 0, 0), (nil, Int.max, nil), (nil, nil, -1),
            (nil, nil, 41), (nil, nil, 0), (40, nil, nil),
        ] as [(Int?, Int?, Int?)] {
            #expect(throws: InvalidSketch.self, "\(String(describing: (capacity, count, error)))") {
                try made(capacity, count, error)
            }
        }
        let many = Dictionary(uniqueKeysWithValues: (0..<9).map { ("\($0)", 1) })
        for counts in [many, ["a": 0], ["a": -5], ["a": Int.max, "b": Int.max]] {
            #expect(throws: InvalidSketch.self, "\(counts)") { try made(nil, nil, nil, counts) }
        }
    }

    @Test func `moments are made of their sums, and those of halves agree with those of all`() throws {
        var generator = SplitMix(seed: 5)
        var parts = [ShapeMoments(), ShapeMoments()]
        var all = ShapeMoments()
        for index in 0..<10_000 {
            let value = 100 + 1 / (0.01 + generator.uniform())
            parts[index < 3_000 ? 0 : 1].add(value)
            all.add(value)
        }
        var merged = try again(parts[0])
        #expect(merged == parts[0])
        merged.merge(try again(parts[1]))
        for part in [\ShapeMoments.count, \.mean, \.sampleVariance, \.skewness, \.kurtosis] {
            #expect(agrees(merged[keyPath: part], all[keyPath: part], relative: 1e-9))
        }
        for (count, sums) in [
            (-1, [0, 0, 0, 0]), (1.5, [0, 0, 0, 0]), (1e17, [0, 1, 0, 1]), (.nan, [0, 0, 0, 0]), (3, [.nan, 1, 1, 1]),
            (3, [1, -1, 0, 1]), (3, [1, 1, .infinity, 1]), (3, [1, 1, 0, -1]), (1, [1, 1, 0, 0]), (0, [1, 0, 0, 0]),
        ] as [(Double, [Double])] {
            #expect(throws: InvalidSketch.self, "\(count) \(sums)") {
                try ShapeMoments(count: count, mean: sums[0], second: sums[1], third: sums[2], fourth: sums[3])
            }
        }
    }

    private func again(_ moments: ShapeMoments) throws -> ShapeMoments {
        try ShapeMoments(
            count: moments.count,
            mean: moments.mean,
            second: moments.second,
            third: moments.third,
            fourth: moments.fourth
        )
    }

    @Test func `one value has moments, however large, and those far apart are told to have none`() {
        var moments = ShapeMoments()
        moments.add(1e300)
        #expect(moments.mean == 1e300 && moments.sampleVariance == 0 && moments.isFinite)
        moments.add(-1e300)
        #expect(!moments.isFinite)
    }
}
