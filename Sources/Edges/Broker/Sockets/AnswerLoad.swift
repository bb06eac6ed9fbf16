internal import Synchronization

/// How many bytes of answers to one client are in memory, from their making to their sending.
///
/// The owner of the partitions makes answers, the socket's thread sends them: each needs to know of the other's. Runs of
/// files count only where they are copied.
final class AnswerLoad: Sendable {
    private let waiting = Atomic<Int>(0)

    /// The bytes that wait.
    var bytes: Int { waiting.load(ordering: .relaxed) }

    /// Counts bytes that were made.
    func add(_ bytes: Int) { waiting.wrappingAdd(bytes, ordering: .relaxed) }

    /// Counts bytes that were sent.
    func sent(_ bytes: Int) { waiting.wrappingSubtract(bytes, ordering: .relaxed) }
}
