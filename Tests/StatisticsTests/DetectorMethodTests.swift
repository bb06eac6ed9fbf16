import Testing

@testable import Statistics

struct DetectorMethodTests {
    private func values(rates: Bool) -> [Double] {
        var generator = SplitMix(seed: 5)
        return (0..<4_000).map { row in
            let chance = row < 2_000 ? 0.2 : 0.6
            if rates { return generator.uniform() < chance ? 1 : 0 }
            return generator.uniform() * 4 + (row < 2_000 ? 0 : 3)
        }
    }

    @Test(arguments: DetectorMethod.allCases)
    func `a block says what its values say one by one`(method: DetectorMethod) throws {
        let values = values(rates: method.wantsRates)
        var single = try method.detector()
        var one: [Int: DetectorVerdict] = [:]
        for (row, value) in values.enumerated() {
            let verdict = single.update(value)
            if verdict != .stable { one[row] = verdict }
        }
        var blocks = try method.detector()
        var many: [Int: DetectorVerdict] = [:]
        for start in stride(from: 0, to: values.count, by: 700) {
            let block = Array(values[start..<min(values.count, start + 700)])
            block.withUnsafeBufferPointer { block in blocks.update(block) { many[start + $0] = $1 } }
        }
        #expect(many == one)
        #expect(blocks == single)
        #expect(one.values.contains(.drift) || method == .fhddm)
    }

    @Test func `every default is a value that its parameter allows`() throws {
        for method in DetectorMethod.allCases {
            for parameter in method.parameters {
                #expect(parameter.range.contains(parameter.standard))
                #expect(throws: Never.self) { try method.detector([parameter.name: parameter.standard]) }
                #expect(throws: DetectorParameterError.self) {
                    try method.detector([parameter.name: parameter.range.upperBound + 1e15])
                }
                if parameter.isWhole {
                    #expect(throws: DetectorParameterError.self) {
                        try method.detector([parameter.name: parameter.range.lowerBound + 0.5])
                    }
                }
            }
        }
        let error = #expect(throws: DetectorParameterError.self) { try DetectorMethod.ddm.detector(["delta": 1]) }
        #expect(error?.message.contains("warm_start, warning_threshold, drift_threshold") == true)
    }
}
