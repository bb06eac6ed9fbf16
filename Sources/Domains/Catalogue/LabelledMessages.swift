internal import JSON
internal import Primitives

/// Collects the messages that have labels, from the newest label backwards.
struct LabelledMessages {
    private let selection: LabelledSelection
    private let prefix: String
    private var messages: Set<Int64> = []
    private var firstLabel: Int64?

    init(_ selection: LabelledSelection) {
        self.selection = selection
        prefix = "\(selection.topic)-\(selection.partition)-"
    }

    /// Whether there are as many as were asked for.
    var isComplete: Bool { messages.count >= selection.count }

    /// The offset of the message that a label is for, or nil where it is for none of the selection's topic.
    func message(ofLabel value: UnsafeRawBufferPointer?) -> Int64? {
        guard let value, let label = try? JSONValue.parse(value), let id = label["prediction_id"]?.stringValue,
            id.hasPrefix(prefix)
        else { return nil }
        return Int64(id.dropFirst(prefix.count))
    }

    /// Adds the message of the label before all labels so far, unless there are enough.
    mutating func add(_ message: Int64, label: Int64) {
        guard !isComplete, message >= 0 else { return }
        messages.insert(message)
        firstLabel = label
    }

    /// The slice of the messages.
    func slice(labelsUpTo end: Int64) throws(CatalogueError) -> TopicSlice {
        guard let first = messages.min(), let last = messages.max(), let firstLabel else {
            throw CatalogueError(
                .emptyRange,
                "no message of \(selection.topic)[\(selection.partition)] has a label in \(selection.labelsTopic) "
                    + "before offset \(end)"
            )
        }
        let messages = OffsetRange(topic: selection.topic, partition: selection.partition, from: first, to: last + 1)
        let labels = OffsetRange(
            topic: selection.labelsTopic,
            partition: selection.labelsPartition,
            from: firstLabel,
            to: end
        )
        return TopicSlice(
            range: messages,
            columns: selection.columns,
            labels: LabelSlice(range: labels, column: selection.labelColumn),
            transformCommit: selection.transformCommit
        )
    }
}
