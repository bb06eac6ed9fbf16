internal import CRdKafka
internal import Execution
internal import Synchronization

/// Records that were handed to the client together; ``offsets()`` waits for all acknowledgements.
///
/// The records of one delivery, and deliveries submitted one after the other, reach each partition in that order.
package final class Delivery: @unchecked Sendable {
    // Safe to share: a slot is written by the poll thread only, and read after `done`, which orders the two.

    /// The place of one record's answer; its address travels through librdkafka as the record's opaque pointer.
    struct Slot {
        let delivery: Unmanaged<Delivery>
        var offset: Int64
    }

    private let slots: UnsafeMutableBufferPointer<Slot>
    private let remaining: Atomic<Int>
    private let failure = Mutex<StreamError?>(nil)
    private let done = OneShot<Void>()
    private let limit: InFlightLimit
    private let bytes: Int

    /// Prepares `count` slots, at least one; what `limit` granted is given back when all are answered.
    init(count: Int, bytes: Int, limit: InFlightLimit) {
        precondition(count > 0, "a delivery has at least one record")
        self.limit = limit
        self.bytes = bytes
        remaining = Atomic(count)
        slots = .allocate(capacity: count)
        // Retained until the last answer came: librdkafka holds the slots' addresses.
        slots.initialize(repeating: Slot(delivery: Unmanaged.passRetained(self), offset: -1))
    }

    deinit {
        slots.deinitialize()
        slots.deallocate()
    }

    /// Waits until every record is acknowledged; their offsets in order.
    ///
    /// - Throws: `StreamError` of the first record that failed; others of the delivery may have been written.
    package func offsets() async throws -> [Int64] {
        try await done.value
        return slots.map(\.offset)
    }

    func opaque(_ index: Int) -> UnsafeMutableRawPointer {
        precondition(slots.indices.contains(index), "a slot outside of the delivery")
        return UnsafeMutableRawPointer(slots.baseAddress.unsafelyUnwrapped + index)
    }

    /// Notes that the last `count` records were never handed over.
    func abandon(_ count: Int, _ error: StreamError) {
        note(error)
        answered(count)
    }

    /// Takes the report of one record; runs on the poll thread.
    static func report(_ message: UnsafePointer<rd_kafka_message_t>) {
        guard let slot = message.pointee._private?.assumingMemoryBound(to: Slot.self) else { return }
        let delivery = slot.pointee.delivery.takeUnretainedValue()
        let error = message.pointee.err
        if error == RD_KAFKA_RESP_ERR_NO_ERROR {
            slot.pointee.offset = message.pointee.offset
        } else {
            let topic = rd_kafka_topic_name(message.pointee.rkt).map { String(cString: $0) } ?? ""
            let partition = TopicPartition(topic, message.pointee.partition)
            delivery.note(
                StreamError(error, operation: "a record to \(partition) was not written", partition: partition)
            )
        }
        delivery.answered(1)
    }

    private func note(_ error: StreamError) {
        failure.withLock { first in first = first ?? error }
    }

    private func answered(_ count: Int) {
        let left = remaining.subtract(count, ordering: .acquiringAndReleasing).newValue
        assert(left >= 0, "a record was answered twice")
        guard left == 0 else { return }
        limit.release(records: slots.count, bytes: bytes)
        if let error = failure.withLock({ $0 }) {
            done.fail(error)
        } else {
            done.succeed(())
        }
        slots[0].delivery.release()
    }
}
