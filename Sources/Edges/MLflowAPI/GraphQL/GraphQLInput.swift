internal import JSON

/// The arguments of operations, as fields of the calls that answer them.
enum GraphQLInput {
    /// The fields of an argument, under the names of the REST API.
    static func fields(_ value: JSONValue, _ type: GraphQLInputType) throws(GraphQLError) -> JSONObject {
        guard let object = value.objectValue else {
            throw GraphQLError("Expected type '\(type.name)' to be an object.")
        }
        var fields = JSONObject()
        for (name, value) in object.pairs {
            guard let field = type.fields[name] else {
                throw GraphQLError("Field '\(name)' is not defined by type '\(type.name)'.")
            }
            if !value.isNull { fields[snakeCased(name)] = try checked(value, field) }
        }
        return fields
    }

    /// A text; null is an empty one.
    static func text(_ value: JSONValue) throws(GraphQLError) -> JSONValue {
        if value.isNull { return "" }
        guard value.stringValue != nil else {
            throw GraphQLError("String cannot represent a non string value: \(value)")
        }
        return value
    }

    /// `runId` as `run_id`.
    static func snakeCased(_ name: String) -> String {
        name.reduce(into: "") { result, character in
            if character.isUppercase { result += "_" + character.lowercased() } else { result.append(character) }
        }
    }

    private static func checked(_ value: JSONValue, _ field: GraphQLInputType.Field) throws(GraphQLError) -> JSONValue {
        switch field {
        case .string: return try text(value)
        case .strings:
            // One value counts as a list of it.
            var texts: [JSONValue] = []
            for element in value.arrayValue ?? [value] { texts.append(try text(element)) }
            return .array(texts)
        case .int:
            guard value.intValue != nil || value.stringValue.flatMap({ Int64($0) }) != nil else {
                throw GraphQLError("Int cannot represent non-integer value: \(value)")
            }
            return value
        case .view:
            guard let name = value.stringValue, GraphQLSchema.views.contains(name) else {
                throw GraphQLError("Value \(value) does not exist in 'MlflowViewType' enum.")
            }
            return value
        }
    }
}
