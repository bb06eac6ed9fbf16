import Testing

@testable import Monitoring

struct HealthJudgeTests {
    private let definition = StreamScript.definition()

    private func observations(
        _ judge: inout HealthJudge,
        _ policy: HealthPolicy,
        _ second: Int64,
        _ reading: HealthReading
    ) -> [String: AlertObservation] {
        let found = judge.judge(
            [reading],
            policy: policy,
            definition: definition,
            at: (window: 3, row: 350),
            now: (second * 1_000_000_000, second * 1000)
        )
        return Dictionary(uniqueKeysWithValues: found.map { ($0.series, $0) })
    }

    @Test func `a part that is behind and does not move is stalled, one that moves is not`() throws {
        var judge = HealthJudge()
        var policy = HealthPolicy()
        policy.maximumLag = 100
        _ = observations(&judge, policy, 0, HealthReading(part: "deployment d", lag: 50, progress: 10))
        let moving = observations(&judge, policy, 40, HealthReading(part: "deployment d", lag: 50, progress: 20))
        #expect(moving["health.stalled"]?.isBad == false)
        let still = observations(&judge, policy, 75, HealthReading(part: "deployment d", lag: 500, progress: 20))
        #expect(still["health.stalled"]?.isBad == true)
        #expect(
            still["health.stalled"]?.message.contains("deployment d has not moved for 35 s, 500 rows behind") == true
        )
        #expect(still["health.lag"]?.isBad == true)
        let done = observations(&judge, policy, 120, HealthReading(part: "deployment d", lag: 0, progress: 20))
        #expect(done.values.allSatisfy { !$0.isBad && $0.isGood })
    }

    @Test func `errors are judged by their share of what was taken since the last look`() {
        var judge = HealthJudge()
        var reading = HealthReading(part: "d", lag: 0, progress: 0)
        reading.errors = 0
        _ = observations(&judge, HealthPolicy(), 0, reading)
        (reading.progress, reading.errors) = (1000, 5)
        #expect(observations(&judge, HealthPolicy(), 1, reading)["health.errors"]?.isBad == false)
        (reading.progress, reading.errors) = (2000, 105)
        #expect(observations(&judge, HealthPolicy(), 2, reading)["health.errors"]?.isBad == true)
        (reading.progress, reading.errors) = (2000, 115)
        #expect(observations(&judge, HealthPolicy(), 3, reading)["health.errors"]?.isBad == true)
        #expect(observations(&judge, HealthPolicy(), 4, reading)["health.errors"]?.isBad == false)
    }

    @Test func `silence of the input and slowness are told where a limit is set`() {
        var judge = HealthJudge()
        var policy = HealthPolicy()
        policy.maximumSilenceSeconds = 60
        policy.maximumLatencyMilliseconds = 100
        var reading = HealthReading(part: "topic in", lag: 0, progress: 7, isInput: true)
        reading.latencyMilliseconds = 250
        #expect(observations(&judge, policy, 0, reading)["health.silence"]?.isBad == false)
        let late = observations(&judge, policy, 61, reading)
        #expect(late["health.silence"]?.isBad == true)
        #expect(late["health.latency"]?.isBad == true)
        #expect(late["health.stalled"]?.isBad == false)
    }

    @Test func `each opening of an alert on health is an alert of its own`() {
        var book = AlertBook()
        var judge = HealthJudge()
        var policy = HealthPolicy()
        policy.persistence = AlertPersistence(windows: 1, of: 1)
        policy.maximumLag = 10
        var ids: Set<String> = []
        for (second, lag) in [(0, 100), (1, 0), (2, 100), (3, 0)] as [(Int64, Int64)] {
            let reading = HealthReading(part: "d", lag: lag, progress: second)
            for observation in observations(&judge, policy, second, reading).values {
                ids.formUnion(book.observe(observation, now: 0).map(\.id))
            }
        }
        #expect(ids.count == 2)
    }
}
