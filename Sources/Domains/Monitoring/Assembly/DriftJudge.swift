internal import Statistics

/// Compares the columns of a window with a reference and decides which have drifted.
struct DriftJudge: Sendable {
    /// The dataset version that the profiles were made of.
    let reference: ReferenceDataset

    private let columns: [String]
    private let profiles: [ReferenceProfile]
    private let policy: DriftPolicy

    /// Sorts and bins the reference once.
    ///
    /// - Throws: `MonitorError` when a column is missing.
    init(
        _ values: [String: [Double]],
        of reference: ReferenceDataset,
        columns: [String],
        policy: DriftPolicy
    ) throws(MonitorError) {
        var profiles: [ReferenceProfile] = []
        for column in columns {
            guard let column = values[column] else {
                throw MonitorError(
                    .missingReference,
                    "\(reference) has no column '\(column)'; it has \(values.keys.sorted().joined(separator: ", "))"
                )
            }
            profiles.append(ReferenceProfile(column))
        }
        self.reference = reference
        self.columns = columns
        self.profiles = profiles
        self.policy = policy
    }

    /// Compares each column of a window.
    func compare(_ window: [[Double]]) -> [ColumnDrift] {
        var drift: [ColumnDrift] = []
        var noise: [Double] = []
        for (index, values) in window.enumerated() {
            let (column, level) = compare(values, with: profiles[index], name: columns[index])
            drift.append(column)
            noise.append(level)
        }
        let adjusted = MultipleTesting.benjaminiHochberg.adjusted(drift.map { $0.measures?.pValue ?? .nan })
        for index in drift.indices {
            guard var measures = drift[index].measures else { continue }
            measures.adjustedPValue = adjusted[index]
            drift[index].measures = measures
            drift[index].drifted = drift[index].rows >= policy.minimumRows && hasDrifted(measures, noise: noise[index])
        }
        return drift
    }

    private func compare(
        _ values: [Double],
        with profile: ReferenceProfile,
        name: String
    ) -> (column: ColumnDrift, noise: Double) {
        let finite = values.count(where: \.isFinite)
        var column = ColumnDrift(
            column: name,
            rows: finite,
            missing: values.count - finite,
            measures: nil,
            drifted: false,
            undefined: nil
        )
        do {
            let comparison = try profile.compare(values)
            column.measures = DriftMeasures(
                kolmogorovSmirnov: comparison.kolmogorovSmirnov.statistic,
                pValue: comparison.kolmogorovSmirnov.pValue,
                adjustedPValue: comparison.kolmogorovSmirnov.pValue,
                stabilityIndex: comparison.stabilityIndex,
                wasserstein: comparison.wasserstein,
                normedWasserstein: comparison.normedWasserstein
            )
            return (column, comparison.stabilityNoiseLevel)
        } catch {
            column.undefined = error.description
            return (column, 0)
        }
    }

    private func hasDrifted(_ measures: DriftMeasures, noise: Double) -> Bool {
        guard measures.adjustedPValue <= policy.significance else { return false }
        if let limit = policy.stabilityIndexLimit, measures.stabilityIndex >= max(limit, noise) { return true }
        if let limit = policy.wassersteinLimit, measures.normedWasserstein >= limit { return true }
        if let limit = policy.kolmogorovSmirnovLimit, measures.kolmogorovSmirnov >= limit { return true }
        return false
    }
}
