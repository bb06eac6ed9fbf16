package import JSON

/// The columns that a model takes, in the order of its input.
package struct ModelSignature: Sendable, Hashable {
    /// What a column may hold, by MLflow's names.
    package enum ColumnType: String, Sendable, Hashable {
        case boolean
        case integer
        case long
        case float
        case double
    }

    /// One feature.
    package struct Column: Sendable, Hashable {
        /// The name of the field in a row.
        package let name: String
        /// What it may hold.
        package let type: ColumnType
        /// False where a row may lack it: the model then sees a missing value.
        package let isRequired: Bool

        /// Describes a feature.
        package init(_ name: String, _ type: ColumnType = .double, isRequired: Bool = true) {
            self.name = name
            self.type = type
            self.isRequired = isRequired
        }
    }

    /// The features in order.
    package let columns: [Column]

    /// Describes a model's input.
    ///
    /// - Throws: `ScoringError` with code `invalidSignature` where there is no column, or one twice.
    package init(columns: [Column]) throws(ScoringError) {
        guard !columns.isEmpty else {
            throw ScoringError(.invalidSignature, "the signature has no column")
        }
        var names: Set<String> = []
        for column in columns where !names.insert(column.name).inserted {
            throw ScoringError(.invalidSignature, "the signature has column \"\(column.name)\" twice")
        }
        self.columns = columns
    }

    /// Reads the list of inputs as MLflow writes it: `[{"name": …, "type": "double", "required": true}, …]`.
    ///
    /// - Throws: `ScoringError` with code `invalidSignature`, saying how to log the model.
    package init(mlflowInputs inputs: JSONValue) throws(ScoringError) {
        guard let entries = inputs.arrayValue else {
            throw ScoringError(.invalidSignature, "the signature's inputs are not a list")
        }
        var columns: [Column] = []
        for entry in entries { columns.append(try ModelSignature.column(entry)) }
        try self.init(columns: columns)
    }

    private static func column(_ entry: JSONValue) throws(ScoringError) -> Column {
        guard let type = entry["type"]?.stringValue else {
            throw ScoringError(.invalidSignature, "an input of the signature has no type")
        }
        guard let name = entry["name"]?.stringValue, type != "tensor" else {
            throw ScoringError(
                .invalidSignature,
                "the signature has inputs without column names: log the model with the signature of a data frame"
            )
        }
        guard let known = ColumnType(rawValue: type) else {
            throw ScoringError(
                .invalidSignature,
                "column \"\(name)\" is of type \(type), which is not a number: encode it before it reaches the model"
            )
        }
        return Column(name, known, isRequired: entry["required"]?.boolValue ?? true)
    }
}
