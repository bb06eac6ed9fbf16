import JSON
import Statistics
import Testing

@testable import Monitoring
@testable import Streams

/// Monitors of models that say more than yes or no.
struct MonitorTaskTests {
    private func definition(_ task: MonitorTask) -> MonitorDefinition {
        var definition = MonitorDefinition(
            name: "m",
            model: "m",
            inputTopic: "in",
            predictionTopics: [.init(role: "champion", topic: "out")],
            labelsTopic: "labels",
            columns: [],
            window: .rows(6),
            evaluation: RollingEvaluation(rows: 50, every: 3, minimumRows: 3)
        )
        definition.task = task
        return definition
    }

    private func record(_ topic: String, _ offset: Int, _ text: String) -> StreamRecord {
        StreamRecord(
            topic: topic,
            partition: 0,
            offset: Int64(offset),
            timestampMilliseconds: Int64(offset) * 1000,
            key: nil,
            value: Array(text.utf8),
            headers: []
        )
    }

    /// The whole window, its rows predicted and labelled by these texts of JSON.
    private func window(_ task: MonitorTask, said: [String], true truth: [String]) throws -> AssembledWindow {
        let definition = definition(task)
        let messages = MonitorMessages(definition)
        var assembler = WindowAssembler(definition)
        for index in said.indices { assembler.receive(messages.event(record("in", index, "{}"))) }
        for (index, text) in said.enumerated() {
            let prediction = """
                {"prediction_id":"p\(index)",\(text),"version":1,\
                "source":{"topic":"in","partition":0,"offset":\(index)}}
                """
            assembler.receive(messages.event(record("out", index, prediction)))
        }
        for (index, text) in truth.enumerated() {
            let label = "{\"prediction_id\":\"p\(index)\",\"label\":\(text),\"event_time\":\(index * 1000)}"
            assembler.receive(messages.event(record("labels", index, label)))
        }
        #expect(assembler.counters.undecodable == 0)
        // A restart in the middle forgets nothing.
        var restored = try WindowAssembler(
            reading: SnapshotReader(assembler.json, monitor: "m"),
            for: definition
        )
        var steps: [MonitorStep] = []
        while let step = restored.nextStep() { steps.append(step) }
        return try #require(steps.compactMap(\.complete).first)
    }

    @Test func `a regression is judged by its errors`() throws {
        let said = [1.0, 2, 3, 4, 5, 6]
        let truth = [1.5, 2, 2, 5, 5, 7]
        let window = try window(
            .regression,
            said: said.map { "\"value\":\($0)" },
            true: truth.map { "\($0)" }
        )
        let quality = try #require(window.quality.first)
        let expected = try RegressionQuality(labels: truth, predictions: said)
        #expect(quality.rows == 6)
        #expect(quality[.meanAbsoluteError] == expected.meanAbsoluteError)
        #expect(quality[.rootMeanSquaredError] == expected.rootMeanSquaredError)
        #expect(quality[.determination] == expected.determination)
        #expect(quality[.auc] == nil)
        #expect(quality.undefined.isEmpty)
        #expect(window.scores.map(\.probability) == said)
    }

    @Test func `several classes are judged by means over the classes`() throws {
        let window = try window(
            .multiclass,
            said: ["\"a\"", "\"b\"", "\"c\"", "\"a\"", "\"b\"", "3"].map { "\"prediction\":\($0)" },
            true: ["\"a\"", "\"b\"", "\"a\"", "\"a\"", "\"c\"", "3.0"]
        )
        let quality = try #require(window.quality.first)
        #expect(quality.rows == 6)
        #expect(quality[.accuracy] == 4.0 / 6)
        // a: 2 of 2 said, 2 of 3 true; b: 1 of 2, 1 of 1; c: 0; 3: all.
        #expect(quality[.precision].map { abs($0 - (1 + 0.5 + 0 + 1) / 4) < 1e-12 } == true)
        #expect(quality[.recall].map { abs($0 - (2.0 / 3 + 1 + 0 + 1) / 4) < 1e-12 } == true)
        #expect(window.scores.isEmpty)
    }

    @Test func `what is no answer of the task is counted and passed by`() throws {
        let regression = MonitorMessages(definition(.regression))
        let source = "\"version\":1,\"source\":{\"topic\":\"in\",\"partition\":0,\"offset\":0}"
        for text in ["\"prediction\":\"high\"", "\"probability\":0.4", "\"value\":null"] {
            let record = record("out", 0, "{\"prediction_id\":\"p\",\(text),\(source)}")
            #expect(regression.event(record) == .undecodable, "\(text)")
        }
        let classes = MonitorMessages(definition(.multiclass))
        for label in ["0.5", "\"\"", "[1]", "null"] {
            let record = record("labels", 0, "{\"prediction_id\":\"p\",\"label\":\(label)}")
            #expect(classes.event(record) == .undecodable, "\(label)")
        }
    }

    @Test func `limits are of metrics that the task has`() {
        var definition = definition(.regression)
        definition.performance = [PerformanceLimit(metric: .auc, bound: .value(0.7))]
        #expect(throws: MonitorError.self) { try definition.validate() }
        definition.performance = [PerformanceLimit(metric: .meanAbsoluteError, bound: .value(2))]
        #expect(throws: Never.self) { try definition.validate() }
        #expect(!QualityMetric.meanAbsoluteError.higherIsBetter)
        definition.estimation = EstimationPolicy()
        #expect(throws: MonitorError.self) { try definition.validate() }
    }
}
