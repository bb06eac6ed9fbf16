import Testing

@testable import Statistics

struct ChunkedDriftTests {
    struct Case: CustomTestStringConvertible {
        let golden: GoldenValue
        var id: String { golden["id"].string }
        var testDescription: String { id }
        var plan: ChunkPlan { .rows(golden["chunk_size"].int) }

        static func all(_ type: String) throws -> [Case] {
            try GoldenFile.cases("nannyml_drift").map(Case.init).filter { $0.golden["feature_type"].string == type }
        }

        func expect(_ found: [ChunkMethod: ChunkSeries], relative: Double = 1e-9) {
            for (method, series) in found {
                for (period, chunks) in [("reference", series.reference), ("analysis", series.current)] {
                    let expected = golden["expected"].array.filter {
                        $0["chunk"]["chunk"]["period"].string == period
                    }
                    #expect(expected.count == chunks.count)
                    for (chunk, value) in zip(chunks, expected) {
                        let value = value["x"][method.rawValue]
                        guard value["value"].exists, value["value"].double.isFinite else {
                            #expect(chunk.value == nil)
                            continue
                        }
                        let difference = chunk.value.map { abs($0 - value["value"].double) } ?? .infinity
                        #expect(
                            difference <= max(1e-9, relative * abs(value["value"].double)),
                            "\(method) \(period) \(chunk) \(value["value"].double)"
                        )
                        #expect(chunk.isUnusual == value["alert"].bool, "\(method) \(period) \(chunk)")
                        guard value["upper_threshold"].exists else { continue }
                        let limit = value["upper_threshold"].double
                        let agreed = series.limits.upper.map { abs($0 - limit) <= max(1e-9, relative * abs(limit)) }
                        #expect(agreed == true, "\(method) \(series.limits)")
                    }
                }
            }
        }
    }

    @Test(arguments: try Case.all("continuous"))
    func `chunks of numbers and their limits equal NannyML's`(chunks: Case) throws {
        let pair = try #require(try NumericPair.all().first { $0.id == chunks.id })
        let found = try ChunkedDrift.numbers(reference: pair.reference, current: pair.current, plan: chunks.plan)
        #expect(found.count == 4)
        chunks.expect(found)
    }

    @Test(arguments: try Case.all("categorical"))
    func `chunks of categories and their limits equal NannyML's`(chunks: Case) throws {
        let pair = try #require(try GoldenFile.byID("inputs_categorical")[chunks.id])
        let found = try ChunkedDrift.categories(
            reference: pair["ref"].categories,
            current: pair["cur"].categories,
            plan: chunks.plan
        )
        #expect(found.count == 4)
        chunks.expect(found)
    }

    @Test func `what is left over makes a short last chunk`() {
        #expect(ChunkPlan.rows(4).ranges(of: 10) == [0..<4, 4..<8, 8..<10])
        #expect(ChunkPlan.count(3).ranges(of: 10) == [0..<3, 3..<6, 6..<9, 9..<10])
        #expect(ChunkPlan.count(20).ranges(of: 3) == [0..<1, 1..<2, 2..<3])
        #expect(ChunkPlan.rows(0).ranges(of: 2) == [0..<1, 1..<2])
        #expect(ChunkPlan.rows(5).ranges(of: 0).isEmpty)
    }

    @Test func `limits lie three deviations from the mean, within what the value can be`() {
        let values: [Double?] = [1, 2, 3, nil]
        let limits = ChunkThreshold.quality.limits(of: values, within: 0...4)
        #expect(limits.lower == 0)
        #expect(limits.upper == 4)
        let deviation = (2.0 / 3).squareRoot()
        let wide = ChunkThreshold.deviations(lower: 1, upper: nil).limits(of: values, within: 0...4)
        #expect(wide.lower.map { agrees($0, 2 - deviation) } == true)
        #expect(wide.upper == nil)
        #expect(ChunkThreshold.constant(lower: 0.5, upper: 9).limits(of: [], within: 0...4).upper == 4)
        #expect(ChunkThreshold.drift.limits(of: [nil], within: 0...1) == ChunkLimits(lower: nil, upper: nil))
        #expect(!wide.areExceeded(by: nil))
        #expect(wide.areExceeded(by: 1))
        #expect(!wide.areExceeded(by: 100))
    }

    @Test func `a chunk without values has no value and raises no alarm`() throws {
        let found = try ChunkedDrift.numbers(
            reference: [1, 2, 3, 4],
            current: [.nan, .nan, 1, .infinity],
            plan: .rows(2)
        )
        let series = try #require(found[.wasserstein])
        #expect(series.current[0] == ChunkFinding(value: nil, isUnusual: false))
        #expect(series.current[1].value == 1.5)
        #expect(throws: UndefinedStatistic.self) {
            try ChunkedDrift.numbers(reference: [.nan], current: [1], plan: .rows(1))
        }
        #expect(throws: UndefinedStatistic.self) {
            try ChunkedDrift.categories(reference: [nil], current: ["a"], plan: .rows(1))
        }
    }
}
