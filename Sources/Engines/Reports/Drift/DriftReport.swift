internal import Statistics

/// A dataset of a report.
package struct DatasetLabel: Sendable, Hashable {
    /// What people call it: a file, `rain@v3`, a window.
    package let name: String
    /// Its rows.
    package let rows: Int

    /// Names a dataset of `rows` rows.
    package init(name: String, rows: Int) {
        self.name = name
        self.rows = rows
    }
}

/// A column that a report left out.
package struct SkippedColumn: Sendable, Hashable {
    /// The column's name.
    package let name: String
    /// Why.
    package let reason: String

    /// A column that was left out for `reason`.
    package init(name: String, reason: String) {
        self.name = name
        self.reason = reason
    }

    /// A column of a kind that is not compared.
    init(name: String, kind: ColumnKind) {
        self.init(
            name: name,
            reason: kind == .unknown ? "empty" : "\(kind.inWords) \(kind == .text ? "is" : "are") not compared"
        )
    }
}

/// How the current data differs from a reference, column by column, the worst first.
package struct DriftReport: Sendable, Hashable {
    /// The data that is compared with.
    package let reference: DatasetLabel
    /// The data that is judged.
    package let current: DatasetLabel
    /// How it was compared.
    package let options: DriftOptions
    /// The compared columns: drifted ones first, then by severity.
    package let columns: [ColumnDrift]
    /// The columns that could not be compared.
    package let skipped: [SkippedColumn]

    /// Decides which columns have drifted, and puts the worst first.
    ///
    /// Under compatibility a score beyond its limit is drift. Without, p-values are corrected for the number of
    /// columns, and a distance must be significant as well: with 100 rows, chance alone brings a Wasserstein distance
    /// beyond Evidently's limit in 95 of 100 windows.
    package init(
        reference: DatasetLabel,
        current: DatasetLabel,
        comparisons: [ColumnDrift],
        skipped: [SkippedColumn] = [],
        options: DriftOptions
    ) {
        self.reference = reference
        self.current = current
        self.options = options
        self.skipped = skipped
        columns = Self.judged(comparisons, options).sorted {
            ($0.hasDrifted ? 0 : 1, -$0.severity, $0.name) < ($1.hasDrifted ? 0 : 1, -$1.severity, $1.name)
        }
    }

    /// Compares the columns that both sides have.
    ///
    /// - Throws: `ReportError` where a column is of different kinds on the sides, or none can be compared.
    package init(
        reference: (label: DatasetLabel, columns: [ReportColumn]),
        current: (label: DatasetLabel, columns: [ReportColumn]),
        options: DriftOptions = DriftOptions()
    ) throws(ReportError) {
        try options.validate()
        let others = Dictionary(current.columns.map { ($0.name, $0) }) { first, _ in first }
        var comparisons: [ColumnDrift] = []
        var skipped: [SkippedColumn] = []
        for column in reference.columns {
            guard let other = others[column.name] else {
                skipped.append(SkippedColumn(name: column.name, reason: "not in the current data"))
                continue
            }
            guard column.kind.isCompared, other.kind.isCompared else {
                let kind = column.kind.isCompared ? other.kind : column.kind
                skipped.append(SkippedColumn(name: column.name, kind: kind))
                continue
            }
            comparisons.append(try ColumnDrift(reference: column, current: other, options: options))
        }
        guard !comparisons.isEmpty else {
            throw ReportError(.nothingToCompare, "no column of numbers or categories is in both datasets")
        }
        self.init(
            reference: reference.label,
            current: current.label,
            comparisons: comparisons,
            skipped: skipped,
            options: options
        )
    }

    /// How many columns have drifted.
    package var driftedCount: Int { columns.count(where: \.hasDrifted) }

    /// The share of the compared columns that has drifted; 0 without columns.
    package var driftedShare: Double { columns.isEmpty ? 0 : Double(driftedCount) / Double(columns.count) }

    /// Whether so many columns have drifted that the dataset has.
    package var hasDrifted: Bool { driftedShare >= options.driftShare && driftedCount > 0 }

    private static func judged(_ comparisons: [ColumnDrift], _ options: DriftOptions) -> [ColumnDrift] {
        var columns = comparisons
        guard options.compatibility == .none else {
            for index in columns.indices {
                columns[index].hasDrifted = columns[index].isBeyond(columns[index].measurement?.score)
            }
            return columns
        }
        let pValues = columns.map { $0.method.score == .pValue ? $0.measurement?.score ?? .nan : .nan }
        let adjusted = options.correction?.adjusted(pValues) ?? pValues
        for index in columns.indices {
            let column = columns[index]
            if column.method.score == .pValue {
                if options.correction != nil, !adjusted[index].isNaN { columns[index].adjusted = adjusted[index] }
                columns[index].hasDrifted = column.isBeyond(adjusted[index].isNaN ? nil : adjusted[index])
            } else {
                let isSure = column.support.map { $0 <= options.significance } ?? false
                columns[index].hasDrifted = isSure && column.isBeyond(column.measurement?.score)
            }
        }
        return columns
    }
}

extension ColumnDrift {
    fileprivate func isBeyond(_ score: Double?) -> Bool {
        score.map { method.isBeyond(threshold, $0) } ?? false
    }
}
