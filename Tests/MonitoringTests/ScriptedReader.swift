import Execution
import Synchronization

@testable import Monitoring
@testable import Streams

/// The topics of a script as a broker would hold them.
struct ScriptedTopics: Sendable {
    let records: [String: [StreamRecord]]

    init(_ script: StreamScript) {
        let definition = script.definition
        let topics =
            [definition.inputTopic] + definition.predictionTopics.map(\.topic) + [definition.labelsTopic ?? "labels"]
        var records: [String: [StreamRecord]] = [:]
        for (topic, events) in zip(topics, script.sources) {
            records[topic] = events.enumerated().map { Self.record($1, topic: topic, offset: $0, definition) }
        }
        self.records = records
    }

    init(records: [String: [StreamRecord]]) {
        self.records = records
    }

    /// Opens readers that take bursts of random length from random topics.
    func opener(seed: UInt64, limit: Int = .max, exhausted: OneShot<Void>) -> MonitorService.ReaderSource {
        { assignments in ScriptedReader(self, assignments, seed: seed, limit: limit, exhausted: exhausted) }
    }

    static func record(
        _ event: MonitorEvent,
        topic: String,
        offset: Int,
        _ definition: MonitorDefinition
    ) -> StreamRecord {
        let time: Int64
        let text: String
        switch event {
        case .row(let row):
            let members = zip(definition.columns, row.cells).map { "\"\($0.name)\":\($1.text)" }
            text = "{\(members.joined(separator: ","))}"
            time = row.time
        case .prediction(_, let prediction):
            text = """
                {"prediction_id":"\(prediction.id)","probability":\(prediction.probability),\
                "prediction":\(prediction.predicted == true ? 1 : 0),"model":"rain","version":\(prediction.version),\
                "source":{"topic":"in","partition":0,"offset":\(prediction.rowOffset)}}
                """
            time = 0
        case .label(let label):
            text =
                "{\"prediction_id\":\"\(label.id)\",\"label\":\(label.value == true ? 1 : 0),\"event_time\":\(label.time)}"
            time = 0
        case .undecodable:
            text = "{"
            time = 0
        }
        return StreamRecord(
            topic: topic,
            partition: 0,
            offset: Int64(offset),
            timestampMilliseconds: time,
            key: nil,
            value: Array(text.utf8),
            headers: []
        )
    }
}

/// Reads scripted topics; behaves like a stream reader whose broker interleaves the topics as it likes.
final class ScriptedReader: RecordReader {
    private struct State {
        var positions: [String: Int]
        var generator: SplitMix
        var left: Int
    }

    private let topics: ScriptedTopics
    private let state: Mutex<State>
    private let exhausted: OneShot<Void>

    init(
        _ topics: ScriptedTopics,
        _ assignments: [(TopicPartition, Int64)],
        seed: UInt64,
        limit: Int,
        exhausted: OneShot<Void>
    ) {
        self.topics = topics
        self.exhausted = exhausted
        let positions = assignments.map { ($0.topic, max(0, Int($1))) }
        state = Mutex(
            State(
                positions: Dictionary(uniqueKeysWithValues: positions),
                generator: SplitMix(seed: seed),
                left: limit
            )
        )
    }

    func next(maximum: Int, wait: Duration) async throws -> [StreamRecord] {
        let batch = state.withLock { take(maximum, &$0) }
        if batch.isEmpty {
            exhausted.succeed(())
            try await Task.sleep(for: .milliseconds(1))
        }
        return batch
    }

    func knownEnd(_ partition: TopicPartition) -> Int64? {
        topics.records[partition.topic].map { Int64($0.count) }
    }

    func close() async {}

    private func take(_ maximum: Int, _ state: inout State) -> [StreamRecord] {
        let readable = topics.records.keys.sorted().filter {
            (state.positions[$0] ?? 0) < topics.records[$0]?.count ?? 0
        }
        guard !readable.isEmpty, state.left > 0 else { return [] }
        let topic = readable[Int(state.generator.next() % UInt64(readable.count))]
        let records = topics.records[topic] ?? []
        let start = state.positions[topic] ?? 0
        let burst = min(maximum, 1 + Int(state.generator.next() % 60), state.left, records.count - start)
        state.positions[topic] = start + burst
        state.left -= burst
        return Array(records[start..<(start + burst)])
    }
}

extension Cell {
    /// The value as it stands in a JSON record.
    var text: String {
        switch self {
        case .missing: "null"
        case .mistyped: "[]"
        case .nonFinite: "\"NaN\""
        case .number(let value): "\(value)"
        case .category(let value): "\"\(value)\""
        }
    }
}
