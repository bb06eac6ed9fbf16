/// Drift of a column chunk by chunk, with limits that the reference's own chunks give (NannyML's univariate drift).
package enum ChunkedDrift {
    /// Judges a column of numbers.
    ///
    /// O(n log n) for the reference, and O(chunk log chunk + reference) for each chunk.
    ///
    /// - Parameters:
    ///   - reference: the reference, in order of time.
    ///   - current: the data to judge, in order of time.
    ///   - methods: how; those for categories are passed by.
    ///   - plan: how both sides are cut.
    ///   - threshold: when a chunk is unusual.
    ///   - thresholds: the same of single methods, by name.
    /// - Returns: the chunks by method.
    /// - Throws: `UndefinedStatistic` when the reference has no value.
    package static func numbers(
        reference: [Double],
        current: [Double],
        methods: [ChunkMethod] = ChunkMethod.ofNumbers,
        plan: ChunkPlan,
        threshold: ChunkThreshold = .drift,
        thresholds: [String: ChunkThreshold] = [:]
    ) throws(UndefinedStatistic) -> [ChunkMethod: ChunkSeries] {
        let whole = try ChunkedNumbers(reference)
        let before = plan.ranges(of: reference.count).map { whole.chunk(reference[$0]) }
        let now = plan.ranges(of: current.count).map { whole.chunk(current[$0]) }
        var found: [ChunkMethod: ChunkSeries] = [:]
        for method in methods where ChunkMethod.ofNumbers.contains(method) {
            found[method] = ChunkSeries(
                reference: before.map { whole.value($0, method) },
                current: now.map { whole.value($0, method) },
                threshold: thresholds[method.rawValue] ?? threshold,
                range: method.range
            )
        }
        return found
    }

    /// Judges a column of categories; nil is a missing value.
    ///
    /// - Throws: `UndefinedStatistic` when the reference has no value.
    package static func categories(
        reference: [String?],
        current: [String?],
        methods: [ChunkMethod] = ChunkMethod.ofCategories,
        plan: ChunkPlan,
        threshold: ChunkThreshold = .drift,
        thresholds: [String: ChunkThreshold] = [:]
    ) throws(UndefinedStatistic) -> [ChunkMethod: ChunkSeries] {
        let whole = try ChunkedCategories(CategoryCounts(reference))
        let before = plan.ranges(of: reference.count).map { CategoryCounts(reference[$0]) }
        let now = plan.ranges(of: current.count).map { CategoryCounts(current[$0]) }
        var found: [ChunkMethod: ChunkSeries] = [:]
        for method in methods where ChunkMethod.ofCategories.contains(method) {
            guard method.hasLimits else {
                found[method] = ChunkSeries(
                    reference: before.map { tested($0, whole) },
                    current: now.map { tested($0, whole) }
                )
                continue
            }
            found[method] = ChunkSeries(
                reference: before.map { whole.value($0, method) },
                current: now.map { whole.value($0, method) },
                threshold: thresholds[method.rawValue] ?? threshold,
                range: method.range
            )
        }
        return found
    }

    private static func tested(_ chunk: CategoryCounts, _ whole: ChunkedCategories) -> ChunkFinding {
        guard chunk.rows > 0 else { return ChunkFinding(value: nil, isUnusual: false) }
        let result = whole.test(chunk)
        return ChunkFinding(value: result.statistic, isUnusual: result.pValue < ChunkMethod.significance)
    }
}
