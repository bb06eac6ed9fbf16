/// Header fields in their order; names are compared without regard to case.
package struct HTTPHeaders: Sendable, Hashable, ExpressibleByDictionaryLiteral {
    /// One field.
    package struct Field: Sendable, Hashable {
        /// The name as it was given.
        package let name: String
        /// The value.
        package let value: String
    }

    /// All fields.
    package private(set) var fields: [Field] = []

    /// No fields.
    package init() {}

    package init(dictionaryLiteral elements: (String, String)...) {
        for (name, value) in elements { add(name, value) }
    }

    /// The first value of a name; setting replaces all of the name, nil removes them.
    package subscript(name: String) -> String? {
        get { fields.first { HTTPHeaders.isSame($0.name, name) }?.value }
        set {
            fields.removeAll { HTTPHeaders.isSame($0.name, name) }
            if let newValue { add(name, newValue) }
        }
    }

    /// Adds a field behind those that are there.
    package mutating func add(_ name: String, _ value: String) {
        fields.append(Field(name: name, value: value))
    }

    /// ASCII letters are compared without case, as field names are ASCII.
    private static func isSame(_ left: String, _ right: String) -> Bool {
        left.utf8.count == right.utf8.count && zip(left.utf8, right.utf8).allSatisfy { lower($0) == lower($1) }
    }

    private static func lower(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte + 32 : byte
    }
}
