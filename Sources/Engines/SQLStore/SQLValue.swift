/// One value in a column or in a bound parameter.
package enum SQLValue: Sendable, Hashable {
    case null
    case int(Int64)
    case double(Double)
    case text(String)
    case blob([UInt8])
}

extension SQLValue {
    /// A number that may be absent.
    package init(_ value: Int64?) {
        self = value.map(SQLValue.int) ?? .null
    }

    /// A text that may be absent.
    package init(_ value: String?) {
        self = value.map(SQLValue.text) ?? .null
    }

    /// A floating-point number that may be absent.
    package init(_ value: Double?) {
        self = value.map(SQLValue.double) ?? .null
    }

    /// True for `1`, false for `0`.
    package init(_ value: Bool) {
        self = .int(value ? 1 : 0)
    }

    /// What the value is, for messages; never the value itself.
    var kind: String {
        switch self {
        case .null: "null"
        case .int: "integer"
        case .double: "double"
        case .text: "text"
        case .blob: "blob"
        }
    }
}

extension SQLValue: ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral, ExpressibleByStringLiteral,
    ExpressibleByNilLiteral, ExpressibleByBooleanLiteral
{
    package init(integerLiteral value: Int64) {
        self = .int(value)
    }

    package init(floatLiteral value: Double) {
        self = .double(value)
    }

    package init(stringLiteral value: String) {
        self = .text(value)
    }

    package init(nilLiteral: ()) {
        self = .null
    }

    package init(booleanLiteral value: Bool) {
        self = .init(value)
    }
}
