/// A column of the input that a monitor looks at, and what its values are expected to be.
package struct MonitoredColumn: Sendable, Hashable {
    /// How values are read and compared.
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        /// Numbers and truth values.
        case numeric
        /// Texts; numbers and truth values count as the text that they are written as.
        case categorical
    }

    /// The column's name.
    package var name: String

    /// How values are read and compared.
    package var kind: Kind

    /// The least number that is right; nil for none.
    package var minimum: Double?

    /// The greatest number that is right; nil for none.
    package var maximum: Double?

    /// The only categories that are right; nil to expect those of the reference.
    package var categories: [String]?

    /// The greatest share of missing values, 0…1; nil to expect the reference's.
    package var maximumMissingShare: Double?

    /// Describes a column without expectations of its own.
    package init(_ name: String, _ kind: Kind = .numeric) {
        self.name = name
        self.kind = kind
    }
}

/// One value of a monitored column, as it was found in a record.
package enum Cell: Sendable, Hashable {
    /// Absent or null.
    case missing
    /// There, but not of the column's kind.
    case mistyped
    /// NaN or infinite.
    case nonFinite
    /// A finite number.
    case number(Double)
    /// A category.
    case category(String)

    /// The most bytes of a category that are kept; longer texts are cut.
    package static let categoryLimit = 128

    /// A category as it is kept: cut at the limit.
    static func cut(_ text: String) -> String {
        text.utf8.count > categoryLimit ? String(decoding: text.utf8.prefix(categoryLimit), as: UTF8.self) : text
    }

    /// The number; NaN for everything else.
    var numberOrNaN: Double {
        if case .number(let value) = self { value } else { .nan }
    }

    /// The category; nil for everything else.
    var categoryOrNil: String? {
        if case .category(let value) = self { value } else { nil }
    }
}
