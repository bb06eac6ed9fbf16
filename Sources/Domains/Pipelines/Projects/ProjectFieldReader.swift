internal import JSON

/// What is wrong in a project's file, and where.
package struct ProjectError: Error, Sendable, CustomStringConvertible {
    /// The file, the place in it, what is wrong and what would be right.
    package let description: String

    init(_ place: String, _ problem: String) {
        description = place.isEmpty ? problem : "\(place): \(problem)"
    }
}

/// Reads the fields of one mapping of a project's file; every error names the place, such as `deployments[2].name`.
struct ProjectFieldReader {
    private let fields: JSONObject
    let place: String

    init(_ value: JSONValue, place: String) throws(ProjectError) {
        guard let fields = value.objectValue else {
            throw ProjectError(place, "must be a mapping, not \(value.typeName)")
        }
        self.fields = fields
        self.place = place
    }

    /// The names of the fields that are not among `known`, with their places.
    func unknown(besides known: Set<String>) -> [String] {
        fields.keys.filter { !known.contains($0) }.map(at)
    }

    func value(_ key: String) -> JSONValue? {
        guard let value = fields[key], !value.isNull else { return nil }
        return value
    }

    func string(_ key: String) throws(ProjectError) -> String {
        guard let text = try optionalString(key), !text.isEmpty else {
            throw ProjectError(at(key), "is needed: a text")
        }
        return text
    }

    /// A text; a number or truth value is taken as it is written, as YAML's users expect.
    func optionalString(_ key: String) throws(ProjectError) -> String? {
        guard let value = value(key) else { return nil }
        switch value {
        case .string(let text): return text
        case .int(let number): return String(number)
        case .double(let number): return String(number)
        case .bool(let flag): return flag ? "true" : "false"
        default: throw ProjectError(at(key), "must be a text, not \(value.typeName)")
        }
    }

    func int(_ key: String, _ range: ClosedRange<Int>, default standard: Int? = nil) throws(ProjectError) -> Int {
        guard let value = value(key) else {
            if let standard { return standard }
            throw ProjectError(at(key), "is needed: a whole number")
        }
        guard let number = value.intValue ?? value.stringValue.flatMap(Int64.init) else {
            throw ProjectError(at(key), "must be a whole number, not \(value.typeName)")
        }
        guard let small = Int(exactly: number), range.contains(small) else {
            throw ProjectError(at(key), "must be from \(range.lowerBound) to \(range.upperBound), not \(number)")
        }
        return small
    }

    func optionalInt(_ key: String, _ range: ClosedRange<Int>) throws(ProjectError) -> Int? {
        value(key) == nil ? nil : try int(key, range)
    }

    func double(_ key: String, default standard: Double? = nil) throws(ProjectError) -> Double {
        guard let value = value(key) else {
            if let standard { return standard }
            throw ProjectError(at(key), "is needed: a number")
        }
        guard let number = value.doubleValue ?? value.stringValue.flatMap(Double.init), number.isFinite else {
            throw ProjectError(at(key), "must be a finite number, not \(value.typeName)")
        }
        return number
    }

    func optionalDouble(_ key: String) throws(ProjectError) -> Double? {
        value(key) == nil ? nil : try double(key)
    }

    func bool(_ key: String, default standard: Bool) throws(ProjectError) -> Bool {
        guard let value = value(key) else { return standard }
        guard let flag = value.boolValue else {
            throw ProjectError(at(key), "must be true or false, not \(value.typeName)")
        }
        return flag
    }

    /// A list of texts; one text alone stands for a list of one.
    func strings(_ key: String) throws(ProjectError) -> [String] {
        guard let value = value(key) else { return [] }
        if let text = value.stringValue { return [text] }
        guard let values = value.arrayValue else {
            throw ProjectError(at(key), "must be a list of texts, not \(value.typeName)")
        }
        var texts: [String] = []
        for (index, value) in values.enumerated() {
            guard let text = value.stringValue else {
                throw ProjectError("\(at(key))[\(index)]", "must be a text, not \(value.typeName)")
            }
            texts.append(text)
        }
        return texts
    }

    /// The mapping under a key; nil where there is none.
    func optionalMapping(_ key: String) throws(ProjectError) -> ProjectFieldReader? {
        guard let value = value(key) else { return nil }
        return try ProjectFieldReader(value, place: at(key))
    }

    /// The mapping under a key.
    func mapping(_ key: String) throws(ProjectError) -> ProjectFieldReader {
        guard let reader = try optionalMapping(key) else { throw ProjectError(at(key), "is needed: a mapping") }
        return reader
    }

    /// The mappings of a list; none where the key is missing.
    func list(_ key: String) throws(ProjectError) -> [ProjectFieldReader] {
        guard let value = value(key) else { return [] }
        guard let values = value.arrayValue else {
            throw ProjectError(at(key), "must be a list, not \(value.typeName)")
        }
        var readers: [ProjectFieldReader] = []
        for (index, value) in values.enumerated() {
            readers.append(try ProjectFieldReader(value, place: "\(at(key))[\(index)]"))
        }
        return readers
    }

    func at(_ key: String) -> String {
        place.isEmpty ? key : "\(place).\(key)"
    }

    /// An error about one field.
    func error(_ key: String, _ problem: String) -> ProjectError {
        ProjectError(at(key), problem)
    }
}
