internal import Statistics

/// Which values or rows of a file are unusual: by a reference if there is one, else by the file itself.
package struct OutlierReport: Sendable, Hashable {
    /// What usual is taken from; nil for the file itself.
    package let reference: DatasetLabel?
    /// The data that was judged.
    package let current: DatasetLabel
    /// By what rule.
    package let rule: OutlierRule
    /// What was found, by column or of whole rows; most outliers first.
    package let findings: [OutlierFinding]
    /// The columns that were not judged.
    package let skipped: [SkippedColumn]

    /// Puts a report together.
    init(
        reference: DatasetLabel?,
        current: DatasetLabel,
        rule: OutlierRule,
        findings: [OutlierFinding],
        skipped: [SkippedColumn]
    ) {
        (self.reference, self.current, self.rule, self.skipped) = (reference, current, rule, skipped)
        self.findings = findings.enumerated().sorted {
            (-$0.element.share, $0.offset) < (-$1.element.share, $1.offset)
        }.map(\.element)
    }
}

/// The outliers of a column, or of rows as a whole.
package struct OutlierFinding: Sendable, Hashable {
    /// A value or a row outside of the limits.
    package struct Outlier: Sendable, Hashable {
        /// The row, counted from 0.
        package let row: Int
        /// The value of a column; nil for a whole row.
        package let value: Double?
        /// How far it is out: beyond the nearer fence in the column's unit, or the row's distance or factor.
        package let score: Double
    }

    /// The columns that were judged: one, or all that make up a row.
    package let columns: [String]
    /// The least usual value; nil for rows.
    package let lower: Double?
    /// The greatest usual value, or the greatest usual score of a row.
    package let upper: Double
    /// Values, or rows, that were judged.
    package let judged: Int
    /// Those that were not: without a finite number.
    package let passedBy: Int
    /// Those outside.
    package let outside: Int
    /// Those farthest out, the farthest first.
    package let farthest: [Outlier]

    /// The share of outliers.
    package var share: Double { judged > 0 ? Double(outside) / Double(judged) : 0 }
}

extension OutlierFinding {
    /// Judges the values of a column; infinities are no values.
    ///
    /// - Throws: `UndefinedStatistic` where nothing says what is usual.
    init(
        _ name: String,
        _ values: [Double],
        usual: [Double],
        _ options: OutlierOptions
    ) throws(UndefinedStatistic) {
        let rules = try OutlierRules(usual)
        let limit = options.limit ?? options.rule.standardLimit ?? 0
        let fences =
            switch options.rule {
            case .standardScore: rules.standardScores(limit: limit)
            case .medianDeviation: rules.medianDeviations(limit: limit)
            default: rules.tukey(factor: limit)
            }
        var outliers: [Outlier] = []
        var passedBy = 0
        for (row, value) in values.enumerated() {
            guard value.isFinite else {
                passedBy += 1
                continue
            }
            guard fences.isOutside(value) else { continue }
            outliers.append(Outlier(row: row, value: value, score: max(fences.lower - value, value - fences.upper)))
        }
        self.init(
            columns: [name],
            lower: fences.lower,
            upper: fences.upper,
            judged: values.count - passedBy,
            passedBy: passedBy,
            outside: outliers.count,
            farthest: Self.farthest(outliers, options.listed)
        )
    }

    /// Judges rows by their scores, of which those above `upper` are unusual.
    init(
        _ columns: [String],
        scores: [(row: Int, score: Double)],
        upper: Double,
        passedBy: Int,
        _ options: OutlierOptions
    ) {
        let outliers = scores.filter { $0.score > upper }.map { Outlier(row: $0.row, value: nil, score: $0.score) }
        self.init(
            columns: columns,
            lower: nil,
            upper: upper,
            judged: scores.count,
            passedBy: passedBy,
            outside: outliers.count,
            farthest: Self.farthest(outliers, options.listed)
        )
    }

    private static func farthest(_ outliers: [Outlier], _ limit: Int) -> [Outlier] {
        Array(outliers.sorted { (-$0.score, $0.row) < (-$1.score, $1.row) }.prefix(limit))
    }
}
