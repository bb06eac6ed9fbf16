internal import Glibc

/// What to compute over the traces of some experiments, or over their spans or assessments.
package struct TraceMetricsQuery: Sendable {
    /// What is counted and measured.
    package enum View: Int64, Sendable, CaseIterable {
        case traces = 1
        case spans = 2
        case assessments = 3

        /// The view as MLflow names it.
        package var name: String {
            switch self {
            case .traces: "TRACES"
            case .spans: "SPANS"
            case .assessments: "ASSESSMENTS"
            }
        }

        /// The view with this name; nil when there is none.
        package init?(name: String) {
            guard let view = Self.allCases.first(where: { $0.name == name }) else { return nil }
            self = view
        }
    }

    /// How the values of a group become one.
    package enum Aggregation: Sendable, Hashable {
        case count
        case sum
        case average
        /// The value below which so many per cent lie, from 0 to 100.
        case percentile(Double)
        case minimum
        case maximum

        /// The aggregation as answers name it; `P95.0` for a percentile.
        package var label: String {
            if case .percentile(let percent) = self { "P\(percent)" } else { kind }
        }

        /// The kind of aggregation as MLflow names it.
        var kind: String {
            switch self {
            case .count: "COUNT"
            case .sum: "SUM"
            case .average: "AVG"
            case .percentile: "PERCENTILE"
            case .minimum: "MIN"
            case .maximum: "MAX"
            }
        }
    }

    /// The experiments.
    package var experiments: [ExperimentID]
    /// What is counted and measured.
    package var view: View
    /// What of it, such as `latency`.
    package var metric: String
    /// How the values of a group become one; at least one.
    package var aggregations: [Aggregation]
    /// What makes groups, such as `trace_status`.
    package var dimensions: [String] = []
    /// Conditions such as `trace.status = 'OK'`; all of them hold.
    package var filters: [String] = []
    /// The width of the groups by time in seconds; nil for no such groups.
    package var interval: Int64?
    /// The earliest time, Unix milliseconds.
    package var start: Int64?
    /// The latest time, Unix milliseconds.
    package var end: Int64?
    /// How many groups a page holds at most.
    package var limit = 1_000
    /// The token of the page; nil for the first.
    package var pageToken: String?

    /// A query without groups.
    package init(experiments: [ExperimentID], view: View, metric: String, aggregations: [Aggregation]) {
        self.experiments = experiments
        self.view = view
        self.metric = metric
        self.aggregations = aggregations
    }
}

/// What was computed for one group.
package struct TraceMetricsPoint: Sendable, Equatable {
    /// What was measured.
    package let metric: String
    /// The group: `time_bucket` first, then the dimensions of the query.
    package let dimensions: [KeyValue]
    /// The value of each aggregation that has one, in the order of the query.
    package let values: [(label: String, value: Double)]

    package static func == (left: Self, right: Self) -> Bool {
        left.metric == right.metric && left.dimensions == right.dimensions
            && left.values.map(\.label) == right.values.map(\.label)
            && left.values.map(\.value) == right.values.map(\.value)
    }
}

/// How often two filters hold together, and how much more often than by chance.
package struct FilterCorrelation: Sendable, Equatable {
    /// How many traces there are.
    package let total: Int64
    /// For how many the first filter holds.
    package let first: Int64
    /// For how many the second filter holds.
    package let second: Int64
    /// For how many both hold.
    package let both: Int64

    /// Normalised pointwise mutual information, from -1 (never together) through 0 (independent) to 1 (always); not a
    /// number when one of the filters never holds.
    ///
    /// G. Bouma, "Normalized (pointwise) mutual information in collocation extraction", GSCL 2009.
    package var information: Double {
        guard isDefined else { return .nan }
        return both == 0 ? -1 : Self.information(cells, adding: 0)
    }

    /// The same with half an observation added to each of the four cases (Jeffreys' prior), steadier for few traces.
    package var smoothedInformation: Double {
        isDefined ? Self.information(cells, adding: 0.5) : .nan
    }

    private var cells: [Int64] { [both, first - both, second - both, total - first - second + both] }

    private var isDefined: Bool {
        total > 0 && first > 0 && second > 0 && cells.allSatisfy { $0 >= 0 }
    }

    private static func information(_ cells: [Int64], adding prior: Double) -> Double {
        let counts = cells.map { Double($0) + prior }
        let all = counts.reduce(0, +)
        let first = counts[0] + counts[1]
        let second = counts[0] + counts[2]
        guard first > 0, second > 0, counts[0] > 0 else { return .nan }
        if cells[1] == 0, cells[2] == 0, cells[3] == 0 { return 1 }
        let share = log(counts[0]) - log(all)
        let mutual = log(counts[0]) + log(all) - log(first) - log(second)
        return max(-1, min(1, mutual / -share))
    }
}
