/// By what values, or whole rows, are unusual.
package enum OutlierRule: String, Sendable, Hashable, CaseIterable {
    /// Values far beyond the quartiles (Tukey's fences).
    case tukey
    /// Values many standard deviations from the mean.
    case standardScore = "zscore"
    /// Values many median deviations from the median (Iglewicz and Hoaglin).
    case medianDeviation = "mad"
    /// Rows far from the middle, in the spread of their direction (Mahalanobis).
    case mahalanobis
    /// Rows far from the plane of the greatest principal components.
    case components = "pca"
    /// Rows where the data is thinner than around their neighbours (local outlier factor).
    case localFactor = "lof"
    /// Rows far from their nearest neighbours.
    case neighbours = "knn"

    /// Whether whole rows are judged, not the values of each column.
    package var isOfRows: Bool { ![.tukey, .standardScore, .medianDeviation].contains(self) }

    /// Whether every row is compared with every other.
    var comparesAllRows: Bool { self == .localFactor || self == .neighbours }

    /// The limit without one given; nil where it follows from the scores.
    package var standardLimit: Double? {
        switch self {
        case .tukey, .localFactor: 1.5
        case .standardScore: 3
        case .medianDeviation: 3.5
        case .mahalanobis, .components, .neighbours: nil
        }
    }
}

/// How outliers are looked for.
package struct OutlierOptions: Sendable, Hashable {
    /// By what rule.
    package var rule = OutlierRule.tukey
    /// The limit in the rule's unit: interquartile ranges, deviations, or a distance; the rule's own without.
    package var limit: Double?
    /// Neighbours that a row is compared with.
    package var neighbours = 20
    /// Principal components that span the plane; half of the columns without.
    package var components: Int?
    /// How many outliers are listed, of a column or of all rows.
    package var listed = 100

    /// The defaults.
    package init() {}

    /// Throws where a number makes no sense.
    package func validate() throws(ReportError) {
        if let limit, !(limit > 0 && limit.isFinite) {
            throw ReportError(.invalidOptions, "the limit of outliers is a number above 0, not \(limit)")
        }
        guard (1...1_000).contains(neighbours) else {
            throw ReportError(.invalidOptions, "neighbours are 1 to 1,000, not \(neighbours)")
        }
        guard (1...1_000).contains(components ?? 1) else {
            throw ReportError(.invalidOptions, "components are 1 to 1,000, not \(components ?? 0)")
        }
        guard (1...10_000).contains(listed) else {
            throw ReportError(.invalidOptions, "1 to 10,000 outliers are listed, not \(listed)")
        }
    }
}
