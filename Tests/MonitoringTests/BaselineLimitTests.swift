import JSON
import Testing

@testable import Monitoring

@Suite struct BaselineLimitTests {
    private func definition(_ limits: [PerformanceLimit], task: MonitorTask = .binary) -> MonitorDefinition {
        var definition = MonitorDefinition(
            name: "watch",
            model: "rain",
            inputTopic: "weather",
            predictionTopics: [PredictionTopic(role: "champion", topic: "rain")],
            labelsTopic: "labels",
            columns: [],
            window: .rows(100),
            evaluation: RollingEvaluation(rows: 100, every: 10, minimumRows: 50),
            performance: limits
        )
        definition.task = task
        return definition
    }

    private func drop(_ metric: QualityMetric, _ share: Double, margin: Double = 0.01) -> PerformanceLimit {
        PerformanceLimit(
            metric: metric,
            bound: .drop(share),
            persistence: AlertPersistence(windows: 1, of: 1),
            recoveryMargin: margin
        )
    }

    private func observe(
        _ book: inout AlertBook,
        _ limit: PerformanceLimit,
        _ value: Double,
        rows: Int = 100,
        version: Int = 1
    ) -> [MonitorAlert] {
        let quality = RoleQuality(role: "champion", rows: rows, values: [limit.metric: value], undefined: [:])
        let estimate = QualityEstimate(
            monitor: "watch",
            row: 10,
            window: 0,
            rows: rows,
            labelledRows: rows,
            championVersion: version,
            quality: [quality]
        )
        return AlertRules(definition: definition([limit])).observations(of: estimate).flatMap {
            book.observe($0, now: 0)
        }
    }

    @Test func `a version is held against what it showed over its first whole evaluation`() throws {
        var book = AlertBook()
        let limit = drop(.auc, 0.1)
        #expect(observe(&book, limit, 0.3, rows: 60).isEmpty, "too few rows to be a baseline, and nothing to compare")
        #expect(observe(&book, limit, 0.8).isEmpty)
        #expect(observe(&book, limit, 0.73).isEmpty)
        let alert = try #require(observe(&book, limit, 0.71).first)
        #expect(alert.state == .open)
        #expect(abs(alert.limit - 0.72) < 1e-12)
        #expect(alert.fingerprint == "watch.performance.champion.auc.drop")
        let words = "auc of rain version 1 (champion) is 0.71, more than 10.0 % worse than the 0.8 that it had at first"
        #expect(alert.message == "\(words), over the last 100 labelled rows")
        #expect(observe(&book, limit, 0.725).isEmpty, "inside the limit by less than the margin")
        #expect(observe(&book, limit, 0.74).map(\.state) == [.resolved])
    }

    @Test func `another version sets a limit of its own`() {
        var book = AlertBook()
        let limit = drop(.auc, 0.1)
        _ = observe(&book, limit, 0.9)
        #expect(observe(&book, limit, 0.7).map(\.state) == [.open])
        #expect(observe(&book, limit, 0.7, version: 2).map(\.state) == [.resolved])
        #expect(observe(&book, limit, 0.64, version: 2).isEmpty)
        #expect(observe(&book, limit, 0.62, version: 2).map(\.state) == [.open])
    }

    @Test func `a loss may rise by the share, and a margin beyond the baseline does not keep an alert open for ever`() {
        var book = AlertBook()
        let limit = drop(.meanAbsoluteError, 0.5, margin: 10)
        #expect(observe(&book, limit, 2).isEmpty)
        #expect(observe(&book, limit, 2.9).isEmpty)
        #expect(observe(&book, limit, 3.1).map(\.state) == [.open])
        #expect(observe(&book, limit, 2.4).map(\.state) == [.resolved])
    }

    @Test func `the baseline is stored with the book, which reads as before without one`() throws {
        var book = AlertBook()
        let limit = drop(.auc, 0.1)
        _ = observe(&book, limit, 0.8)
        let read = try AlertBook(reading: SnapshotReader(book.json, monitor: "watch"))
        #expect(read == book)
        #expect(read.series.values.first?.baseline == 0.8)
        let old = try JSONValue.parse(#"{"s":{"subject":"v1","recent":[true],"good_in_a_row":0,"open":null}}"#)
        #expect(try AlertBook(reading: SnapshotReader(old, monitor: "watch")).json == old)
    }

    @Test(arguments: [(QualityMetric.auc, 1.0), (.auc, 0), (.auc, -0.1), (.meanAbsoluteError, 11)])
    func `a drop that can never be is refused`(_ metric: QualityMetric, _ share: Double) {
        let task: MonitorTask = metric == .auc ? .binary : .regression
        let error = #expect(throws: MonitorError.self) { try definition([drop(metric, share)], task: task).validate() }
        #expect(error?.description.contains("performance.\(metric.rawValue)") == true, "\(error.debugDescription)")
    }

    @Test func `drift may ask for a share of the columns besides a number`() {
        var policy = DriftPolicy()
        #expect(policy.neededColumns(of: 20) == 1)
        policy.minimumShare = 0.3
        #expect(policy.neededColumns(of: 20) == 6)
        #expect(policy.neededColumns(of: 21) == 7)
        policy.minimumShare = 0.07
        #expect(policy.neededColumns(of: 100) == 7)
        policy.minimumColumns = 8
        #expect(policy.neededColumns(of: 20) == 8)
    }
}
