/// A parsed filter: clauses joined by AND, OR and NOT.
package indirect enum FilterExpression: Sendable, Equatable {
    /// The empty filter: everything matches.
    case everything
    /// One comparison.
    case clause(FilterClause)
    /// All of them.
    case all([FilterExpression])
    /// At least one of them.
    case any([FilterExpression])
    /// The opposite.
    case not(FilterExpression)

    /// Every clause, in the order of the text.
    package var clauses: [FilterClause] {
        switch self {
        case .everything: []
        case .clause(let clause): [clause]
        case .all(let parts), .any(let parts): parts.flatMap(\.clauses)
        case .not(let part): part.clauses
        }
    }

    /// The clauses when the filter is nothing but clauses joined by AND; nil otherwise.
    package var conjunction: [FilterClause]? {
        switch self {
        case .everything: return []
        case .clause(let clause): return [clause]
        case .all(let parts):
            let clauses = parts.map(\.conjunction)
            return clauses.contains(nil) ? nil : clauses.compactMap(\.self).flatMap(\.self)
        case .any, .not: return nil
        }
    }
}

/// One comparison of a filter.
package struct FilterClause: Sendable, Equatable {
    /// What is compared.
    package let identifier: FilterIdentifier
    /// How.
    package let comparator: FilterComparator
    /// With what; `none` for IS NULL and IS NOT NULL.
    package let value: FilterValue
}

/// What a clause or an order names: a key, perhaps of an entity.
package struct FilterIdentifier: Sendable, Hashable {
    /// The word before the first dot, such as `metrics`; nil without one.
    package let entity: String?
    /// The key, without its quotes.
    package let key: String

    /// The identifier as messages show it.
    package var text: String {
        entity.map { "\($0).\(key)" } ?? key
    }
}

/// How a clause compares.
package enum FilterComparator: String, Sendable, Hashable, CaseIterable {
    case equal = "="
    case notEqual = "!="
    case greater = ">"
    case greaterOrEqual = ">="
    case less = "<"
    case lessOrEqual = "<="
    case like = "LIKE"
    case ilike = "ILIKE"
    case rlike = "RLIKE"
    case within = "IN"
    case notWithin = "NOT IN"
    case isNull = "IS NULL"
    case isNotNull = "IS NOT NULL"

    /// Whether the comparator orders or equates numbers.
    package var isNumeric: Bool {
        switch self {
        case .equal, .notEqual, .greater, .greaterOrEqual, .less, .lessOrEqual: true
        case .like, .ilike, .rlike, .within, .notWithin, .isNull, .isNotNull: false
        }
    }

    /// Whether the comparator takes a list.
    package var takesList: Bool {
        self == .within || self == .notWithin
    }

    /// Whether the comparator asks for absence or presence.
    package var asksPresence: Bool {
        self == .isNull || self == .isNotNull
    }
}

/// What a clause compares with.
package enum FilterValue: Sendable, Equatable {
    /// Nothing: the comparator asks for presence.
    case none
    /// A quoted text; `quote` is the mark around it.
    case string(String, quote: Character)
    /// A number as written, without quotes.
    case number(String)
    /// An unquoted word that is no number.
    case bare(String)
    /// A list of quoted texts.
    case list([String])

    /// The value as it was written, for messages.
    package var text: String {
        switch self {
        case .none: ""
        case .string(let text, let quote): "\(quote)\(text)\(quote)"
        case .number(let text), .bare(let text): text
        case .list(let texts): "(" + texts.map { "'\($0)'" }.joined(separator: ", ") + ")"
        }
    }

    /// The value without its quotes; a list as it was written.
    package var plain: String {
        guard case .string(let text, _) = self else { return text }
        return text
    }
}

extension String {
    /// The text in quotes as Python shows it, which is how MLflow's messages do.
    package var pythonQuoted: String {
        contains("'") && !contains("\"") ? "\"\(self)\"" : "'\(self)'"
    }
}

/// Why a filter or an order was refused.
package struct FilterError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong with the text, as the caller should read it.
    package let message: String

    /// A refusal with this message.
    package init(_ message: String) {
        self.message = message
    }

    package var description: String { message }
}
