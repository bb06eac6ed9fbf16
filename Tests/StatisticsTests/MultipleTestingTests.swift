import Testing

@testable import Statistics

struct MultipleTestingTests {
    @Test(arguments: try GoldenFile.cases("multiple_testing").map { $0["id"].string })
    func `adjusted p-values equal statsmodels`(id: String) throws {
        let input = try #require(try GoldenFile.byID("multiple_testing")[id])
        for method in MultipleTesting.allCases {
            let expected = input["expected"][method.rawValue]
            guard expected.exists else { continue }
            let adjusted = method.adjusted(input["p"].doubles)
            #expect(adjusted.count == expected["adjusted"].array.count)
            #expect(zip(adjusted, expected["adjusted"].doubles).allSatisfy { agrees($0, $1) }, "\(method)")
        }
    }

    @Test(arguments: MultipleTesting.allCases)
    func `no tests give no values, and NaN stays NaN without counting`(method: MultipleTesting) {
        #expect(method.adjusted([]).isEmpty)
        let adjusted = method.adjusted([.nan, 0.04])
        #expect(adjusted[0].isNaN)
        #expect(agrees(adjusted[1], 0.04))
    }
}
