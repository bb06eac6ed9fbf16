internal import Execution
internal import JSON
internal import Primitives
internal import Streams
internal import Synchronization
internal import Telemetry

/// Replays the rows of a dataset into a topic at a declared pace, and each label some rows later into another.
///
/// Its position is the log's: the next row is the end offset of the rows' topic, the next label the end offset of the
/// labels' topic. Nothing else is kept, so after `kill -9` no row is lost and none is sent twice.
package final class ReplaySource: Service {
    /// The header that says when a row was produced: Unix nanoseconds in decimal digits.
    package static let producedAtHeader: StaticString = "produced_at_ns"

    private let configuration: ReplayConfiguration
    private let rows: any RowSource
    private let gate: (any ReplayGate)?
    private let state: Mutex<ReplayStatus>
    private let rate = RateMeter()
    private let stopping = Mutex(false)
    private let logger = Logger(label: "replay")

    /// Makes a replay that does nothing before ``run()``.
    package init(_ configuration: ReplayConfiguration, rows: any RowSource, gate: (any ReplayGate)? = nil) {
        precondition(configuration.rowsPerSecond > 0, "a replay has a pace")
        precondition(configuration.labelDelayRows >= 0, "a label cannot come before its row")
        self.configuration = configuration
        self.rows = rows
        self.gate = gate
        state = Mutex(
            ReplayStatus(
                name: configuration.name,
                state: .starting,
                rowsTotal: 0,
                rowsSent: 0,
                labelsSent: 0,
                ratePerSecond: 0,
                problem: nil
            )
        )
    }

    package var name: String { configuration.name }

    /// How it is doing now.
    package var status: ReplayStatus {
        var status = state.withLock { $0 }
        status.ratePerSecond = rate.perSecond
        return status
    }

    /// Replays until ``stop()``, also after the last row; what fails is tried again from the place that the log says.
    package func run() async throws {
        while !isStopping {
            do {
                try await replay()
            } catch {
                if isStopping { break }
                logger.error("A replay failed and tries again", ["replay": name, "error": "\(error)"])
                state.withLock { ($0.state, $0.problem) = (.failing, "\(error)") }
                await pause(1_000_000_000)
            }
        }
        state.withLock { if $0.state != .finished { $0.state = .stopped } }
    }

    package func stop() async {
        stopping.withLock { $0 = true }
    }

    private var isStopping: Bool { stopping.withLock { $0 } || Task.isCancelled }

    private func replay() async throws {
        let total = try await rows.count()
        var position = try await findPosition(total: total)
        state.withLock { state in
            (state.rowsTotal, state.rowsSent, state.labelsSent) = (total, position.row, position.label)
            (state.state, state.problem) = (.running, nil)
        }
        let producer = try StreamProducer(configuration.streams)
        do {
            try await send(total: total, from: &position, producer)
        } catch {
            await producer.close(grace: .zero)
            throw error
        }
        await producer.close()
        guard !isStopping else { return }
        logger.info("A replay has sent all rows", ["replay": name, "rows": "\(position.row)"])
        state.withLock { $0.state = .finished }
        while !isStopping { await pause(200_000_000) }
    }

    /// Where the replay stands, and the rows whose labels are still held back.
    private struct Position {
        var row: Int
        var label: Int
        var held: [ReplayRow]
    }

    private func findPosition(total: Int) async throws -> Position {
        let admin = try StreamAdmin(configuration.streams)
        try await admin.ensureTopic(configuration.output)
        let row = try await Int(admin.watermarks(TopicPartition(configuration.output, 0)).high)
        guard row <= total else {
            throw ScoringError(
                .topics,
                "topic \"\(configuration.output)\" holds \(row) messages, the replay has only \(total) rows: "
                    + "nobody else may write into it; delete it to start anew"
            )
        }
        guard let labels = configuration.labels else { return Position(row: row, label: row, held: []) }
        try await admin.ensureTopic(labels)
        let label = try await Int(admin.watermarks(TopicPartition(labels, 0)).high)
        guard label <= row else {
            throw ScoringError(
                .topics,
                "topic \"\(labels)\" holds \(label) labels for \(row) rows: nobody else may write into it; "
                    + "delete both topics to start anew"
            )
        }
        return Position(row: row, label: label, held: try await rows.rows(label..<row))
    }

    private func send(total: Int, from position: inout Position, _ producer: StreamProducer) async throws {
        var pace = ReplayPace(rowsPerSecond: configuration.rowsPerSecond, now: MonotonicClock.nowNanoseconds())
        try await sendLabels(total: total, &position, producer)
        while position.row < total && !isStopping {
            if await waitForGate() { pace.restart(now: MonotonicClock.nowNanoseconds()) }
            let due = pace.due(now: MonotonicClock.nowNanoseconds(), limit: min(4_096, total - position.row))
            if due > 0 {
                try await sendRows(due, &position, producer)
                pace.didSend(due)
                try await sendLabels(total: total, &position, producer)
            }
            // At a high pace several rows go in one tick.
            let tick = max(pace.next - MonotonicClock.nowNanoseconds(), 2_000_000)
            if position.row < total { await pause(tick) }
        }
    }

    /// Waits while the gate is shut; true where it was.
    private func waitForGate() async -> Bool {
        guard let gate, !gate.isOpen else { return false }
        state.withLock { $0.state = .held }
        while !gate.isOpen && !isStopping { await pause(20_000_000) }
        state.withLock { $0.state = .running }
        return true
    }

    private func sendRows(_ count: Int, _ position: inout Position, _ producer: StreamProducer) async throws {
        let batchRows = try await rows.rows(position.row..<position.row + count)
        var batch = ProducerBatch(topic: configuration.output)
        batch.headers = [StreamHeader("\(Self.producedAtHeader)", Array("\(WallClock.nowNanoseconds())".utf8))]
        for row in batchRows {
            row.value.withUnsafeBytes {
                batch.append(partition: 0, timestampMilliseconds: row.eventTime, key: nil, value: $0)
            }
        }
        let offsets = try await producer.send(batch)
        guard offsets.first == Int64(position.row), offsets.last == Int64(position.row + count - 1) else {
            throw ScoringError(
                .topics,
                "row \(position.row) came to offset \(offsets.first ?? -1) of topic \"\(configuration.output)\": "
                    + "somebody else writes into it, so rows and labels no longer match; delete it to start anew"
            )
        }
        position.row += count
        if configuration.labels != nil { position.held += batchRows } else { position.label = position.row }
        rate.count(count)
        let sent = position.row
        state.withLock { $0.rowsSent = sent }
    }

    /// Sends the labels that are due: those of rows far enough back, and all once the rows have ended.
    private func sendLabels(total: Int, _ position: inout Position, _ producer: StreamProducer) async throws {
        guard let topic = configuration.labels else { return }
        let end = position.row == total ? total : max(position.label, position.row - configuration.labelDelayRows)
        let count = end - position.label
        guard count > 0 else { return }
        // The time at which a label becomes known is that of the newest row.
        let now = position.held.last?.eventTime
        var batch = ProducerBatch(topic: topic)
        for (index, row) in position.held.prefix(count).enumerated() {
            let value = label(row, offset: position.label + index)
            batch.append(partition: 0, timestampMilliseconds: now, key: nil) { $0.append(contentsOf: value) }
        }
        let offsets = try await producer.send(batch)
        guard offsets.first == Int64(position.label) else {
            throw ScoringError(
                .topics,
                "label \(position.label) came to offset \(offsets.first ?? -1) of topic \"\(topic)\": somebody else "
                    + "writes into it; delete both topics to start anew"
            )
        }
        position.held.removeFirst(count)
        position.label = end
        state.withLock { $0.labelsSent = end }
    }

    /// A label as JSON: the id of its row's prediction, the value, and the row's event time.
    private func label(_ row: ReplayRow, offset: Int) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("prediction_id")
        writer.string("\(configuration.output)-0-\(offset)")
        writer.key("label")
        if let label = row.label {
            if let whole = Int64(exactly: label) { writer.int(whole) } else { writer.double(label) }
        } else {
            writer.null()
        }
        writer.key("event_time")
        writer.int(row.eventTime)
        writer.endObject()
        return writer.bytes
    }

    /// Sleeps for some nanoseconds, in parts, so that a stop is soon noticed.
    private func pause(_ nanoseconds: Int64) async {
        let end = MonotonicClock.nowNanoseconds() + nanoseconds
        while !isStopping {
            let left = end - MonotonicClock.nowNanoseconds()
            if left <= 0 { return }
            try? await Task.sleep(for: .nanoseconds(min(left, 100_000_000)))
        }
    }
}
