/// One record of a monitored topic, understood.
package enum MonitorEvent: Sendable, Hashable {
    /// A row of the input topic.
    case row(InputRow)

    /// What a model said about a row; the index is the role's place in the definition.
    case prediction(role: Int, Prediction)

    /// The truth about a prediction.
    case label(Label)

    /// A record that is not what its topic should hold.
    case undecodable

    /// A row of the input topic.
    package struct InputRow: Sendable, Hashable {
        /// Its offset, which is its identity.
        package var offset: Int64
        /// Event time, Unix milliseconds.
        package var time: Int64
        /// The monitored columns in the order of the definition.
        package var cells: [Cell]
        /// The id that labels use, where the row carries it: entity key and event time.
        package var joinID: String?
    }

    /// What a model said about a row.
    package struct Prediction: Sendable, Hashable {
        /// The id that labels name.
        package var id: String
        /// Offset of the row in the input topic.
        package var rowOffset: Int64
        /// Probability of the positive class, or what a regression says; 0 for one of several classes.
        package var probability: Double
        /// The predicted class or number.
        package var predicted: ModelAnswer
        /// The model's version.
        package var version: Int
        /// Partition of the row in the input topic.
        package var rowPartition: Int32 = 0
        /// Whether its role has passed by all rows before it, as in a topic of one partition.
        package var passes = true
    }

    /// The truth about a prediction.
    package struct Label: Sendable, Hashable {
        /// The prediction's id.
        package var id: String
        /// Offset in the labels topic.
        package var offset: Int64
        /// The true class or number.
        package var value: ModelAnswer
        /// Event time of the row that it is about, Unix milliseconds.
        package var time: Int64
    }
}
