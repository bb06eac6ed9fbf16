internal import Statistics

/// What one side of a column is like.
package struct SideSummary: Sendable, Hashable {
    /// The numbers of a numerical column; nil without a finite value.
    package struct Numbers: Sendable, Hashable {
        /// The least value.
        package let minimum: Double
        /// The greatest value.
        package let maximum: Double
        /// The mean.
        package let mean: Double
        /// The standard deviation with denominator n - 1; nil with one value.
        package let deviation: Double?
        /// The values at 25, 50 and 75 percent, interpolated linearly.
        package let quartiles: [Double]
    }

    /// A category and its rows.
    package struct Category: Sendable, Hashable {
        /// The category, cut at 120 characters.
        package let label: String
        /// Its rows.
        package let count: Int
    }

    /// All rows.
    package let rows: Int
    /// Rows without a value, NaN among them.
    package let missing: Int
    /// Rows with an infinite number.
    package let infinite: Int
    /// The numbers of a numerical column.
    package let numbers: Numbers?
    /// The most frequent categories, at most ten, of other columns.
    package let frequent: [Category]
    /// Different categories of other columns; nil for numbers.
    package let distinct: Int?

    private static let shown = 10

    /// Describes a column; `quartiles` where they are known already, else they are found here.
    ///
    /// Infinities are left out; with `negativeInfinities`, how many of them are negative, they count as numbers.
    init(_ column: ReportColumn, quartiles: [Double]? = nil, negativeInfinities: Int? = nil) {
        rows = column.rows
        missing = column.sample.missing
        infinite = column.sample.infinite
        switch column.sample {
        case .numbers(let numbers):
            if let negativeInfinities, numbers.infinite > 0 {
                self.numbers = Self.describe(numbers, below: negativeInfinities)
            } else {
                self.numbers = Self.describe(numbers, quartiles)
            }
            frequent = []
            distinct = nil
        case .categories(let counts):
            numbers = nil
            frequent = Self.frequent(counts)
            distinct = counts.counts.count(where: { $0 > 0 })
        }
    }

    private static func describe(_ numbers: NumberColumn, _ known: [Double]?) -> Numbers? {
        guard !numbers.isEmpty else { return nil }
        return Numbers(
            minimum: numbers.minimum,
            maximum: numbers.maximum,
            mean: numbers.mean,
            deviation: numbers.sampleDeviation,
            quartiles: known ?? numbers.quartiles
        )
    }

    /// Numbers with infinities among them, `below` of which are negative; what they leave undefined is NaN.
    private static func describe(_ numbers: NumberColumn, below: Int) -> Numbers {
        let above = numbers.infinite - below
        let sorted = numbers.sorted.values
        let count = numbers.count + numbers.infinite
        func value(_ place: Int) -> Double {
            if place < below { return -.infinity }
            return place - below < sorted.count ? sorted[place - below] : .infinity
        }
        func quartile(_ fraction: Double) -> Double {
            let position = fraction * Double(count - 1)
            let place = Int(position)
            let (low, high) = (value(place), value(min(place + 1, count - 1)))
            guard low.isFinite, high.isFinite else { return .nan }
            return low + (high - low) * (position - Double(place))
        }
        return Numbers(
            minimum: below > 0 ? -.infinity : numbers.minimum,
            maximum: above > 0 ? .infinity : numbers.maximum,
            mean: above > 0 ? (below > 0 ? .nan : .infinity) : -.infinity,
            deviation: nil,
            quartiles: [0.25, 0.5, 0.75].map(quartile)
        )
    }

    private static func frequent(_ counts: CategoryCounts) -> [Category] {
        let ranked = counts.counts.indices.sorted {
            (-counts.counts[$0], $0) < (-counts.counts[$1], $1)
        }
        return ranked.prefix(shown).filter { counts.counts[$0] > 0 }.map {
            Category(label: label(counts.categories[$0]), count: counts.counts[$0])
        }
    }

    /// A category as it is shown: a long text is cut.
    static func label(_ category: String) -> String { String(category.prefix(120)) }
}
