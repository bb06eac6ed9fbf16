/// What is to happen at which time, on the loop's thread.
struct TimerQueue {
    /// Names one timer, to cancel it.
    struct ID: Hashable {
        fileprivate let number: UInt64
    }

    private struct Entry {
        let deadline: Int64
        let number: UInt64
    }

    private var heap: [Entry] = []
    private var actions: [UInt64: () -> Void] = [:]
    private var lastNumber: UInt64 = 0

    /// Sets a timer for a time of the monotonic clock in nanoseconds.
    mutating func add(at deadline: Int64, _ action: @escaping () -> Void) -> ID {
        lastNumber += 1
        actions[lastNumber] = action
        heap.append(Entry(deadline: deadline, number: lastNumber))
        siftUp(heap.count - 1)
        return ID(number: lastNumber)
    }

    /// Cancels a timer; nothing when it has fired.
    mutating func cancel(_ id: ID) {
        actions[id.number] = nil
        if heap.count > 64, actions.count * 4 < heap.count { rebuild() }
    }

    /// The next deadline.
    mutating func nextDeadline() -> Int64? {
        while let first = heap.first, actions[first.number] == nil { removeFirst() }
        return heap.first?.deadline
    }

    /// Takes the next action that is due.
    mutating func takeDue(now: Int64) -> (() -> Void)? {
        guard let deadline = nextDeadline(), deadline <= now, let first = heap.first else { return nil }
        removeFirst()
        return actions.removeValue(forKey: first.number)
    }

    private mutating func rebuild() {
        let kept = heap.filter { actions[$0.number] != nil }
        heap = []
        for entry in kept {
            heap.append(entry)
            siftUp(heap.count - 1)
        }
    }

    private mutating func removeFirst() {
        let last = heap.removeLast()
        guard !heap.isEmpty else { return }
        heap[0] = last
        siftDown(0)
    }

    private mutating func siftUp(_ start: Int) {
        var child = start
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child].deadline < heap[parent].deadline else { return }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    private mutating func siftDown(_ start: Int) {
        var parent = start
        while true {
            var smallest = parent
            for child in [2 * parent + 1, 2 * parent + 2]
            where child < heap.count && heap[child].deadline < heap[smallest].deadline {
                smallest = child
            }
            guard smallest != parent else { return }
            heap.swapAt(parent, smallest)
            parent = smallest
        }
    }
}
