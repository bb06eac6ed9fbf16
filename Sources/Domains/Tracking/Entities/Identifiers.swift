/// The number of an experiment; `0` is the default one.
package struct ExperimentID: Hashable, Sendable, CustomStringConvertible {
    /// The number itself.
    package let number: Int64

    /// The experiment with this number.
    package init(_ number: Int64) {
        self.number = number
    }

    /// Reads the decimal text of an identifier.
    ///
    /// - Throws: `TrackingError` with code `invalidParameter` when it is not an integer.
    package init(parsing text: String) throws(TrackingError) {
        guard let number = Int64(text) else { throw .invalidExperimentID(text) }
        self.number = number
    }

    /// The default experiment, which exists from the start.
    package static let standard = ExperimentID(0)

    package var description: String { String(number) }
}

/// The name of a run: 32 hexadecimal digits, made by us.
package struct RunID: Hashable, Sendable, CustomStringConvertible, ExpressibleByStringLiteral {
    /// The text of the identifier.
    package let text: String

    /// The run with this identifier.
    package init(_ text: String) {
        self.text = text
    }

    package init(stringLiteral value: String) {
        text = value
    }

    package var description: String { text }
}

/// The name of a logged model: `m-` and 32 hexadecimal digits, made by us.
package struct LoggedModelID: Hashable, Sendable, CustomStringConvertible {
    /// The text of the identifier.
    package let text: String

    /// The logged model with this identifier.
    package init(_ text: String) {
        self.text = text
    }

    package var description: String { text }
}

/// Whether something is in use or in the trash.
package enum LifecycleStage: Int64, Sendable {
    case active = 0
    case deleted = 1

    /// The stage as MLflow names it.
    package var name: String {
        self == .active ? "active" : "deleted"
    }
}

/// Which stages a search looks at.
package enum StageView: Sendable {
    case activeOnly
    case deletedOnly
    case all
}

/// A key with a value: a tag or a parameter.
package struct KeyValue: Sendable, Hashable {
    /// The key.
    package var key: String
    /// The value.
    package var value: String

    /// A key with its value.
    package init(_ key: String, _ value: String) {
        self.key = key
        self.value = value
    }
}

/// One page of a list and where the next begins.
package struct Page<Item: Sendable>: Sendable {
    /// What is on the page.
    package let items: [Item]
    /// The token of the next page; nil on the last one.
    package let next: String?

    /// A page of these items.
    package init(items: [Item], next: String?) {
        self.items = items
        self.next = next
    }
}
