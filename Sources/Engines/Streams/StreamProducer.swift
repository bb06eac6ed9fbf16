internal import Execution
internal import Synchronization

/// Sends records to topics: idempotent, acknowledged by all replicas, in order and without gaps in each partition.
///
/// Thread-safe. What is unacknowledged is bounded (``StreamConfiguration/maximumInFlightRecords``): beyond that, sending
/// waits. A broker may be away for ``StreamConfiguration/deliveryTimeout``; a record that cannot be written by then
/// fails, and so do those behind it in its partition, because the order is kept without gaps.
package final class StreamProducer: Sendable {
    private enum State {
        case open(ProducerCore)
        case closed
    }

    private let configuration: StreamConfiguration
    private let limit: InFlightLimit
    private let state: Mutex<State>

    /// Starts a client; connects in the background.
    ///
    /// - Throws: `StreamError` with code `configuration`.
    package init(_ configuration: StreamConfiguration) throws {
        self.configuration = configuration
        limit = InFlightLimit(
            records: configuration.maximumInFlightRecords,
            bytes: configuration.maximumInFlightBytes
        )
        let core = try ProducerCore(configuration)
        core.start()
        state = Mutex(.open(core))
    }

    deinit {
        state.withLock { state in
            if case .open(let core) = state { core.retire() }
        }
    }

    /// Sends records and waits until all are acknowledged; their offsets, in the order of the records.
    ///
    /// - Throws: `StreamError` of the first record that failed; others may have been written.
    package func send(_ records: [ProducerRecord]) async throws -> [Int64] {
        var offsets: [Int64] = []
        offsets.reserveCapacity(records.count)
        let step = max(1, configuration.maximumInFlightRecords)
        for start in stride(from: 0, to: records.count, by: step) {
            let chunk = records[start..<min(start + step, records.count)]
            offsets += try await submit(chunk).offsets()
        }
        return offsets
    }

    /// Sends a batch and waits until all of it is acknowledged; the offsets in order.
    ///
    /// - Throws: `StreamError` of the first record that failed; others may have been written.
    package func send(_ batch: ProducerBatch) async throws -> [Int64] {
        batch.isEmpty ? [] : try await submit(batch).offsets()
    }

    /// Hands a batch that is not empty to the client, waiting only for room, and returns before it is acknowledged.
    ///
    /// Batches submitted one after the other keep their order in each partition.
    package func submit(_ batch: ProducerBatch) async throws -> Delivery {
        precondition(!batch.isEmpty, "a batch to submit has at least one record")
        await limit.acquire(records: batch.count, bytes: batch.byteCount)
        let delivery = Delivery(count: batch.count, bytes: batch.byteCount, limit: limit)
        hand(batch.count, to: delivery) { core, taken throws(StreamError) in
            try core.produce(batch, delivery: delivery, taken: &taken)
        }
        return delivery
    }

    /// Ends the client: records that are not acknowledged within `grace` fail with code `closed`.
    package func close(grace: Duration = .seconds(5)) async {
        let core = state.withLock { state -> ProducerCore? in
            guard case .open(let core) = state else { return nil }
            state = .closed
            return core
        }
        guard let core else { return }
        _ = await withDeadline(grace) { await self.limit.drain() }
        core.retire()
        await limit.drain()
    }

    private func submit(_ records: ArraySlice<ProducerRecord>) async throws -> Delivery {
        let bytes = records.reduce(0) { $0 + ($1.key?.count ?? 0) + ($1.value?.count ?? 0) }
        await limit.acquire(records: records.count, bytes: bytes)
        let delivery = Delivery(count: records.count, bytes: bytes, limit: limit)
        hand(records.count, to: delivery) { core, taken throws(StreamError) in
            for record in records {
                try core.produce(record, opaque: delivery.opaque(taken))
                taken += 1
            }
        }
        return delivery
    }

    /// Hands records over until one is not taken; that one and those behind it fail.
    private func hand(
        _ count: Int,
        to delivery: Delivery,
        _ produce: (ProducerCore, inout Int) throws(StreamError) -> Void
    ) {
        var taken = 0
        do throws(StreamError) {
            try produce(try openCore(), &taken)
        } catch {
            delivery.abandon(count - taken, error)
        }
    }

    /// The client in use; one that met a fatal error is replaced.
    private func openCore() throws(StreamError) -> ProducerCore {
        let result: Result<ProducerCore, StreamError> = state.withLock { state in
            guard case .open(let core) = state else {
                return .failure(StreamError(.closed, "the producer is closed"))
            }
            guard core.isFatal else { return .success(core) }
            do throws(StreamError) {
                let fresh = try ProducerCore(configuration)
                fresh.start()
                core.retire()
                state = .open(fresh)
                return .success(fresh)
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }
}
