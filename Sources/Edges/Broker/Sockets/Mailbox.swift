internal import Synchronization

/// Messages for one thread from others; those of one sender stay in their order.
///
/// The owner sleeps on the signal and takes everything at once; only a message that finds the box empty wakes it, so a
/// busy owner costs its senders no system call. The box itself has no bound: its senders have (``RequestBudget``, and the
/// most requests and bytes of one connection).
final class Mailbox<Message: Sendable>: Sendable {
    /// What the owner sleeps on.
    let signal: LoopSignal
    private let waiting = Mutex<[Message]>([])

    init(signal: LoopSignal) { self.signal = signal }

    /// Leaves messages; nothing when there are none.
    func post(_ messages: [Message]) {
        guard !messages.isEmpty else { return }
        let wasEmpty = waiting.withLock { waiting in
            defer { waiting.append(contentsOf: messages) }
            return waiting.isEmpty
        }
        if wasEmpty { signal.wake() }
    }

    /// Takes all messages.
    func takeAll() -> [Message] {
        waiting.withLock { waiting in
            defer { waiting = [] }
            return waiting
        }
    }
}
