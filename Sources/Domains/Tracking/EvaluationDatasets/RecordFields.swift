internal import JSON

/// The fields of an evaluation dataset's records with their types, as JSON.
enum RecordFields {
    private static let parts = ["inputs", "outputs", "expectations"]

    /// The known fields with those of new records added; a field keeps the type that it had first.
    static func schema(_ known: String?, adding drafts: [EvaluationRecordDraft]) throws -> String? {
        guard known != nil || !drafts.isEmpty else { return nil }
        var schema = try known.map { try JSONValue.parse($0) }?.objectValue ?? empty
        for draft in drafts {
            add(draft.inputs, to: "inputs", of: &schema)
            if let outputs = draft.outputs { add(outputs, to: "outputs", of: &schema) }
            if let expectations = draft.expectations { add(.object(expectations), to: "expectations", of: &schema) }
        }
        return JSONValue.object(schema).description
    }

    private static let empty = JSONObject(parts.map { ($0, [:]) } + [("version", "1.0")])

    private static func add(_ value: JSONValue, to part: String, of schema: inout JSONObject) {
        var fields = schema[part]?.objectValue ?? JSONObject()
        if let object = value.objectValue {
            for (key, value) in object.pairs where fields[key] == nil { fields[key] = .string(type(of: value)) }
            // The type of outputs that are no object stands in place of the fields, once it is there.
            if schema[part]?.stringValue == nil { schema[part] = .object(fields) }
        } else if fields.isEmpty, schema[part]?.stringValue == nil {
            schema[part] = .string(type(of: value))
        }
    }

    private static func type(of value: JSONValue) -> String {
        switch value {
        case .null: "null"
        case .bool: "boolean"
        case .int: "integer"
        case .double: "float"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }
}
