import Execution
import Synchronization

@testable import Monitoring
@testable import Streams

/// The topics of a script spread over partitions: rows and their predictions in turn over some, labels over others.
struct PartitionedTopics: Sendable {
    let records: [TopicPartition: [StreamRecord]]
    let counts: [String: Int]

    /// Rows before `from` are in partition 0, as if the others had been added then.
    init(_ script: StreamScript, rowPartitions: Int, labelPartitions: Int, from: Int = 0) {
        let definition = script.definition
        var records: [TopicPartition: [StreamRecord]] = [:]
        func append(_ topic: String, _ partition: Int, _ time: Int64, _ text: String) {
            let place = TopicPartition(topic, Int32(partition))
            let record = StreamRecord(
                topic: topic,
                partition: Int32(partition),
                offset: Int64(records[place]?.count ?? 0),
                timestampMilliseconds: time,
                key: nil,
                value: Array(text.utf8),
                headers: []
            )
            records[place, default: []].append(record)
        }
        var places: [RowPlace] = []
        for (number, event) in script.sources[0].enumerated() {
            guard case .row(let row) = event else { continue }
            let partition = number < from ? 0 : number % rowPartitions
            let offset = records[TopicPartition("in", Int32(partition))]?.count ?? 0
            places.append(RowPlace(partition: Int32(partition), offset: Int64(offset)))
            let members = zip(definition.columns, row.cells).map { "\"\($0.name)\":\($1.text)" }
            append("in", partition, row.time, "{\(members.joined(separator: ","))}")
        }
        for (role, topic) in definition.predictionTopics.map(\.topic).enumerated() {
            for (number, event) in script.sources[1 + role].enumerated() {
                guard case .prediction(_, let prediction) = event else { continue }
                let place = places[Int(prediction.rowOffset)]
                let text = """
                    {"prediction_id":"in-\(place.partition)-\(place.offset)","probability":\(prediction.probability),\
                    "prediction":\(prediction.predicted == true ? 1 : 0),"model":"rain","version":\(prediction.version),\
                    "source":{"topic":"in","partition":\(place.partition),"offset":\(place.offset)}}
                    """
                append(topic, Int(place.partition), Int64(number), text)
            }
        }
        for (number, event) in script.sources[3].enumerated() {
            guard case .label(let label) = event else { continue }
            let place = places[number]
            let id = "in-\(place.partition)-\(place.offset)"
            let text =
                "{\"prediction_id\":\"\(id)\",\"label\":\(label.value == true ? 1 : 0),\"event_time\":\(label.time)}"
            append("labels", number < from ? 0 : number % labelPartitions, label.time, text)
        }
        self.records = records
        counts = ["in": rowPartitions, "out": rowPartitions, "frozen": rowPartitions, "labels": labelPartitions]
    }

    /// Only the first records of partition 0 of each topic, as before partitions were added.
    init(beginningOf topics: PartitionedTopics, rows: Int) {
        var records: [TopicPartition: [StreamRecord]] = [:]
        for (place, all) in topics.records where place.partition == 0 { records[place] = Array(all.prefix(rows)) }
        self.records = records
        counts = topics.counts.mapValues { _ in 1 }
    }

    /// Opens readers that take bursts of random length from random partitions.
    func opener(seed: UInt64, limit: Int = .max, exhausted: OneShot<Void>) -> MonitorService.ReaderSource {
        { PartitionedReader(self, $0, seed: seed, limit: limit, exhausted: exhausted) }
    }

    var counter: MonitorService.PartitionCounter {
        { [counts] in counts[$0] ?? 1 }
    }
}

/// Reads partitions as a stream reader does whose broker interleaves them as it likes.
final class PartitionedReader: RecordReader {
    private struct State {
        var positions: [TopicPartition: Int]
        var generator: SplitMix
        var left: Int
        var emptyPolls = 0
    }

    private let topics: PartitionedTopics
    private let state: Mutex<State>
    private let exhausted: OneShot<Void>

    init(
        _ topics: PartitionedTopics,
        _ assignments: [(TopicPartition, Int64)],
        seed: UInt64,
        limit: Int,
        exhausted: OneShot<Void>
    ) {
        self.topics = topics
        self.exhausted = exhausted
        let positions = assignments.map { ($0.0, max(0, Int($0.1))) }
        let state = State(
            positions: Dictionary(uniqueKeysWithValues: positions),
            generator: SplitMix(seed: seed),
            left: limit
        )
        self.state = Mutex(state)
    }

    func next(maximum: Int, wait: Duration) async throws -> [StreamRecord] {
        let (batch, isDone) = state.withLock { state in
            let batch = take(maximum, &state)
            state.emptyPolls = batch.isEmpty ? state.emptyPolls + 1 : 0
            return (batch, state.emptyPolls > 12 || batch.isEmpty && state.left == 0)
        }
        if isDone { exhausted.succeed(()) }
        if batch.isEmpty { try await Task.sleep(for: .microseconds(200)) }
        return batch
    }

    func knownEnd(_ partition: TopicPartition) -> Int64? { Int64(topics.records[partition]?.count ?? 0) }

    func close() async {}

    private func take(_ maximum: Int, _ state: inout State) -> [StreamRecord] {
        let readable = state.positions.filter { $0.value < topics.records[$0.key]?.count ?? 0 }.map(\.key)
            .sorted { ($0.topic, $0.partition) < ($1.topic, $1.partition) }
        guard !readable.isEmpty, state.left > 0 else { return [] }
        let place = readable[Int(state.generator.next() % UInt64(readable.count))]
        let records = topics.records[place] ?? []
        let start = state.positions[place] ?? 0
        let burst = min(maximum, 1 + Int(state.generator.next() % 60), state.left, records.count - start)
        state.positions[place] = start + burst
        state.left -= burst
        return Array(records[start..<(start + burst)])
    }
}
