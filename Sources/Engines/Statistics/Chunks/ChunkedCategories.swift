/// A reference of categories, with which chunk after chunk is compared as NannyML 0.13 does.
package struct ChunkedCategories: Sendable {
    private let reference: CategoryCounts

    /// Prepares a reference; missing values are left out.
    ///
    /// - Throws: `UndefinedStatistic` when it has no value.
    package init(_ reference: CategoryCounts) throws(UndefinedStatistic) {
        guard reference.rows > 0 else { throw UndefinedStatistic(.emptyReference) }
        self.reference = reference
    }

    /// The value of a chunk; nil when it has no category, or the method is not for categories.
    package func value(_ chunk: CategoryCounts, _ method: ChunkMethod) -> Double? {
        guard chunk.rows > 0 else { return nil }
        switch method {
        case .chiSquared: return test(chunk).statistic
        case .largestDifference:
            return try? Divergence.largestDifference(BinCounts(reference: reference, current: chunk))
        case .jensenShannon: return shares(chunk).jensenShannon
        case .hellinger: return shares(chunk).hellinger
        case .kolmogorovSmirnov, .wasserstein: return nil
        }
    }

    /// The χ² test of the table of reference and chunk, with Yates' correction of two by two.
    package func test(_ chunk: CategoryCounts) -> TestResult {
        let counts = BinCounts(reference: reference, current: chunk)
        // A single common category is no table to test: nothing differs.
        return (try? ContingencyTests.chiSquared(counts, correction: true)) ?? TestResult(statistic: 0, pValue: 1)
    }

    private func shares(_ chunk: CategoryCounts) -> ChunkShares {
        let rows = (Double(reference.rows), Double(chunk.rows))
        return ChunkShares(
            reference: reference.counts.map { Double($0) / rows.0 },
            chunk: reference.categories.map { Double(chunk.count(of: $0)) / rows.1 }
        )
    }
}
