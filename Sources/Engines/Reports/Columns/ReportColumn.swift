package import Statistics

/// What a column of a report is, by the names that Evidently gives the kinds.
package enum ColumnKind: String, Sendable, Hashable, Codable, CaseIterable {
    /// Numbers whose size means something.
    case numerical = "num"
    /// Labels out of a set that repeats.
    case categorical = "cat"
    /// Free text: hardly any value repeats.
    case text
    /// Points in time.
    case datetime
    /// Nothing but missing values.
    case unknown

    /// Distinct whole numbers up to which a column of them is one of categories (Evidently 0.7).
    package static let categoricalIntegers = 10

    /// The kind of a column of texts: text where more than half of the values present are different ones.
    package static func ofTexts(present: Int, distinct: Int) -> ColumnKind {
        if present == 0 { return .unknown }
        return 2 * distinct > present ? .text : .categorical
    }

    /// Whether columns of this kind are compared.
    package var isCompared: Bool { self == .numerical || self == .categorical }
}

/// One column of one side of a report.
package struct ReportColumn: Sendable {
    /// The column's name.
    package let name: String
    /// What it is.
    package let kind: ColumnKind
    /// All rows, also those without a value.
    package let rows: Int
    /// The values: numbers for a numerical column, counts for all others.
    package let sample: ColumnSample

    /// A numerical column; NaN stands for a missing value.
    package init(name: String, numbers: [Double]) {
        self.init(name: name, numbers: NumberColumn(numbers))
    }

    /// A numerical column.
    package init(name: String, numbers: NumberColumn) {
        self.name = name
        kind = .numerical
        rows = numbers.count + numbers.missing + numbers.infinite
        sample = .numbers(numbers)
    }

    /// A column of the same kind and name without a value in any of its rows.
    func without(rows: Int) -> ReportColumn {
        switch sample {
        case .numbers: ReportColumn(name: name, numbers: Array(repeating: .nan, count: rows))
        case .categories: ReportColumn(name: name, categories: CategoryCounts([], missing: rows), kind: kind)
        }
    }

    /// A column of categories, counted; `kind` may say that it is one of texts or times.
    package init(name: String, categories: CategoryCounts, kind: ColumnKind = .categorical) {
        self.name = name
        self.kind = kind == .numerical ? .categorical : kind
        rows = categories.rows + categories.missing
        sample = .categories(categories)
    }
}
