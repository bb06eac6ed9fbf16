internal import Statistics

/// Looks at the rows of a window: what its columns hold, and how they differ from a reference.
struct WindowInspector: Sendable {
    private enum Profile: Sendable {
        case numeric(NumericProfile)
        case categorical(CategoricalProfile)
    }

    /// The dataset version that the profiles were made of; nil without one.
    let reference: ReferenceDataset?

    private let columns: [MonitoredColumn]
    private let profiles: [Profile?]
    private let policy: DriftPolicy?

    /// An inspector that has nothing to compare with.
    init(columns: [MonitoredColumn]) {
        reference = nil
        self.columns = columns
        profiles = columns.map { _ in nil }
        policy = nil
    }

    /// Sorts, bins and counts the reference once.
    ///
    /// - Throws: `MonitorError` when a column is missing or of another kind.
    init(
        _ values: [String: ReferenceColumn],
        of reference: ReferenceDataset,
        columns: [MonitoredColumn],
        policy: DriftPolicy?
    ) throws(MonitorError) {
        var profiles: [Profile?] = []
        for column in columns {
            switch (column.kind, values[column.name]) {
            case (.numeric, .numbers(let numbers)): profiles.append(.numeric(NumericProfile(numbers)))
            case (.categorical, .categories(let texts)): profiles.append(.categorical(CategoricalProfile(texts)))
            case (_, nil):
                let known = values.keys.sorted().joined(separator: ", ")
                throw MonitorError(.missingReference, "\(reference) has no column '\(column.name)'; it has \(known)")
            default:
                throw MonitorError(
                    .missingReference,
                    "column '\(column.name)' of \(reference) is not \(column.kind.rawValue): declare its type otherwise"
                )
            }
        }
        self.reference = reference
        self.columns = columns
        self.profiles = profiles
        self.policy = policy
    }

    /// All that the rows of a window show.
    func inspect(_ window: AssembledWindow) -> WindowFindings {
        var findings = WindowFindings()
        findings.reference = reference?.description
        for (index, cells) in window.columns.enumerated() { findings.columns.append(quality(index, cells)) }
        if policy != nil, reference != nil { findings.drift = compare(window.columns) }
        findings.duplicates = duplicates(window.columns)
        (findings.outlierRows, findings.outliers) = outliers(window)
        return findings
    }

    // MARK: Drift

    /// Compares each column of a window with the reference, and decides which have drifted.
    func compare(_ window: [[Cell]]) -> [ColumnDrift] {
        guard let policy else { return [] }
        var drift: [ColumnDrift] = []
        var noise: [Double] = []
        for (index, cells) in window.enumerated() {
            let (column, level) = compare(cells, with: profiles[index], name: columns[index].name)
            drift.append(column)
            noise.append(level)
        }
        let adjusted = policy.correction.adjusted(drift.map { $0.measures?.pValue ?? .nan })
        for index in drift.indices {
            guard var measures = drift[index].measures else { continue }
            measures.adjustedPValue = adjusted[index]
            drift[index].measures = measures
            drift[index].drifted =
                drift[index].rows >= policy.minimumRows && policy.hasDrifted(measures, noise: noise[index])
        }
        return drift
    }

    private func compare(_ cells: [Cell], with profile: Profile?, name: String) -> (ColumnDrift, Double) {
        var column = ColumnDrift(column: name, rows: 0, missing: 0, measures: nil, drifted: false, undefined: nil)
        var noise = 0.0
        do throws(UndefinedStatistic) {
            switch profile {
            case .numeric(let profile):
                column.rows = cells.count { if case .number = $0 { true } else { false } }
                let found = try profile.comparison.compare(cells.map(\.numberOrNaN))
                column.measures = DriftMeasures(found)
                noise = found.stabilityNoiseLevel
            case .categorical(let profile):
                let tally = Self.tally(cells)
                column.rows = tally.values.reduce(0, +)
                (column.measures, noise) = try profile.compare(tally)
            case nil: break
            }
        } catch {
            column.undefined = error.description
        }
        column.missing = cells.count - column.rows
        return (column, noise)
    }

    // MARK: Quality

    private func quality(_ index: Int, _ cells: [Cell]) -> ColumnQuality {
        let column = columns[index]
        var quality = ColumnQuality(column)
        quality.rows = cells.count
        for cell in cells {
            switch cell {
            case .missing: quality.missing += 1
            case .mistyped: quality.mistyped += 1
            case .nonFinite: quality.nonFinite += 1
            case .number(let value): if column.excludes(value) { quality.outOfRange += 1 }
            case .category: break
            }
        }
        switch (column.kind, profiles[index]) {
        case (.numeric, .numeric(let profile)): describe(cells, profile, &quality)
        case (.numeric, _): describe(cells, nil, &quality)
        case (.categorical, .categorical(let profile)): describe(Self.tally(cells), profile, column, &quality)
        case (.categorical, _): describe(Self.tally(cells), nil, column, &quality)
        }
        return quality
    }

    private func describe(_ cells: [Cell], _ profile: NumericProfile?, _ quality: inout ColumnQuality) {
        let sample = SortedSample(cells.map(\.numberOrNaN))
        quality.distinct = sample.distinctCount()
        quality.summary = NumericSummary(sample)
        quality.referenceSummary = profile?.summary
        quality.referenceMissingShare = profile?.missingShare
        quality.histogram = profile?.histogram(sample) ?? NumericProfile.histogram(alone: sample)
        guard let profile, let summary = profile.summary else { return }
        quality.outsideReference =
            sample.count(below: summary.minimum) + sample.count - sample.count(upTo: summary.maximum)
        quality.outliers = sample.values.count { profile.distance(of: $0) > NumericProfile.fence }
    }

    private func describe(
        _ tally: [String: Int],
        _ profile: CategoricalProfile?,
        _ column: MonitoredColumn,
        _ quality: inout ColumnQuality
    ) {
        quality.distinct = tally.count
        quality.referenceMissingShare = profile?.missingShare
        quality.histogram = profile?.histogram(tally) ?? CategoricalProfile.histogram(alone: tally)
        guard let expected = column.categories.map(Set.init) ?? profile?.known else { return }
        let unseen = tally.filter { !expected.contains($0.key) }
        quality.unseen = unseen.values.reduce(0, +)
        quality.unseenCategories = Array(unseen.keys.sorted().prefix(5))
    }

    // MARK: Rows

    private func duplicates(_ columns: [[Cell]]) -> Int {
        guard let rows = columns.first?.count, rows > 1 else { return 0 }
        var firsts: [Int: [Int]] = [:]
        var found = 0
        for row in 0..<rows {
            var hasher = Hasher()
            for column in columns { hasher.combine(column[row]) }
            let hash = hasher.finalize()
            let isRepeated = firsts[hash, default: []].contains { other in
                columns.allSatisfy { $0[other] == $0[row] }
            }
            if isRepeated { found += 1 } else { firsts[hash, default: []].append(row) }
        }
        return found
    }

    private func outliers(_ window: AssembledWindow) -> (rows: Int, worst: [RowOutlier]) {
        var found: [RowOutlier] = []
        var flagged: Set<Int64> = []
        for (index, cells) in window.columns.enumerated() {
            guard case .numeric(let profile) = profiles[index] else { continue }
            for (row, cell) in zip(window.rowNumbers, cells) {
                guard case .number(let value) = cell else { continue }
                let distance = profile.distance(of: value)
                guard distance > NumericProfile.fence else { continue }
                flagged.insert(row)
                found.append(RowOutlier(row: row, column: columns[index].name, value: value, distance: distance))
            }
        }
        found.sort { ($1.distance, $0.row, $0.column) < ($0.distance, $1.row, $1.column) }
        return (flagged.count, Array(found.prefix(WindowFindings.maximumOutliers)))
    }

    private static func tally(_ cells: [Cell]) -> [String: Int] {
        var tally: [String: Int] = [:]
        for cell in cells { if let category = cell.categoryOrNil { tally[category, default: 0] += 1 } }
        return tally
    }
}

extension MonitoredColumn {
    fileprivate func excludes(_ value: Double) -> Bool {
        minimum.map { value < $0 } ?? false || maximum.map { value > $0 } ?? false
    }
}

extension DriftMeasures {
    /// The numbers of a numeric column.
    init(_ found: ColumnComparison) {
        self.init(
            test: .kolmogorovSmirnov,
            statistic: found.kolmogorovSmirnov.statistic,
            pValue: found.kolmogorovSmirnov.pValue,
            adjustedPValue: found.kolmogorovSmirnov.pValue,
            stabilityIndex: found.stabilityIndex,
            wasserstein: found.wasserstein,
            normedWasserstein: found.normedWasserstein,
            jensenShannon: nil
        )
    }
}

extension DriftPolicy {
    /// Whether numbers mean drift: significant after correction, and one effect is large.
    ///
    /// `noise` is what the stability index stays below by chance alone; the Jensen-Shannon distance stays below the
    /// root of an eighth of it.
    func hasDrifted(_ measures: DriftMeasures, noise: Double) -> Bool {
        guard measures.adjustedPValue <= significance else { return false }
        if let limit = stabilityIndexLimit, measures.stabilityIndex >= max(limit, noise) { return true }
        if let limit = wassersteinLimit, let distance = measures.normedWasserstein, distance >= limit { return true }
        if let limit = kolmogorovSmirnovLimit, let distance = measures.kolmogorovSmirnov, distance >= limit {
            return true
        }
        if let limit = jensenShannonLimit, let distance = measures.jensenShannon {
            return distance >= max(limit, (noise / 8).squareRoot())
        }
        return false
    }
}
