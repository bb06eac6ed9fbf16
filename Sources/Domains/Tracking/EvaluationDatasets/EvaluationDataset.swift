package import JSON

/// A named set of examples to evaluate an application with.
package struct EvaluationDataset: Sendable, Equatable {
    /// Its identifier, `d-` and 32 hexadecimal digits.
    package var id: String
    /// Its name; several datasets may have the same.
    package var name: String
    /// Its tags by key.
    package var tags: [KeyValue] = []
    /// The fields of its records with their types, as JSON; nil before the first record.
    package var schema: String?
    /// How many records there are, as JSON; nil before the first record.
    package var profile: String?
    /// Eight hexadecimal digits that change with the records.
    package var digest: String
    /// When it was made, Unix milliseconds.
    package var createdAt: Int64
    /// When it or its records last changed, Unix milliseconds.
    package var updatedAt: Int64
    /// Who made it; nil when unknown.
    package var createdBy: String?
    /// Who changed it last; nil when unknown.
    package var updatedBy: String?
}

/// One example of an evaluation dataset; its inputs tell it from all others of the dataset.
package struct EvaluationRecord: Sendable, Equatable {
    /// Its identifier, `dr-` and 32 hexadecimal digits.
    package var id: String
    /// The dataset that it belongs to.
    package var dataset: String
    /// What the application is given: an object.
    package var inputs: JSONValue
    /// What the application answered; nil when unknown.
    package var outputs: JSONValue?
    /// What it should answer: an object; nil when nobody said.
    package var expectations: JSONValue?
    /// Its tags: an object.
    package var tags: JSONValue
    /// Where it comes from; nil when unknown.
    package var source: EvaluationRecordSource?
    /// When it was made, Unix milliseconds.
    package var createdAt: Int64
    /// When it last changed, Unix milliseconds.
    package var updatedAt: Int64
    /// Who made it; nil when unknown.
    package var createdBy: String?
    /// Who changed it last; nil when unknown.
    package var updatedBy: String?
}

/// Where an example comes from.
package struct EvaluationRecordSource: Sendable, Equatable {
    /// What kinds of source there are.
    package static let kinds = ["UNSPECIFIED", "TRACE", "HUMAN", "DOCUMENT", "CODE"]

    /// What kind it is: one of ``kinds``.
    package let kind: String
    /// What is known of it: an object.
    package let data: JSONValue

    /// A source.
    package init(kind: String, data: JSONValue) {
        self.kind = kind
        self.data = data
    }

    /// The identifier of the source: that of the trace, where it is one; nil when unknown.
    package var id: String? {
        data[kind == "TRACE" ? "trace_id" : "source_id"]?.stringValue
    }
}

/// What somebody says of an example: a new one, or more of one that is known by its inputs.
package struct EvaluationRecordDraft: Sendable, Equatable {
    /// What the application is given: an object.
    package var inputs: JSONValue
    /// Whether ``outputs`` says something.
    package var hasOutputs = false
    /// What the application answered; nil for "nothing".
    package var outputs: JSONValue?
    /// What it should answer: an object, merged with what is known.
    package var expectations: JSONObject?
    /// Tags, merged with those that are known.
    package var tags: JSONObject?
    /// Where a new example comes from.
    package var source: EvaluationRecordSource?

    /// An example of which only the inputs are known.
    package init(inputs: JSONValue) {
        self.inputs = inputs
    }
}
