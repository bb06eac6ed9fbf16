/// How far the labels topic has come in event time, and at which offset it got there.
///
/// A row stops waiting for its label at the first record of the labels topic whose event time lies the horizon behind
/// the row. That place depends on the topic alone, not on the order in which topics were read: so every reader, also
/// one that was killed and started again, counts the same labels as late.
struct LabelClock: Sendable, Hashable {
    struct Mark: Sendable, Hashable {
        var time: Int64
        var offset: Int64
    }

    /// Strictly ascending in time and in offset.
    private(set) var marks: [Mark] = []

    init(marks: [Mark] = []) {
        self.marks = marks
    }

    /// Notes a label with this event time.
    mutating func advance(to time: Int64, at offset: Int64) {
        if let last = marks.last, time <= last.time { return }
        marks.append(Mark(time: time, offset: offset))
    }

    /// The offset at which the labels reached `time`; nil when they have not.
    func offsetReaching(_ time: Int64) -> Int64? {
        var low = 0
        var high = marks.count
        while low < high {
            let middle = (low + high) / 2
            if marks[middle].time < time {
                low = middle + 1
            } else {
                high = middle
            }
        }
        return low < marks.count ? marks[low].offset : nil
    }

    /// Forgets marks that no row at or after `time` asks for.
    mutating func forget(before time: Int64) {
        let keep = marks.firstIndex { $0.time >= time } ?? max(0, marks.count - 1)
        marks.removeFirst(keep)
    }
}
