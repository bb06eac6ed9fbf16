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

extension [OffsetRange] {
    /// All ranges in words.
    var text: String { map(\.description).joined(separator: ", ") }
}

/// Which labels belong to a slice, and the column that they become.
package struct LabelSlice: Sendable, Hashable {
    /// The offsets of the labels: one range for each partition that holds some, by partition.
    package var ranges: [OffsetRange]
    /// The column that holds the label, last in each row.
    package var column: LakeField

    /// The labels of `ranges` as `column`.
    package init(ranges: [OffsetRange], column: LakeField) {
        self.ranges = ranges
        self.column = column
    }
}

/// The definition of a dataset version that is cut from a topic: the same slice always gives the same rows.
///
/// A row is one message of `ranges`, a JSON object. Within a partition rows are in the order of offsets; partitions are
/// brought into one order by time, then by partition, as monitors do. With `labels`, only messages with a label are
/// rows: a label's `prediction_id` is `<topic>-<partition>-<offset>` of its message, and where one has several labels
/// in the ranges the last counts.
package struct TopicSlice: Sendable, Hashable {
    /// The offsets of the messages: one range for each partition that holds some, by partition.
    package var ranges: [OffsetRange]
    /// The columns to take out of each message, in order.
    package var columns: [LakeField]
    /// The labels to join, if any.
    package var labels: LabelSlice?
    /// The commit of the code that made the topic's rows, or that will read them; part of the definition.
    package var transformCommit: String?

    /// The rows of `ranges`, with labels where given.
    package init(
        ranges: [OffsetRange],
        columns: [LakeField],
        labels: LabelSlice? = nil,
        transformCommit: String? = nil
    ) {
        self.ranges = ranges
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
    /// The topic of the labels.
    package var labelsTopic: String
    /// By partition, take labels before this offset; all that are there of a partition that is not named.
    package var labelsUpTo: [Int32: Int64]
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
        labelsTopic: String,
        labelsUpTo: [Int32: Int64] = [:],
        count: Int,
        columns: [LakeField],
        labelColumn: LakeField,
        transformCommit: String? = nil
    ) {
        self.topic = topic
        self.labelsTopic = labelsTopic
        self.labelsUpTo = labelsUpTo
        self.count = count
        self.columns = columns
        self.labelColumn = labelColumn
        self.transformCommit = transformCommit
    }
}
