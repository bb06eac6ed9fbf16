internal import JSON
internal import Primitives
internal import Streams

/// Where a message lies in its topic.
struct MessagePlace: Sendable, Hashable {
    var partition: Int32
    var offset: Int64
}

extension MessagePlace {
    init(_ message: StreamMessage) {
        self.init(partition: message.partition, offset: message.offset)
    }

    /// The place that a `prediction_id`, `<topic>-<partition>-<offset>`, names; nil for one of another topic.
    init?(predictionID id: String, topic: String) {
        guard id.hasPrefix(topic) else { return nil }
        let parts = id.dropFirst(topic.count).split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].isEmpty, let partition = Int32(parts[1]), let offset = Int64(parts[2]) else {
            return nil
        }
        self.init(partition: partition, offset: offset)
    }
}

extension JSONValue {
    /// When what a label tells of happened, in Unix milliseconds, as monitors see it; nil where it does not say.
    var labelTime: Int64? { self["event_time"]?.intValue }
}

/// The labels of one partition from its newest backwards, read in pieces.
struct LabelTail {
    struct Label {
        var message: MessagePlace
        var offset: Int64
        var time: Int64
    }

    let partition: Int32
    let low: Int64
    let end: Int64
    /// The offset before which nothing was read yet.
    private(set) var unread: Int64
    private var labels: [Label] = []

    init(partition: Int32, low: Int64, end: Int64) {
        self.partition = partition
        self.low = low
        self.end = end
        unread = end
    }

    var hasMore: Bool { unread > low }

    var newest: Label? { labels.last }

    /// The greater comes later.
    var order: (Int64, Int32) { (newest?.time ?? .min, partition) }

    mutating func take(_ older: [Label], from offset: Int64) {
        labels = older + labels
        unread = offset
    }

    mutating func takeNewest() -> Label? { labels.popLast() }
}

/// Collects the messages that have labels, from the newest label backwards.
struct LabelledMessages {
    private let selection: LabelledSelection
    private let partitions: Int
    private var messages: Set<MessagePlace> = []
    /// By partition of the labels, the first that belongs to one of the messages.
    private var firstLabels: [Int32: Int64] = [:]

    init(_ selection: LabelledSelection, partitions: Int) {
        self.selection = selection
        self.partitions = partitions
    }

    /// Whether there are as many as were asked for.
    var isComplete: Bool { messages.count >= selection.count }

    /// A record of the labels' topic; nil where it is for no message of the selection's topic.
    func label(_ record: StreamMessage) -> LabelTail.Label? {
        guard let value = record.value, let label = try? JSONValue.parse(value),
            let id = label["prediction_id"]?.stringValue,
            let message = MessagePlace(predictionID: id, topic: selection.topic),
            message.offset >= 0, (0..<Int32(clamping: partitions)).contains(message.partition)
        else { return nil }
        let time = label.labelTime ?? record.timestampMilliseconds
        return LabelTail.Label(message: message, offset: record.offset, time: time)
    }

    /// Adds the message of the label before all labels so far, unless there are enough.
    mutating func add(_ label: LabelTail.Label, of partition: Int32) {
        guard !isComplete else { return }
        messages.insert(label.message)
        firstLabels[partition] = label.offset
    }

    /// The slice of the messages; `ends` are the offsets behind the labels, by partition.
    func slice(labelsUpTo ends: [(partition: Int32, end: Int64)]) throws(CatalogueError) -> TopicSlice {
        guard !messages.isEmpty else {
            throw CatalogueError(
                .emptyRange,
                "no message of \(selection.topic) has a label in \(selection.labelsTopic) before offset "
                    + ends.map { String($0.end) }.joined(separator: ", ")
            )
        }
        let offsets = Dictionary(grouping: messages, by: \.partition).mapValues { $0.map(\.offset) }
        let ranges = offsets.sorted { $0.key < $1.key }.map { partition, offsets in
            OffsetRange(
                topic: selection.topic,
                partition: partition,
                from: offsets.min() ?? 0,
                to: (offsets.max() ?? -1) + 1
            )
        }
        let labels = ends.compactMap { partition, end in
            firstLabels[partition].map {
                OffsetRange(topic: selection.labelsTopic, partition: partition, from: $0, to: end)
            }
        }
        return TopicSlice(
            ranges: ranges,
            columns: selection.columns,
            labels: LabelSlice(ranges: labels, column: selection.labelColumn),
            transformCommit: selection.transformCommit
        )
    }
}
