/// An object's members in the order in which they came; setting a key again replaces its value in place.
package struct JSONObject: Sendable, ExpressibleByDictionaryLiteral {
    private static let indexThreshold = 12

    /// The keys, in order.
    package private(set) var keys: [String] = []
    /// The values, in the order of their keys.
    package private(set) var values: [JSONValue] = []
    private var positions: [String: Int]?

    /// Makes an object without members.
    package init() {}

    /// Makes an object of pairs; of equal keys the last value wins.
    package init(_ pairs: some Sequence<(String, JSONValue)>) {
        for (key, value) in pairs { self[key] = value }
    }

    package init(dictionaryLiteral elements: (String, JSONValue)...) {
        self.init(elements)
    }

    /// How many members there are.
    package var count: Int { keys.count }

    /// Whether there are no members.
    package var isEmpty: Bool { keys.isEmpty }

    /// The members, in order.
    package var pairs: Zip2Sequence<[String], [JSONValue]> { zip(keys, values) }

    /// The value of a key; setting nil removes the member.
    package subscript(key: String) -> JSONValue? {
        get {
            guard let position = position(of: key) else { return nil }
            return values[position]
        }
        set {
            switch (position(of: key), newValue) {
            case (let position?, let value?): values[position] = value
            case (let position?, nil): remove(at: position)
            case (nil, let value?): append(key, value)
            case (nil, nil): break
            }
        }
    }

    private func position(of key: String) -> Int? {
        if let positions { return positions[key] }
        return keys.firstIndex(of: key)
    }

    private mutating func append(_ key: String, _ value: JSONValue) {
        keys.append(key)
        values.append(value)
        if positions != nil {
            positions?[key] = keys.count - 1
        } else if keys.count > Self.indexThreshold {
            reindex()
        }
    }

    private mutating func remove(at position: Int) {
        keys.remove(at: position)
        values.remove(at: position)
        if positions != nil { reindex() }
    }

    private mutating func reindex() {
        positions = Dictionary(uniqueKeysWithValues: zip(keys, keys.indices))
    }
}

extension JSONObject: Hashable {
    /// Objects are equal when they have the same members, in whatever order.
    package static func == (left: Self, right: Self) -> Bool {
        left.count == right.count && left.pairs.allSatisfy { right[$0] == $1 }
    }

    package func hash(into hasher: inout Hasher) {
        var combined = 0
        for (key, value) in pairs {
            var member = Hasher()
            member.combine(key)
            member.combine(value)
            combined ^= member.finalize()
        }
        hasher.combine(combined)
    }
}
