import Testing

@testable import MLflowAPI

@Suite struct TraceTimeTests {
    @Test(
        arguments: [
            ("1970-01-01T00:00:00Z", 0), ("2026-11-21T04:21:20.128Z", 1_795_234_880_128),
            ("2000-02-29T23:59:59.999Z", 951_868_799_999), ("1969-12-31T23:59:59.500Z", -500),
        ] as [(String, Int64)]
    )
    func timesGoBothWays(text: String, milliseconds: Int64) {
        #expect(TraceTime.milliseconds(text) == milliseconds)
        #expect(TraceTime.text(milliseconds: milliseconds) == text)
    }

    @Test func offsetsAndLongFractionsAreRead() {
        #expect(TraceTime.milliseconds("2026-11-21T05:21:20.128999+01:00") == 1_795_234_880_128)
    }

    @Test(arguments: [
        "", "2026", "2026-13-01T00:00:00Z", "2026-11-21 04:21:20", "2026-11-21T04:21:20", "xxxx-11-21T04:21:20Z",
    ])
    func otherTextsAreNoTimes(text: String) {
        #expect(TraceTime.milliseconds(text) == nil)
    }

    @Test(arguments: [("0s", 0), ("1.500s", 1_500), ("0.091s", 91), ("12s", 12_000)] as [(String, Int64)])
    func durationsGoBothWays(text: String, milliseconds: Int64) {
        #expect(TraceTime.duration(text) == milliseconds)
        #expect(TraceTime.text(duration: milliseconds) == text)
    }
}
