import Testing

@testable import Statistics

struct StreamStatisticsTests {
    @Test(arguments: ["gauss_abrupt", "river_doc"])
    func `every statistic of a stream equals river's at every mark`(stream: String) throws {
        let values = try #require(try GoldenFile.byID("inputs_streams")[stream])["values"].doubles
        let marks = try GoldenFile.cases("river_stats").filter { $0["stream"].string == stream && $0["n"].exists }
        var (moments, shape) = (Moments(), ShapeMoments())
        var forgetting = ExponentialMoments(weight: 0.3)
        var (median, high) = (StreamingQuantile(0.5), StreamingQuantile(0.95))
        for (index, value) in values.enumerated() {
            moments.add(value)
            shape.add(value)
            forgetting.add(value)
            median.add(value)
            high.add(value)
            guard let golden = marks.first(where: { $0["n"].int == index + 1 })?["expected"] else { continue }
            let found: [(String, Double?)] = [
                ("mean", moments.mean), ("var", moments.sampleVariance), ("var_pop", moments.populationVariance),
                ("min", moments.minimum), ("max", moments.maximum), ("ewmean", forgetting.mean),
                ("ewvar", forgetting.variance), ("q50_p2", median.value), ("q95_p2", high.value),
                ("skew", shape.skewness), ("kurtosis", shape.kurtosis),
            ]
            for (name, value) in found {
                #expect(
                    value.map { agrees($0, golden[name].double, absolute: 1e-10) } == true,
                    "\(name) at \(index + 1): \(String(describing: value)) \(golden[name].double)"
                )
            }
        }
    }

    @Test func `shapes of two halves merge to the shape of the whole`() {
        var generator = SplitMix(seed: 1)
        var (whole, first, second) = (ShapeMoments(), ShapeMoments(), ShapeMoments())
        for index in 0..<1_000 {
            let value = generator.uniform() * generator.uniform()
            whole.add(value)
            if index < 300 { first.add(value) } else { second.add(value) }
        }
        first.merge(second)
        #expect(agrees(first.skewness, whole.skewness) && agrees(first.kurtosis, whole.kurtosis))
    }
}
