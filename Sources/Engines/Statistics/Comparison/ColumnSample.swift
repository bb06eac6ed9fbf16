/// One column of one side, cleaned and made ready to be compared.
package enum ColumnSample: Sendable {
    /// A column of numbers.
    case numbers(NumberColumn)
    /// A column of categories.
    case categories(CategoryCounts)

    /// Values that count: finite numbers, or rows with a category.
    package var rows: Int {
        switch self {
        case .numbers(let column): column.count
        case .categories(let counts): counts.rows
        }
    }

    /// Rows without a value; NaN counts as none.
    package var missing: Int {
        switch self {
        case .numbers(let column): column.missing
        case .categories(let counts): counts.missing
        }
    }

    /// Rows with an infinite number.
    package var infinite: Int {
        switch self {
        case .numbers(let column): column.infinite
        case .categories: 0
        }
    }

    /// The share that the most frequent value has of the values, where it has more than half of them; else 0.
    package var greatestShare: Double {
        switch self {
        case .numbers(let column): column.majorityShare
        case .categories(let counts):
            counts.rows == 0 ? 0 : Double(counts.counts.max() ?? 0) / Double(counts.rows)
        }
    }

    /// Distinct values, counted no further than just beyond `limit`.
    package func distinctCount(limit: Int) -> Int {
        switch self {
        case .numbers(let column): column.distinctCount(limit: limit)
        case .categories(let counts): counts.counts.count(where: { $0 > 0 })
        }
    }
}

/// Both sides of a column, of one kind.
package enum ColumnPair: Sendable {
    /// Two columns of numbers.
    case numbers(reference: NumberColumn, current: NumberColumn)
    /// Two columns of categories.
    case categories(reference: CategoryCounts, current: CategoryCounts)

    /// Pairs two samples.
    ///
    /// - Throws: `UndefinedStatistic` `mixed_kinds` for numbers on one side and categories on the other.
    package init(reference: ColumnSample, current: ColumnSample) throws(UndefinedStatistic) {
        switch (reference, current) {
        case (.numbers(let reference), .numbers(let current)):
            self = .numbers(reference: reference, current: current)
        case (.categories(let reference), .categories(let current)):
            self = .categories(reference: reference, current: current)
        default: throw UndefinedStatistic(.mixedKinds)
        }
    }

    /// Whether the column is numeric.
    package var isNumeric: Bool {
        if case .numbers = self { true } else { false }
    }

    /// The method that Evidently would take, see ``DriftMethod/byDefault(isNumeric:referenceRows:distinctValues:)``.
    package var defaultMethod: DriftMethod {
        switch self {
        case .numbers(let reference, let current):
            DriftMethod.byDefault(
                isNumeric: true,
                referenceRows: reference.count,
                distinctValues: Self.distinctValues(reference, current, limit: 6)
            )
        case .categories(let reference, _):
            DriftMethod.byDefault(
                isNumeric: false,
                referenceRows: reference.rows,
                distinctValues: zip(valueCounts.reference, valueCounts.current).count { $0 + $1 > 0 }
            )
        }
    }

    /// One bin per distinct value or category.
    package var valueCounts: BinCounts {
        switch self {
        case .numbers(let reference, let current): BinCounts.distinct(reference: reference, current: current)
        case .categories(let reference, let current): BinCounts(reference: reference, current: current)
        }
    }

    /// Throws where a side has no value.
    package func requireValues() throws(UndefinedStatistic) {
        switch self {
        case .numbers(let reference, let current):
            if reference.isEmpty { throw UndefinedStatistic(.emptyReference) }
            if current.isEmpty { throw UndefinedStatistic(.emptyCurrent) }
        case .categories(let reference, let current):
            if reference.rows == 0 { throw UndefinedStatistic(.emptyReference) }
            if current.rows == 0 { throw UndefinedStatistic(.emptyCurrent) }
        }
    }

    /// Distinct values of both sides, counted up to `limit`.
    private static func distinctValues(_ first: NumberColumn, _ second: NumberColumn, limit: Int) -> Int {
        var seen = DistinctTally(limit: limit)
        _ = seen.add(first) && seen.add(second)
        return min(limit, seen.values.count)
    }
}
