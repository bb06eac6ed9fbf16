internal import Statistics

/// What a dataset is like, in sketches of constant size that can be saved and put together with those of other data.
package struct ProfileReport: Sendable, Hashable {
    /// The data that was read.
    package let current: DatasetLabel
    /// The data of profiles that were put together with it.
    package private(set) var merged: [DatasetLabel] = []
    /// The columns.
    package private(set) var columns: [ColumnProfile]
    /// The columns that were not read.
    package let skipped: [SkippedColumn]

    /// Puts a report together.
    init(current: DatasetLabel, merged: [DatasetLabel] = [], columns: [ColumnProfile], skipped: [SkippedColumn]) {
        self.current = current
        self.merged = merged
        self.columns = columns
        self.skipped = skipped
    }

    /// The rows of all data.
    package var rows: Int { merged.reduce(current.rows) { $0 + $1.rows } }

    /// Adds the data of a saved profile; with `chosen` of these columns alone.
    ///
    /// A column that only one of them has is kept, with its rows.
    ///
    /// - Throws: `ReportError` for a column that is of another type, or sketched otherwise, there.
    mutating func merge(_ saved: SavedProfile, chosen: [String]? = nil) throws(ReportError) {
        let (name, other) = (saved.name, saved.profile)
        guard other.rows <= InvalidSketch.maximumCount - rows else {
            throw ReportError(.invalidProfile, "\(name) has too many rows to be added")
        }
        // Names that Unicode calls the same may both be in a file.
        var places = [String: Int](columns.enumerated().map { ($1.name, $0) }) { first, _ in first }
        for column in other.columns where chosen?.contains(column.name) ?? true {
            if let left = skipped.first(where: { $0.name == column.name }) {
                throw ReportError(
                    .mixedTypes,
                    "column \(column.name) holds \(column.type.rawValue) in \(name), and here: \(left.reason)"
                )
            }
            if let place = places[column.name] {
                try columns[place].merge(column, source: name)
            } else {
                places[column.name] = columns.count
                columns.append(column)
            }
        }
        for left in other.skipped where places[left.name] != nil && (chosen?.contains(left.name) ?? true) {
            throw ReportError(.mixedTypes, "column \(left.name) has no profile in \(name): \(left.reason)")
        }
        merged += [DatasetLabel(name: other.current.name, rows: other.current.rows)] + other.merged
    }
}

/// A profile that was saved, and what errors call it.
package struct SavedProfile: Sendable, Hashable {
    /// What errors call it: its file.
    package let name: String
    /// What was saved.
    package let profile: ProfileReport
}

/// What a column is like.
package struct ColumnProfile: Sendable, Hashable {
    /// What a column holds.
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        /// Whole or other numbers.
        case number
        /// Texts.
        case text
        /// Truth values.
        case boolean
    }

    /// The sketches by what the column holds.
    enum Sketches: Sendable, Hashable {
        /// Of numbers; no moments where the numbers are too far apart for them.
        case numbers(QuantileSketch, ShapeMoments?)
        /// Of texts and truth values.
        case categories(FrequentItems)
    }

    /// The column's name.
    package let name: String
    /// What it holds.
    package private(set) var type: Kind
    /// All rows.
    package private(set) var rows: Int
    /// Rows without a value, NaN among them.
    package private(set) var missing: Int
    /// Rows with an infinite number.
    package private(set) var infinite: Int
    /// How many different values there are, infinities among them.
    private(set) var distinct: DistinctSketch
    /// Numbers or categories.
    private(set) var sketches: Sketches

    /// Puts a profile together that was read, or saved.
    init(
        name: String,
        type: Kind,
        counts: (rows: Int, missing: Int, infinite: Int),
        distinct: DistinctSketch,
        sketches: Sketches
    ) {
        self.name = name
        self.type = type
        (rows, missing, infinite) = counts
        self.distinct = distinct
        self.sketches = sketches
    }

    /// Adds the same column of `source`.
    mutating func merge(_ other: ColumnProfile, source: String) throws(ReportError) {
        // What has no value is of any type: an empty column of a CSV file cannot say what it would hold.
        if type != other.type {
            if other.missing == other.rows {
                rows += other.rows
                missing += other.missing
                return
            }
            guard missing == rows else {
                throw ReportError(
                    .mixedTypes,
                    "column \(name) holds \(other.type.rawValue) in \(source) and \(type.rawValue) here"
                )
            }
            (type, distinct, sketches) = (other.type, other.distinct, other.sketches)
        } else {
            do {
                try distinct.merge(other.distinct)
                sketches = try Self.merged(sketches, other.sketches)
            } catch {
                throw ReportError(
                    .invalidProfile,
                    "column \(name) of \(source) has sketches of another size: make its profile anew"
                )
            }
        }
        rows += other.rows
        missing += other.missing
        infinite += other.infinite
    }

    private static func merged(_ one: Sketches, _ other: Sketches) throws(UndefinedStatistic) -> Sketches {
        switch (one, other) {
        case (.numbers(var quantiles, let moments), .numbers(let more, let others)):
            try quantiles.merge(more)
            guard var moments, let others else { return .numbers(quantiles, nil) }
            moments.merge(others)
            return .numbers(quantiles, moments.isFinite ? moments : nil)
        case (.categories(var items), .categories(let more)):
            guard items.capacity == more.capacity else { throw UndefinedStatistic(.lengthMismatch) }
            items.merge(more)
            return .categories(items)
        default: throw UndefinedStatistic(.mixedKinds)
        }
    }
}
