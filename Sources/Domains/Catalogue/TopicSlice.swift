package import Lake

/// Offsets of one partition, from `from` up to but not including `to`.
package struct OffsetRange: Sendable, Hashable, CustomStringConvertible {
    /// The topic's name.
    package var topic: String
    /// The partition's number.
    package var partition: Int32
    /// The first offset.
    package var from: Int64
    /// The offset behind the last one.
    package var to: Int64

    /// The offsets `from` up to `to` of a partition.
    package init(topic: String, partition: Int32 = 0, from: Int64, to: Int64) {
        self.topic = topic
        self.partition = partition
        self.from = from
        self.to = to
    }

    package var description: String { "\(topic)[\(partition)] offsets \(from) to \(to)" }
}

/// Which labels belong to a slice, and the column that they become.
package struct LabelSlice: Sendable, Hashable {
    /// The offsets of the labels.
    package var range: OffsetRange
    /// The column that holds the label, last in each row.
    package var column: LakeField

    /// The labels of `range` as `column`.
    package init(range: OffsetRange, column: LakeField) {
        self.range = range
        self.column = column
    }
}

/// The definition of a dataset version that is cut from a topic: the same slice always gives the same rows.
///
/// A row is one message of `range`, a JSON object, in the order of offsets. With `labels`, only messages with a label are
/// rows: a label's `prediction_id` is `<topic>-<partition>-<offset>` of its message, and where one has several labels
/// in the range the last counts.
package struct TopicSlice: Sendable, Hashable {
    /// The offsets of the messages.
    package var range: OffsetRange
    /// The columns to take out of each message, in order.
    package var columns: [LakeField]
    /// The labels to join, if any.
    package var labels: LabelSlice?
    /// The commit of the code that made the topic's rows, or that will read them; part of the definition.
    package var transformCommit: String?

    /// The rows of `range`, with labels where given.
    package init(range: OffsetRange, columns: [LakeField], labels: LabelSlice? = nil, transformCommit: String? = nil) {
        self.range = range
        self.columns = columns
        self.labels = labels
        self.transformCommit = transformCommit
    }

    /// The columns of the rows: the slice's own and the label.
    package var fields: [LakeField] { columns + (labels.map { [$0.column] } ?? []) }
}

/// What was found in a slice besides its rows.
package struct SliceCounts: Sendable, Hashable {
    /// Messages in the range.
    package var messages: Int64 = 0
    /// Messages that became rows.
    package var rows: Int64 = 0
    /// Messages without a label; none where the slice has no labels.
    package var unlabelled: Int64 = 0
    /// Messages that are not as declared; left out.
    package var malformedMessages: Int64 = 0
    /// Labels in the range.
    package var labels: Int64 = 0
    /// Labels that are not as declared; left out.
    package var malformedLabels: Int64 = 0

    /// Nothing counted yet.
    package init() {}
}

/// A wish for the most recent labelled rows, which ``CatalogueService/select(_:)`` turns into a slice.
package struct LabelledSelection: Sendable, Hashable {
    /// The topic of the messages.
    package var topic: String
    /// Its partition.
    package var partition: Int32
    /// The topic of the labels.
    package var labelsTopic: String
    /// Its partition.
    package var labelsPartition: Int32
    /// Take labels before this offset; nil for all that are there.
    package var labelsUpTo: Int64?
    /// How many rows to take at most.
    package var count: Int
    /// The columns of the messages.
    package var columns: [LakeField]
    /// The column that the label becomes.
    package var labelColumn: LakeField
    /// Part of the slice's definition, see ``TopicSlice/transformCommit``.
    package var transformCommit: String?

    /// The last `count` rows with labels before `labelsUpTo`.
    package init(
        topic: String,
        partition: Int32 = 0,
        labelsTopic: String,
        labelsPartition: Int32 = 0,
        labelsUpTo: Int64? = nil,
        count: Int,
        columns: [LakeField],
        labelColumn: LakeField,
        transformCommit: String? = nil
    ) {
        self.topic = topic
        self.partition = partition
        self.labelsTopic = labelsTopic
        self.labelsPartition = labelsPartition
        self.labelsUpTo = labelsUpTo
        self.count = count
        self.columns = columns
        self.labelColumn = labelColumn
        self.transformCommit = transformCommit
    }
}
