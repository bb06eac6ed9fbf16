import Testing

@testable import Broker

struct HealthWatchTests {
    private func partition(_ end: Int64, readable: Int64, offline: Bool = false) -> PartitionHealth {
        PartitionHealth(topic: "t", partition: 0, endOffset: end, highWatermark: readable, bytes: 0, isOffline: offline)
    }

    private func position(_ committed: Int64, lag: Int64) -> PositionHealth {
        PositionHealth(group: "g", topic: "t", partition: 0, committed: committed, lag: lag)
    }

    @Test func `a partition stalls while its written records do not become readable`() {
        var watch = HealthWatch()
        let steps: [(PartitionHealth, Int64, Int64)] = [
            (partition(0, readable: 0), 0, 0), (partition(5, readable: 0), 10, 0), (partition(9, readable: 0), 30, 20),
            (partition(9, readable: 5), 40, 0), (partition(9, readable: 5), 55, 15), (partition(9, readable: 9), 60, 0),
            (partition(9, readable: 9), 90, 0), (partition(12, readable: 9), 95, 0),
        ]
        for (health, now, stalled) in steps {
            #expect(watch.observe([health], now: now).map(\.stalledNanoseconds) == [stalled], "at \(now)")
        }
    }

    @Test func `a partition that is out of order has stalled`() {
        var watch = HealthWatch()
        _ = watch.observe([partition(5, readable: 5, offline: true)], now: 0)
        #expect(watch.observe([partition(5, readable: 5, offline: true)], now: 7)[0].stalledNanoseconds == 7)
    }

    @Test func `a group stalls while it has something to read and does not move`() {
        var watch = HealthWatch()
        let steps: [(PositionHealth, Int64, Int64)] = [
            (position(3, lag: 4), 0, 0), (position(3, lag: 6), 10, 10), (position(5, lag: 4), 20, 0),
            (position(9, lag: 0), 30, 0), (position(9, lag: 0), 90, 0), (position(9, lag: 1), 100, 0),
            (position(9, lag: 1), 130, 30),
        ]
        for (health, now, stalled) in steps {
            #expect(watch.observe([health], now: now).map(\.stalledNanoseconds) == [stalled], "at \(now)")
        }
    }

    @Test func `what is gone is forgotten`() {
        var watch = HealthWatch()
        _ = watch.observe([position(3, lag: 4)], now: 0)
        #expect(watch.observe([PositionHealth](), now: 10).isEmpty)
        #expect(watch.observe([position(3, lag: 4)], now: 20)[0].stalledNanoseconds == 0)
    }
}
