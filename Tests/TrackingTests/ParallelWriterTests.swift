import Testing

@testable import Tracking

@Suite(.timeLimit(.minutes(2))) struct ParallelWriterTests {
    /// Many writers, some to runs of their own and all to one: nothing fails and nothing is lost.
    @Test func sixtyFourWritersLoseNothing() async throws {
        let fixture = try await TrackingFixture()
        let tracking = fixture.tracking
        let shared = try await fixture.run("shared")
        let runs = try await withThrowingTaskGroup(of: RunID.self) { group in
            for writer in 0..<64 {
                group.addTask {
                    let own = try await tracking.createRun(RunDraft(experiment: .standard)).info.id
                    for step in 0..<20 {
                        let point = Metric(key: "m", value: Double(writer), timestamp: Int64(step), step: Int64(step))
                        try await tracking.logMetric(point, to: own)
                        try await tracking.logMetric(point, to: shared)
                        try await tracking.logParam(KeyValue("p\(step)", "\(writer)"), to: own)
                        try await tracking.setTag(KeyValue("w\(writer)", "\(step)"), of: shared)
                    }
                    return own
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(Set(runs).count == 64)
        for id in runs {
            let run = try await tracking.run(id)
            #expect(run.params.count == 20)
            #expect(try await tracking.metricHistory("m", of: id).items.count == 20)
        }
        #expect(try await tracking.metricHistory("m", of: shared).items.count == 64 * 20)
        #expect(try await tracking.run(shared).tags.filter { $0.key.hasPrefix("w") && $0.value == "19" }.count == 64)
    }
}
