internal import Statistics

/// What Evidently 0.7 does with values that are none, for equality with it.
package struct SummaryQuirks: Sendable, Hashable {
    /// How it names the category of missing values, which it lists with no rows: `nan`, or `null` for those of Parquet
    /// files; nil where it is not listed.
    package var missingLabel: String?
    /// How many of a column's infinities are negative, where it takes infinities for numbers; nil where it leaves them out.
    package var negativeInfinities: Int?

    /// None of it.
    package init() {}
}

/// A column of a summary: what it is like now, and what it was like.
package struct ColumnSummary: Sendable, Hashable {
    /// The column's name.
    package let name: String
    /// What it is.
    package let kind: ColumnKind
    /// The reference side; nil in a report of one dataset, or where the reference lacks the column.
    package let reference: SideSummary?
    /// The current side.
    package let current: SideSummary
    /// The categories of both sides with their rows in the current data, the most frequent first; at most a thousand.
    package let categories: [SideSummary.Category]
    /// The distributions in the same bins.
    package let picture: ColumnPicture

    private static let maximumCategories = 1_000

    /// Sums up a column.
    ///
    /// - Parameters:
    ///   - reference: what it was like, if that is known.
    ///   - current: what it is like.
    ///   - quirks: what Evidently would do besides; none without compatibility.
    package init(reference: ReportColumn?, current: ReportColumn, quirks: SummaryQuirks = SummaryQuirks()) {
        name = current.name
        kind = current.kind
        self.current = SideSummary(current, negativeInfinities: quirks.negativeInfinities)
        let before = reference.flatMap { Self.comparable($0, with: current) }
        self.reference = before.map { SideSummary($0) }
        let counted = Self.categories(before?.sample, current.sample)
        let lacks = current.sample.missing > 0 || (reference?.sample.missing ?? 0) > 0
        let missing = lacks ? quirks.missingLabel.map { SideSummary.Category(label: $0, count: 0) } : nil
        categories = counted + [missing].compactMap { $0 }
        picture =
            switch (before?.sample, current.sample) {
            case (.numbers(let left)?, .numbers(let right)): ColumnPicture(reference: left, current: right)
            case (.categories(let left)?, .categories(let right)): ColumnPicture(reference: left, current: right)
            case (_, .numbers(let right)): ColumnPicture(reference: nil, current: right)
            case (_, .categories(let right)): ColumnPicture(reference: nil, current: right)
            }
    }

    /// The reference if it is what the current side is; a few numbers are categories beside categories.
    private static func comparable(_ reference: ReportColumn, with current: ReportColumn) -> ReportColumn? {
        if reference.kind == current.kind { return reference }
        guard reference.kind == .numerical, current.kind == .categorical,
            reference.sample.distinctCount(limit: maximumCategories + 1) <= maximumCategories
        else { return nil }
        return reference.asCategories
    }

    private static func categories(_ before: ColumnSample?, _ now: ColumnSample) -> [SideSummary.Category] {
        guard case .categories(let counts) = now else { return [] }
        var names = counts.categories
        if case .categories(let others)? = before { names += others.categories.filter { !counts.contains($0) } }
        let ranked = names.enumerated().sorted {
            (-counts.count(of: $0.element), $0.offset) < (-counts.count(of: $1.element), $1.offset)
        }
        return ranked.prefix(maximumCategories).map {
            SideSummary.Category(label: SideSummary.label($0.element), count: counts.count(of: $0.element))
        }
    }

    /// How much more is missing than in the reference: the order of the report.
    package var missingGrowth: Double { current.missingShare - (reference?.missingShare ?? 0) }
}

/// What a dataset is like, beside a reference if there is one: rows, missing values, duplicates, and each column.
package struct SummaryReport: Sendable, Hashable {
    /// The data that is compared with; nil for none.
    package let reference: DatasetLabel?
    /// The data that is described.
    package let current: DatasetLabel
    /// The reference as a whole.
    package let referenceHealth: DatasetHealth?
    /// The data as a whole.
    package let health: DatasetHealth
    /// The columns, those with the greatest growth of missing values first.
    package let columns: [ColumnSummary]

    /// Puts a summary together.
    package init(
        reference: (label: DatasetLabel, health: DatasetHealth)?,
        current: (label: DatasetLabel, health: DatasetHealth),
        columns: [ColumnSummary]
    ) {
        self.reference = reference?.label
        referenceHealth = reference?.health
        self.current = current.label
        health = current.health
        self.columns = columns.enumerated().sorted {
            (-$0.element.missingGrowth, $0.offset) < (-$1.element.missingGrowth, $1.offset)
        }.map(\.element)
    }
}
