/// Labels that came before their predictions, bounded.
struct WaitingLabels: Sendable, Hashable {
    /// The most labels that wait; beyond it the oldest is given up.
    static let capacity = 1_000_000

    private var byID: [String: [MonitorEvent.Label]] = [:]
    private(set) var count = 0

    /// All waiting labels in the order of their topic.
    var all: [MonitorEvent.Label] {
        byID.values.joined().sorted { $0.offset < $1.offset }
    }

    /// Keeps a label until its prediction comes; returns how many were given up for it.
    mutating func insert(_ label: MonitorEvent.Label) -> Int {
        byID[label.id, default: []].append(label)
        count += 1
        return count > Self.capacity ? giveUpOldest() : 0
    }

    /// Takes the labels of a prediction that has come, in the order of their topic.
    mutating func take(_ id: String) -> [MonitorEvent.Label] {
        guard let labels = byID.removeValue(forKey: id) else { return [] }
        count -= labels.count
        return labels
    }

    /// Gives up labels whose event time lies before `time`; returns how many.
    mutating func giveUp(before time: Int64) -> Int {
        let before = count
        for (id, labels) in byID where labels.contains(where: { $0.time < time }) {
            let kept = labels.filter { $0.time >= time }
            byID[id] = kept.isEmpty ? nil : kept
            count -= labels.count - kept.count
        }
        return before - count
    }

    /// Gives up the older half, so that the cost of finding it is paid rarely.
    private mutating func giveUpOldest() -> Int {
        let ordered = all
        let kept = ordered.suffix(ordered.count / 2)
        byID = Dictionary(grouping: kept, by: \.id)
        count = kept.count
        return ordered.count - kept.count
    }
}
