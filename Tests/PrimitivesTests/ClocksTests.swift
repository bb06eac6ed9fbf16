import Testing

@testable import Primitives

@Suite struct ClocksTests {
    @Test(arguments: [
        (Int64(0), "1970-01-01T00:00:00.000Z"),
        (1_772_366_400_250, "2026-03-01T12:00:00.250Z"),
        (-1, "1969-12-31T23:59:59.999Z"),
        (Int64.max, "9999-12-31T23:59:59.999Z"),
        (Int64.min, "0000-01-01T00:00:00.000Z"),
    ])
    func `a time is written as RFC 3339 in UTC`(milliseconds: Int64, text: String) {
        #expect(WallClock.iso8601(milliseconds: milliseconds) == text)
    }

    @Test func `the monotonic clock does not go back`() {
        var last = MonotonicClock.nowNanoseconds()
        for _ in 0..<10_000 {
            let now = MonotonicClock.nowNanoseconds()
            #expect(now >= last)
            last = now
        }
    }

    @Test(arguments: [(Int64(7), Int64(3)), (-7, -4), (-8, -4), (0, 0)])
    func `floored division rounds towards minus infinity`(value: Int64, half: Int64) {
        #expect(value.flooredDivision(by: 2) == half)
    }

    @Test func `a duration is clamped to whole milliseconds`() {
        #expect(Duration.milliseconds(1_500).milliseconds == 1_500)
        #expect(Duration.microseconds(999).milliseconds == 0)
        #expect(Duration.seconds(Int64.max).milliseconds == Int.max)
    }
}
