import Primitives
import Testing

@testable import Retraining

@Suite struct CronScheduleTests {
    /// 2026-11-25 15:30:20 UTC, a Wednesday.
    private let now: Int64 = 1_795_620_620_000

    @Test(arguments: [
        ("* * * * *", "2026-11-25T15:31"), ("0 3 * * *", "2026-11-26T03:00"), ("30 15 * * *", "2026-11-26T15:30"),
        ("*/20 * * * *", "2026-11-25T15:40"), ("0 0 1 * *", "2026-12-01T00:00"), ("0 6 * * 1", "2026-11-30T06:00"),
        ("0 6 * * 7", "2026-11-29T06:00"), ("15 9-17/4 * * 1-5", "2026-11-25T17:15"),
        ("0 0 29 2 *", "2028-02-29T00:00"), ("5 4 13 * 5", "2026-11-27T04:05"), ("0 0 31 1,3 *", "2027-01-31T00:00"),
    ])
    func `the next time is the first that all fields allow`(text: String, expected: String) throws {
        let schedule = try #require(CronSchedule(text))
        let next = try #require(schedule.next(afterMilliseconds: now))
        #expect(WallClock.iso8601(milliseconds: next).hasPrefix(expected))
    }

    @Test func `a date that never comes has no next time`() throws {
        #expect(try #require(CronSchedule("0 0 30 2 *")).next(afterMilliseconds: now) == nil)
    }

    @Test(arguments: [
        "", "* * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *", "* * * * 8", "*/0 * * * *", "5-2 * * * *",
        "a * * * *", "1,,2 * * * *", "1-2-3 * * * *",
    ])
    func `other texts are no schedule`(text: String) {
        #expect(CronSchedule(text) == nil)
    }
}
