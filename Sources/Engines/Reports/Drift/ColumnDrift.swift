internal import Glibc
package import Statistics

/// What was found about one column.
package struct ColumnDrift: Sendable, Hashable {
    /// The column's name.
    package let name: String
    /// What the column is.
    package let kind: ColumnKind
    /// How it was compared.
    package let method: DriftMethod
    /// The limit of the score.
    package let threshold: Double
    /// What the method found; nil when ``undefined`` says why not.
    package let measurement: DriftMeasurement?
    /// Why the method has no value here.
    package let undefined: UndefinedStatistic?
    /// The p-value of the test that a distance must pass too; nil for tests and under compatibility.
    package let support: Double?
    /// The p-value after correction for the number of columns; nil for distances and without correction.
    package internal(set) var adjusted: Double?
    /// Whether the column has drifted.
    package internal(set) var hasDrifted = false
    /// The reference side.
    package let reference: SideSummary
    /// The current side.
    package let current: SideSummary
    /// Both distributions in the same bins.
    package let picture: ColumnPicture

    /// Compares both sides of a column.
    ///
    /// Whether it has drifted is decided by ``DriftReport``, which knows all columns.
    ///
    /// - Throws: `ReportError` where the sides are of different kinds.
    package init(
        reference: ReportColumn,
        current: ReportColumn,
        options: DriftOptions
    ) throws(ReportError) {
        let pair = try Self.pair(reference, current)
        let kind = pair.isNumeric ? ColumnKind.numerical : .categorical
        let method = options.method(for: reference.name, kind: kind) ?? pair.defaultMethod
        var contrast: ColumnContrast?
        if case .numbers(let left, let right) = pair {
            contrast = try? ColumnContrast(reference: left, current: right)
        }
        name = reference.name
        self.kind = kind
        self.method = method
        threshold = options.threshold(for: reference.name, kind: kind) ?? method.defaultThreshold
        var found: DriftMeasurement?
        var reason: UndefinedStatistic?
        do throws(UndefinedStatistic) {
            found = try Self.measure(method, pair, contrast, options.compatibility)
        } catch {
            reason = error
        }
        measurement = found
        undefined = reason
        support =
            options.compatibility == .none && method.score == .distance ? Self.support(pair, contrast) : nil
        self.reference = SideSummary(reference, quartiles: contrast?.referenceQuartiles)
        self.current = SideSummary(current, quartiles: contrast?.currentQuartiles)
        picture =
            switch pair {
            case .numbers(let left, let right):
                ColumnPicture(reference: left, current: right, known: contrast?.histogram)
            case .categories(let left, let right): ColumnPicture(reference: left, current: right)
            }
    }

    /// How far beyond its limit the score is, on a scale that ranks p-values and distances together: 0 is at the limit.
    package var severity: Double {
        guard let score = measurement?.score else { return -.infinity }
        let (upper, lower) = method.score == .distance ? (score, threshold) : (threshold, score)
        return log10(max(upper, 1e-300)) - log10(max(lower, 1e-300))
    }

    private static func pair(
        _ reference: ReportColumn,
        _ current: ReportColumn
    ) throws(ReportError) -> ColumnPair {
        do throws(UndefinedStatistic) {
            return try ColumnPair(reference: reference.sample, current: current.sample)
        } catch {
            throw ReportError(
                .mixedTypes,
                "column \(reference.name) is \(reference.kind.inWords) in the reference and \(current.kind.inWords) "
                    + "in the current data: give both the same type, or leave the column out"
            )
        }
    }

    private static func measure(
        _ method: DriftMethod,
        _ pair: ColumnPair,
        _ contrast: ColumnContrast?,
        _ compatibility: Compatibility
    ) throws(UndefinedStatistic) -> DriftMeasurement {
        if let contrast, method == .kolmogorovSmirnov || method == .wasserstein,
            case .numbers(let left, let right) = pair
        {
            return method.measure(contrast, left, right, compatibility)
        }
        return try method.measure(pair, compatibility: compatibility)
    }

    private static func support(_ pair: ColumnPair, _ contrast: ColumnContrast?) -> Double? {
        switch pair {
        case .numbers(let left, let right):
            contrast.map { DriftMethod.kolmogorovSmirnov.measure($0, left, right, .none).score }
        case .categories: (try? DriftMethod.chiSquared.measure(pair))?.score
        }
    }
}

extension ColumnKind {
    /// The kind in a sentence.
    package var inWords: String {
        switch self {
        case .numerical: "numbers"
        case .categorical: "categories"
        case .text: "text"
        case .datetime: "times"
        case .unknown: "empty"
        }
    }
}
