package import JSON
internal import Statistics

/// What a report of files is to say.
package struct ReportRequest: Sendable, Hashable {
    /// The kinds of report.
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        /// How columns differ from a reference.
        case drift
        /// What a dataset is like.
        case summary
        /// How good predictions are.
        case performance
        /// How columns, and what is expected of a model, change chunk by chunk.
        case chunks
        /// Where columns change from row to row.
        case changes
        /// Which values or rows are unusual.
        case outliers
        /// What a dataset is like, in sketches that can be saved and merged.
        case profile

        /// The kinds in a sentence.
        package static let inWords = "drift, summary, performance, chunks, changes, outliers or profile"
    }

    /// Which columns hold what was true and what was said.
    package struct Model: Sendable, Hashable {
        /// The column of what was true.
        package var target: String
        /// The column of predicted classes or numbers; nil where there are scores.
        package var prediction: String?
        /// The column of the probability of the positive class.
        package var score: String?
        /// The positive class; nil for `1` or `true`.
        package var positive: String?
        /// The probability from which a row counts as positive.
        package var threshold = 0.5

        /// Predictions about the column `target`.
        package init(target: String) {
            self.target = target
        }
    }

    /// The kind of report.
    package var kind: Kind
    /// How columns are compared.
    package var drift = DriftOptions()
    /// The columns of a drift report or a summary; nil for all.
    package var columns: [String]?
    /// What a performance report is about.
    package var model: Model?
    /// How a report by chunks is cut and judged.
    package var chunks = ChunkOptions()
    /// How changes are looked for.
    package var changes = ChangeOptions()
    /// How outliers are looked for.
    package var outliers = OutlierOptions()
    /// The saved profiles whose data is added to a profile.
    package var merged: [SavedProfile] = []

    /// A report of a kind.
    package init(kind: Kind) {
        self.kind = kind
    }
}

/// A report of any kind.
package enum Report: Sendable {
    /// How columns differ.
    case drift(DriftReport)
    /// What a dataset is like.
    case summary(SummaryReport)
    /// How good predictions are.
    case performance(PerformanceReport)
    /// What changes chunk by chunk.
    case chunks(ChunkReport)
    /// Where columns change.
    case changes(ChangeReport)
    /// What is unusual.
    case outliers(OutlierReport)
    /// What a dataset is like, in sketches.
    case profile(ProfileReport)

    /// The report for programs.
    package var json: JSONValue {
        switch self {
        case .drift(let report): report.json
        case .summary(let report): report.json
        case .performance(let report): report.json
        case .chunks(let report): report.json
        case .changes(let report): report.json
        case .outliers(let report): report.json
        case .profile(let report): report.json
        }
    }

    /// The report as one HTML page that needs nothing else.
    package var html: String {
        switch self {
        case .drift(let report): report.html
        case .summary(let report): report.html
        case .performance(let report): report.html
        case .chunks(let report): report.html
        case .changes(let report): report.html
        case .outliers(let report): report.html
        case .profile(let report): report.html
        }
    }
}
