internal import JSON
@testable internal import Scoring
internal import Synchronization
internal import Testing

struct ReplayPaceTests {
    let second: Int64 = 1_000_000_000

    @Test func rowsAreDueAtThePace() {
        var pace = ReplayPace(rowsPerSecond: 100, now: 5 * second)
        #expect(pace.due(now: 5 * second, limit: 1_000) == 1)
        pace.didSend(1)
        #expect(pace.due(now: 5 * second + 5_000_000, limit: 1_000) == 0)
        #expect(pace.next == 5 * second + 10_000_000)
        #expect(pace.due(now: 5 * second + 500_000_000, limit: 1_000) == 50)
        #expect(pace.due(now: 5 * second + 500_000_000, limit: 20) == 20)
    }

    @Test func aLongPauseIsNotCaughtUp() {
        var pace = ReplayPace(rowsPerSecond: 1_000, now: 0)
        pace.didSend(1)
        #expect(pace.due(now: 60 * second, limit: 100_000) == 1)
    }

    @Test func overAMinuteNoRowIsLostToRounding() {
        var pace = ReplayPace(rowsPerSecond: 333, now: 0)
        var sent = 0
        for tick in 0...60_000 {
            let due = pace.due(now: Int64(tick) * 1_000_000, limit: 4_096)
            pace.didSend(due)
            sent += due
        }
        #expect(sent == 333 * 60 + 1)
    }
}

struct ColumnRowsTests {
    let columns = [
        ColumnRows.Column(name: "day", values: [3_650, 3_651], isInteger: true),
        ColumnRows.Column(name: "t", values: [-1.47568, .nan], isInteger: false),
        ColumnRows.Column(name: "rain", values: [0, 1], isInteger: true),
    ]

    @Test func rowsAreJSONWithoutTheLabel() throws {
        let rows = try ColumnRows(columns: columns, timeColumn: "day", timeUnitMilliseconds: 86_400_000, label: "rain")
        let replayed = try rows.rows(0..<2)
        #expect(rows.count() == 2)
        #expect(String(decoding: replayed[0].value, as: UTF8.self) == #"{"day":3650,"t":-1.47568}"#)
        #expect(String(decoding: replayed[1].value, as: UTF8.self) == #"{"day":3651,"t":null}"#)
        #expect(replayed.map(\.eventTime) == [315_360_000_000, 315_446_400_000])
        #expect(replayed.map(\.label) == [0, 1])
        #expect(throws: ScoringError.self) { try rows.rows(1..<3) }
    }

    @Test func aTableThatCannotBeReplayedSaysWhy() {
        func make(_ columns: [ColumnRows.Column], time: String = "day", label: String? = "rain") throws(ScoringError) {
            _ = try ColumnRows(columns: columns, timeColumn: time, timeUnitMilliseconds: 1, label: label)
        }
        #expect(throws: ScoringError.self) { try make(columns, time: "hour") }
        #expect(throws: ScoringError.self) { try make(columns, label: "snow") }
        #expect(throws: ScoringError.self) { try make(columns, time: "t") }
        #expect(throws: ScoringError.self) {
            try make(columns + [ColumnRows.Column(name: "short", values: [1], isInteger: false)])
        }
    }
}

struct ReplayLeadTests {
    /// A follower that is moved by hand.
    final class Follower: Sendable {
        let rows = Atomic<Int>(0)
    }

    let follower = Follower()

    func lead(_ limit: Int) -> ReplayLead {
        ReplayLead(limit: limit, patience: .seconds(5)) { [follower] in follower.rows.load(ordering: .relaxed) }
    }

    @Test func aReplayWaitsWhileItsFollowerGetsOn() {
        let lead = lead(100)
        #expect(lead.allows(rows: 100, now: 0))
        for second in 1...20 {
            follower.rows.store(second, ordering: .relaxed)
            #expect(!lead.allows(rows: 200, now: Int64(second) * 3_000_000_000))
        }
        follower.rows.store(100, ordering: .relaxed)
        #expect(lead.allows(rows: 200, now: 70_000_000_000))
        #expect(!lead.allows(rows: 201, now: 71_000_000_000))
    }

    @Test func aFollowerThatStandsStillIsWaitedForOnlyOnce() {
        let lead = lead(100)
        #expect(!lead.allows(rows: 101, now: 0))
        #expect(!lead.allows(rows: 101, now: 4_999_999_999))
        #expect(lead.allows(rows: 101, now: 5_000_000_000))
        #expect(lead.allows(rows: 202, now: 5_000_000_001))
        // Twice the lead that was found: a replay beside a dead monitor stops a few times, and not for long.
        let stops = (203...100_000).count { !lead.allows(rows: $0, now: Int64($0) * 10_000_000) }
        #expect(stops < 10 * 501)
    }

    @Test func aLateFollowerMayComeBack() {
        let lead = lead(10)
        #expect(!lead.allows(rows: 50, now: 0))
        #expect(lead.allows(rows: 50, now: 6_000_000_000))
        follower.rows.store(49, ordering: .relaxed)
        #expect(lead.allows(rows: 149, now: 7_000_000_000))
        #expect(!lead.allows(rows: 150, now: 7_000_000_000))
    }
}

struct ReplayHoldTests {
    @Test func theGateIsShutAsLongAsAnybodyHoldsIt() {
        let hold = ReplayHold()
        #expect(hold.isOpen)
        hold.hold()
        hold.hold()
        hold.release()
        #expect(!hold.isOpen)
        hold.release()
        #expect(hold.isOpen)
    }
}
