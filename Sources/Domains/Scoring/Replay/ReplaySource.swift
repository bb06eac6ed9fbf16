internal import Execution
internal import JSON
internal import Primitives
internal import Streams
internal import Synchronization
internal import Telemetry

/// Replays the rows of a dataset into a topic at a declared pace, and each label some rows later into another.
///
/// Rows, and likewise labels, go to the partitions of their topic in turn. The position is the log's: the ends of the
/// partitions say which rows and labels were sent. Nothing else is kept, so after `kill -9` no row is lost and none is
/// sent twice. The number of partitions must not change while a replay is played.
package final class ReplaySource: Service {
    /// The header that says when a row was produced: Unix nanoseconds in decimal digits.
    package static let producedAtHeader: StaticString = "produced_at_ns"

    /// The most rows that are sent at once, and so the most that a kill can leave behind in one partition.
    private static let largestBatch = 4_096

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
        let rowPlaces: ReplayPlacement
        let labelPlaces: ReplayPlacement?
        var row: Int
        var label: Int
        var held: [ReplayRow] = []
        var missingRows: [Int]
        var missingLabels: [Int] = []
    }

    private func findPosition(total: Int) async throws -> Position {
        let admin = try StreamAdmin(configuration.streams)
        let (rowPlaces, row, missingRows) = try await find(configuration.output, admin)
        guard row <= total else {
            throw ScoringError(
                .topics,
                "topic \"\(configuration.output)\" holds \(row) messages, the replay has only \(total) rows: "
                    + "nobody else may write into it; delete it to start anew"
            )
        }
        guard let labels = configuration.labels else {
            return Position(rowPlaces: rowPlaces, labelPlaces: nil, row: row, label: row, missingRows: missingRows)
        }
        let (labelPlaces, label, missingLabels) = try await find(labels, admin)
        guard label <= row else {
            throw ScoringError(
                .topics,
                "topic \"\(labels)\" holds \(label) labels for \(row) rows: nobody else may write into it; "
                    + "delete both topics to start anew"
            )
        }
        return Position(
            rowPlaces: rowPlaces,
            labelPlaces: labelPlaces,
            row: row,
            label: label,
            held: try await rows.rows(label..<row),
            missingRows: missingRows,
            missingLabels: missingLabels
        )
    }

    /// How many rows a topic holds, and which of them a kill has kept out of it.
    private func find(_ name: String, _ admin: StreamAdmin) async throws -> (ReplayPlacement, Int, [Int]) {
        try await admin.ensureTopic(name)
        guard let topic = try await admin.topic(name) else {
            throw StreamError(.unknownTopic, "topic \"\(name)\" was deleted at this moment: create it again")
        }
        var ends: [Int64] = []
        for partition in 0..<Int32(topic.partitions) {
            ends.append(try await admin.watermarks(TopicPartition(name, partition)).high)
        }
        let places = ReplayPlacement(topic: name, partitions: topic.partitions)
        let (next, missing) = places.progress(ends: ends)
        guard missing.count <= Self.largestBatch else {
            throw ScoringError(
                .topics,
                "the partitions of topic \"\(name)\" end at \(ends), which no replay leaves behind: somebody else writes "
                    + "into it, or partitions were added; delete it to start anew"
            )
        }
        return (places, next, missing)
    }

    private func send(total: Int, from position: inout Position, _ producer: StreamProducer) async throws {
        var pace = ReplayPace(rowsPerSecond: configuration.rowsPerSecond, now: MonotonicClock.nowNanoseconds())
        try await fill(&position, producer)
        try await sendLabels(total: total, &position, producer)
        while position.row < total && !isStopping {
            if await waitForGate(rows: position.row) { pace.restart(now: MonotonicClock.nowNanoseconds()) }
            let due = pace.due(
                now: MonotonicClock.nowNanoseconds(),
                limit: min(Self.largestBatch, total - position.row)
            )
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
    private func waitForGate(rows: Int) async -> Bool {
        guard let gate, !gate.isOpen(afterRows: rows) else { return false }
        state.withLock { $0.state = .held }
        while !gate.isOpen(afterRows: rows) && !isStopping { await pause(20_000_000) }
        state.withLock { $0.state = .running }
        return true
    }

    /// Sends what a kill has kept out of single partitions.
    private func fill(_ position: inout Position, _ producer: StreamProducer) async throws {
        if let first = position.missingRows.first {
            let all = try await rows.rows(first..<position.row)
            try await write(position.missingRows.map { ($0, all[$0 - first]) }, position.rowPlaces, producer)
            position.missingRows = []
        }
        if let places = position.labelPlaces, let first = position.missingLabels.first {
            let all = try await rows.rows(first..<position.label)
            let labels = position.missingLabels.map { ($0, all[$0 - first]) }
            try await writeLabels(labels, known: all.last?.eventTime, places, position.rowPlaces, producer)
            position.missingLabels = []
        }
    }

    private func sendRows(_ count: Int, _ position: inout Position, _ producer: StreamProducer) async throws {
        let first = position.row
        let batchRows = try await rows.rows(first..<first + count)
        try await write(batchRows.enumerated().map { (first + $0, $1) }, position.rowPlaces, producer)
        position.row += count
        if position.labelPlaces != nil { position.held += batchRows } else { position.label = position.row }
        rate.count(count)
        let sent = position.row
        state.withLock { $0.rowsSent = sent }
    }

    private func write(
        _ numbered: [(Int, ReplayRow)],
        _ places: ReplayPlacement,
        _ producer: StreamProducer
    ) async throws {
        var batch = ProducerBatch(topic: places.topic)
        batch.headers = [StreamHeader("\(Self.producedAtHeader)", Array("\(WallClock.nowNanoseconds())".utf8))]
        for (number, row) in numbered {
            row.value.withUnsafeBytes {
                batch.append(
                    partition: places.partition(of: number),
                    timestampMilliseconds: row.eventTime,
                    key: nil,
                    value: $0
                )
            }
        }
        try check(try await producer.send(batch), of: numbered.map(\.0), places)
    }

    /// Sends the labels that are due: those of rows far enough back, and all once the rows have ended.
    private func sendLabels(total: Int, _ position: inout Position, _ producer: StreamProducer) async throws {
        guard let places = position.labelPlaces else { return }
        let end = position.row == total ? total : max(position.label, position.row - configuration.labelDelayRows)
        let count = end - position.label
        guard count > 0 else { return }
        // The time at which a label becomes known is that of the newest row.
        let now = position.held.last?.eventTime
        try await writeLabels(dueLabels(count, of: position), known: now, places, position.rowPlaces, producer)
        position.held.removeFirst(count)
        position.label = end
        state.withLock { $0.labelsSent = end }
    }

    /// The next `count` rows whose labels are held, with their numbers.
    @inline(never)  // the optimiser of Swift 6.3 fails on the closure inside an asynchronous function
    private func dueLabels(_ count: Int, of position: Position) -> [(Int, ReplayRow)] {
        var due: [(Int, ReplayRow)] = []
        due.reserveCapacity(count)
        for (index, row) in position.held.prefix(count).enumerated() { due.append((position.label + index, row)) }
        return due
    }

    private func writeLabels(
        _ numbered: [(Int, ReplayRow)],
        known: Int64?,
        _ places: ReplayPlacement,
        _ rowPlaces: ReplayPlacement,
        _ producer: StreamProducer
    ) async throws {
        let batch = labelBatch(numbered, known: known, places, rowPlaces)
        try check(try await producer.send(batch), of: numbered.map(\.0), places)
    }

    @inline(never)
    private func labelBatch(
        _ numbered: [(Int, ReplayRow)],
        known: Int64?,
        _ places: ReplayPlacement,
        _ rowPlaces: ReplayPlacement
    ) -> ProducerBatch {
        var batch = ProducerBatch(topic: places.topic)
        for (number, row) in numbered {
            let value = label(row, id: rowPlaces.predictionID(of: number))
            batch.append(partition: places.partition(of: number), timestampMilliseconds: known, key: nil) {
                $0.append(contentsOf: value)
            }
        }
        return batch
    }

    /// Each record must have come to the place that its number says.
    private func check(_ offsets: [Int64], of numbers: [Int], _ places: ReplayPlacement) throws(ScoringError) {
        for (offset, number) in zip(offsets, numbers) where offset != places.offset(of: number) {
            throw ScoringError(
                .topics,
                "row \(number) came to offset \(offset) of topic \"\(places.topic)\", partition "
                    + "\(places.partition(of: number)): somebody else writes into it, so rows and labels no longer "
                    + "match; delete it to start anew"
            )
        }
    }

    /// A label as JSON: the id of its row's prediction, the value, and the row's event time.
    private func label(_ row: ReplayRow, id: String) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("prediction_id")
        writer.string(id)
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
