package import Lake
internal import Statistics

/// Looks for outliers in a file; usual is what a reference holds, or the file itself without one.
package struct OutlierSearch: Sendable {
    private let lake: Lake
    private let reference: LakeSource?
    private let current: LakeSource
    private let options: OutlierOptions
    private let columns: [String]
    private let skipped: [SkippedColumn]

    /// Rows that are judged as a whole, at most: they are in memory.
    private static let maximumRows = 200_000

    /// Prepares a search in the columns of numbers, or in those named.
    ///
    /// - Throws: `ReportError` or `LakeError` for columns or options that cannot be.
    package init(
        lake: Lake,
        reference: LakeSource?,
        current: LakeSource,
        options: OutlierOptions,
        columns: [String]? = nil
    ) throws {
        try options.validate()
        for name in columns ?? [] {
            guard try current.field(name).type.isNumber, try reference?.field(name).type.isNumber ?? true else {
                throw ReportError(
                    .mixedTypes,
                    "column \(name) of \(current.name) holds no numbers: outliers are looked for among numbers"
                )
            }
        }
        let usable: (String) -> Bool = { name in
            let sides = [current, reference].compactMap { $0 }
            return sides.allSatisfy { side in side.fields.contains { $0.name == name && $0.type.isNumber } }
        }
        self.lake = lake
        self.reference = reference
        self.current = current
        self.options = options
        self.columns = columns ?? current.fields.map(\.name).filter(usable)
        skipped =
            columns != nil
            ? []
            : current.fields.filter { !usable($0.name) }.map {
                SkippedColumn(name: $0.name, reason: "no numbers, or not in the reference")
            }
        guard !self.columns.isEmpty else {
            throw ReportError(.nothingToCompare, "\(current.name) has no column of numbers to judge")
        }
    }

    /// Judges.
    ///
    /// - Throws: `ReportError` where rows cannot be judged: too many of them, or columns that depend on each other.
    package func run() async throws -> OutlierReport {
        var findings: [OutlierFinding] = []
        var skipped = skipped
        if options.rule.isOfRows {
            findings = [try await rows()]
        } else {
            for name in columns {
                let values = try await lake.numbers(name, of: current)
                let usual = try await reference.asyncMap { try await lake.numbers(name, of: $0) } ?? values
                do {
                    findings.append(try OutlierFinding(name, values, usual: usual, options))
                } catch {
                    skipped.append(SkippedColumn(name: name, reason: error.description))
                }
            }
        }
        return OutlierReport(
            reference: reference.map { DatasetLabel(name: $0.name, rows: $0.rowCount) },
            current: DatasetLabel(name: current.name, rows: current.rowCount),
            rule: options.rule,
            findings: findings,
            skipped: skipped
        )
    }

    /// Complete rows with their places in the file, and how many are not complete.
    private struct Table {
        var places: [Int] = []
        var rows: [[Double]] = []
        var incomplete = 0
    }

    private func table(_ source: LakeSource) async throws -> Table {
        let most = options.rule.comparesAllRows ? NearestNeighbours.maximumRows : Self.maximumRows
        guard source.rowCount <= most else {
            throw ReportError(
                .tooLarge,
                "\(source.name) has \(source.rowCount) rows, and \(options.rule.rawValue) judges at most \(most): "
                    + "take a sample, or a rule for columns"
            )
        }
        var values: [[Double]] = []
        for name in columns { values.append(try await lake.numbers(name, of: source)) }
        var table = Table()
        for place in 0..<source.rowCount {
            let row = values.map { $0[place] }
            if row.allSatisfy(\.isFinite) {
                table.places.append(place)
                table.rows.append(row)
            } else {
                table.incomplete += 1
            }
        }
        return table
    }

    private func rows() async throws -> OutlierFinding {
        let now = try await table(current)
        let isAlone = reference == nil || options.rule.comparesAllRows
        let usual = isAlone ? now : try await table(reference ?? current)
        do {
            let (scores, scoresOfUsual) = try Self.scores(now.rows, usual.rows, options, isAlone: isAlone)
            return OutlierFinding(
                columns,
                scores: zip(now.places, scores).map { (row: $0, score: $1) },
                upper: options.limit ?? options.rule.standardLimit ?? Self.limit(scoresOfUsual),
                passedBy: now.incomplete,
                options
            )
        } catch {
            throw ReportError(.invalidOptions, "\(options.rule.rawValue) cannot judge these rows: \(error.description)")
        }
    }

    private static func scores(
        _ rows: [[Double]],
        _ usual: [[Double]],
        _ options: OutlierOptions,
        isAlone: Bool
    ) throws(UndefinedStatistic) -> (current: [Double], usual: [Double]) {
        let distance: ([Double]) throws(UndefinedStatistic) -> Double
        switch options.rule {
        case .localFactor:
            let factors = try NearestNeighbours(rows: rows, count: options.neighbours).localOutlierFactors
            return (factors, factors)
        case .neighbours:
            let distances = try NearestNeighbours(rows: rows, count: options.neighbours).meanDistances
            return (distances, distances)
        case .components:
            let width = rows.first?.count ?? 1
            let plane = try ReconstructionError(rows: usual, components: options.components ?? max(1, width / 2))
            distance = plane.distance
        default: distance = try MahalanobisDistance(rows: usual).distance
        }
        let current = try rows.map(distance)
        return (current, isAlone ? current : try usual.map(distance))
    }

    /// Three standard deviations above the mean of the usual scores.
    private static func limit(_ scores: [Double]) -> Double {
        let column = NumberColumn(scores)
        return column.mean + 3 * column.populationDeviation
    }
}
