internal import Glibc
internal import KafkaWire

/// The bytes of one request: first those that have come, in the end all of them.
///
/// Made by a socket's thread, which receives the payload to where it stays until it is written to the log. Its memory
/// grows with what has come, not with what is claimed.
final class RequestFrame: @unchecked Sendable {
    // Safe to hand over: who passes it on keeps no reference, so one thread has it at a time.

    private static let firstCapacity = 64 << 10

    /// The request's bytes with the length field before them.
    let total: Int
    /// When the request was whole, on the monotonic clock.
    private(set) var arrival: Int64 = 0
    /// What was found out about a Produce request on the way.
    private(set) var produce: CheckedProduce?
    private var count: Int
    private var capacity: Int
    private var memory: UnsafeMutableRawPointer
    private let budget: RequestBudget
    private var isHandedOver = false

    /// A frame that begins with some bytes; nil when there is no room for it.
    init?(total: Int, first: UnsafeRawBufferPointer, budget: RequestBudget) {
        precondition(total >= 4 && first.count <= total, "a frame begins with no more than itself")
        let capacity = min(total, max(Self.firstCapacity, first.count * 4))
        guard budget.reserve(capacity) else { return nil }
        guard let memory = malloc(capacity) else {
            budget.cancel(capacity)
            return nil
        }
        if let base = first.baseAddress { memory.copyMemory(from: base, byteCount: first.count) }
        self.total = total
        self.capacity = capacity
        self.memory = memory
        self.budget = budget
        count = first.count
    }

    deinit {
        free(memory)
        isHandedOver ? budget.finish(capacity) : budget.cancel(capacity)
    }

    /// Whether all has come.
    var isComplete: Bool { count == total }

    /// The request without its length field.
    var bytes: UnsafeMutableRawBufferPointer { UnsafeMutableRawBufferPointer(start: memory + 4, count: total - 4) }

    /// The length field, when only that has come.
    var lengthField: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: memory, count: 4) }

    /// Makes room for more bytes where there is none; false when there is no memory for it.
    func makeRoom() -> Bool {
        guard count == capacity, count < total else { return true }
        let larger = min(total, capacity * 4)
        guard budget.reserve(larger - capacity) else { return false }
        // Large blocks are moved by the page tables, not by copying.
        guard let moved = realloc(memory, larger) else {
            budget.cancel(larger - capacity)
            return false
        }
        memory = moved
        capacity = larger
        return true
    }

    /// Where the next bytes go.
    var room: UnsafeMutableRawBufferPointer {
        UnsafeMutableRawBufferPointer(start: memory + count, count: capacity - count)
    }

    /// Notes that bytes were put into ``room``.
    func added(_ more: Int) { count += more }

    /// Ends the receiving: checks what can be checked without the partitions, and counts the frame as handed over.
    func handOver(now: Int64) {
        precondition(isComplete && !isHandedOver, "a frame is handed over whole, and once")
        arrival = now
        produce = CheckedProduce(UnsafeRawBufferPointer(bytes))
        isHandedOver = true
        budget.handOver(capacity)
    }
}

/// A Produce request that was read, and its batches checked, before it came to the owner of the partitions.
struct CheckedProduce {
    /// The request.
    let request: ProduceRequest
    /// What its batches are, in the order of its partitions.
    let batches: [Result<BatchFacts, BatchRefusal>]

    /// Reads a frame; nil when it is another kind of request or cannot be read, which is for others to answer.
    init?(_ frame: UnsafeRawBufferPointer) {
        guard frame.count > 2, Int16(bigEndian: frame.loadUnaligned(as: Int16.self)) == ApiKey.produce.rawValue else {
            return nil
        }
        do throws(WireError) {
            var reader = WireReader(frame)
            let header = try RequestHeader(from: &reader)
            guard header.key == .produce, ApiKey.produce.versions.contains(header.version) else { return nil }
            var body = header.bodyReader(reader)
            request = try ProduceRequest(from: &body)
        } catch {
            return nil
        }
        batches = request.topics.flatMap(\.partitions).map { partition in
            guard let range = partition.records else {
                return .failure(BatchRefusal(.invalidRecord, "no records were sent for the partition"))
            }
            do throws(BatchRefusal) {
                return .success(try RecordBatch.inspect(UnsafeRawBufferPointer(rebasing: frame[range])))
            } catch {
                return .failure(error)
            }
        }
    }
}
