internal import Primitives

/// What names, tags and aliases may look like.
enum RegistryRules {
    static let promptTag = "mlflow.prompt.is_prompt"
    private static let nameLimit = 256
    private static let keyLimit = 250
    private static let valueLimit = 100_000
    private static let aliasLimit = 255

    static func isPrompt(_ tags: [RegistryTag]) -> Bool {
        tags.contains { $0.key == promptTag && $0.value.lowercased() == "true" }
    }

    /// Checks the name of a registered model.
    static func checkName(_ name: String) throws(RegistryError) {
        guard name.contains(where: { !$0.isWhitespace }) else {
            throw .invalid("Missing value for required parameter 'name'.")
        }
        guard !name.contains("/"), !name.contains(":") else {
            throw .invalid("Invalid model name '\(name)'. Names cannot contain '/' or ':'.")
        }
        guard name != ".", !name.hasPrefix(".."), !name.unicodeScalars.contains(where: { $0.value == 0 }) else {
            throw .invalid(PlainKey.refusal(of: name, parameter: "name") ?? "Invalid model name '\(name)'.")
        }
        try checkLength(name, "name", nameLimit)
    }

    /// Refuses names that no model can have, where a call names one that is not there.
    static func checkReference(_ name: String) throws(RegistryError) {
        guard !name.contains("/"), !name.contains(":") else {
            throw .invalid("Invalid model name '\(name)'. Names cannot contain '/' or ':'.")
        }
    }

    /// Checks the key of a tag.
    static func checkKey(_ key: String) throws(RegistryError) {
        if let refusal = PlainKey.refusal(of: key, parameter: "key") { throw .invalid(refusal) }
        try checkLength(key, "key", keyLimit)
    }

    /// Checks a tag of a model or a version.
    static func checkTag(_ tag: RegistryTag) throws(RegistryError) {
        try checkKey(tag.key)
        try checkLength(tag.value, "value", valueLimit)
    }

    /// Checks how an alias is spelled, be it there or not.
    static func checkSpelling(ofAlias alias: String) throws(RegistryError) {
        guard !alias.isEmpty else { throw .invalid("Registered model alias name cannot be empty.") }
        guard alias.unicodeScalars.allSatisfy({ $0 == "_" || $0 == "-" || $0.properties.isAlphabetic || isDigit($0) })
        else {
            throw .invalid(
                "Invalid alias name: '\(alias)'. Names may only contain alphanumerics, underscores (_), "
                    + "and dashes (-)."
            )
        }
        try checkLength(alias, "Registered model alias name", aliasLimit)
    }

    /// Checks an alias that is to be set.
    static func checkAlias(_ alias: String) throws(RegistryError) {
        try checkSpelling(ofAlias: alias)
        guard alias.lowercased() != "latest" else {
            throw .invalid("'latest' alias name (case insensitive) is reserved.")
        }
        let rest = alias.dropFirst().utf8
        let isNumbered =
            alias.lowercased().hasPrefix("v") && !rest.isEmpty && rest.allSatisfy { (48...57).contains($0) }
        guard !isNumbered else { throw .invalid("Version alias name '\(alias)' is reserved.") }
    }

    private static func isDigit(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.generalCategory == .decimalNumber
    }

    private static func checkLength(_ text: String, _ what: String, _ limit: Int) throws(RegistryError) {
        guard text.utf8.count > limit, text.unicodeScalars.count > limit else { return }
        throw .tooLong(what, limit)
    }
}
