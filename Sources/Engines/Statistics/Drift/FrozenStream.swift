/// A stream compared with a reference that was fixed before, in memory of the size of the reference.
///
/// Each value costs one binary search; nothing of the stream is kept but counts and sums between the values of the
/// reference. Two streams over one reference merge by addition. Kolmogorov-Smirnov and Mann-Whitney come out exactly as
/// from the whole data, Wasserstein within a bound that is told.
package struct FrozenStream: Sendable, Hashable {
    private let values: [Double]
    private let cumulative: [Int]

    /// Values of the stream equal to each reference value.
    private var ties: [Int]
    /// Values of the stream before each reference value and after the one before it, and behind the last.
    private var gaps: [Int]
    private var gapSums: [Double]

    /// Finite values so far.
    package private(set) var count = 0

    /// NaN and infinite values so far.
    package private(set) var dropped = 0

    /// Fixes the reference.
    ///
    /// - Throws: `UndefinedStatistic` when it is empty.
    package init(reference: SortedSample) throws(UndefinedStatistic) {
        guard !reference.isEmpty else { throw UndefinedStatistic(.emptyReference) }
        var values: [Double] = []
        var cumulative: [Int] = []
        for (index, value) in reference.values.enumerated() {
            if value == values.last {
                cumulative[cumulative.count - 1] = index + 1
            } else {
                values.append(value)
                cumulative.append(index + 1)
            }
        }
        self.values = values
        self.cumulative = cumulative
        ties = Array(repeating: 0, count: values.count)
        gaps = Array(repeating: 0, count: values.count + 1)
        gapSums = Array(repeating: 0, count: values.count + 1)
    }

    /// Takes one value of the stream.
    ///
    /// O(log of the distinct reference values).
    package mutating func add(_ value: Double) {
        guard value.isFinite else {
            dropped += 1
            return
        }
        count += 1
        var low = 0
        var high = values.count
        while low < high {
            let middle = (low + high) / 2
            if values[middle] < value {
                low = middle + 1
            } else {
                high = middle
            }
        }
        if low < values.count, values[low] == value {
            ties[low] += 1
        } else {
            gaps[low] += 1
            gapSums[low] += value
        }
    }

    /// Adds all that another stream over the same reference has seen.
    ///
    /// - Throws: `UndefinedStatistic` when the references differ.
    package mutating func merge(_ other: FrozenStream) throws(UndefinedStatistic) {
        guard values == other.values, cumulative == other.cumulative else { throw UndefinedStatistic(.lengthMismatch) }
        for index in ties.indices { ties[index] += other.ties[index] }
        for index in gaps.indices {
            gaps[index] += other.gaps[index]
            gapSums[index] += other.gapSums[index]
        }
        count += other.count
        dropped += other.dropped
    }

    /// The two-sample Kolmogorov-Smirnov test, exactly as from the whole data.
    ///
    /// - Throws: `UndefinedStatistic` before the first value.
    package func kolmogorovSmirnov(
        mode: KolmogorovSmirnov.Mode = .automatic
    ) throws(UndefinedStatistic) -> TestResult {
        guard count > 0 else { throw UndefinedStatistic(.emptyCurrent) }
        var greatest = 0
        walk { _, before, after, reference in
            greatest = max(greatest, abs(reference * count - before * referenceCount))
            greatest = max(greatest, abs(reference * count - after * referenceCount))
        }
        return KolmogorovSmirnov.result(
            scaledDistance: greatest,
            referenceCount: referenceCount,
            currentCount: count,
            mode: mode
        )
    }

    /// The U of the reference, exactly as from the whole data: pairs in which the reference is larger, ties half.
    package var mannWhitneyStatistic: Double {
        var below = 0
        var doubled = 0.0
        for index in values.indices {
            below += gaps[index]
            let multiplicity = cumulative[index] - (index == 0 ? 0 : cumulative[index - 1])
            doubled += Double(multiplicity) * Double(2 * below + ties[index])
            below += ties[index]
        }
        return doubled / 2
    }

    /// The Wasserstein distance: at least `value`, and more by at most `uncertainty`.
    ///
    /// The uncertainty is 0 unless the distribution functions cross between two values of the reference.
    ///
    /// - Throws: `UndefinedStatistic` before the first value.
    package func wasserstein() throws(UndefinedStatistic) -> (value: Double, uncertainty: Double) {
        guard count > 0 else { throw UndefinedStatistic(.emptyCurrent) }
        let (n, m) = (Double(referenceCount), Double(count))
        var value = CompensatedSum()
        var uncertainty = CompensatedSum()
        walk { index, before, after, reference in
            let lower = index > 0 ? values[index - 1] : nil
            guard index < values.count else {
                if let lower { value.add((gapSums[index] - Double(gaps[index]) * lower) / m) }
                return
            }
            let upper = values[index]
            let reach = Double(gaps[index]) * upper - gapSums[index]
            guard let lower else {
                value.add(reach / m)
                return
            }
            let width = upper - lower
            value.add(abs((Double(reference) / n - Double(before) / m) * width - reach / m))
            let (start, end) = (reference * count - before * referenceCount, reference * count - after * referenceCount)
            if start > 0, end < 0 {
                uncertainty.add(2 * width * Double(min(start, -end)) / (n * m))
            }
        }
        return (value.value, uncertainty.value)
    }

    private var referenceCount: Int { cumulative.last ?? 0 }

    /// Visits each gap with the stream's count before and behind it, and the reference's count below it.
    private func walk(_ visit: (_ gap: Int, _ before: Int, _ after: Int, _ reference: Int) -> Void) {
        var below = 0
        for index in gaps.indices {
            let before = below
            below += gaps[index]
            visit(index, before, below, index == 0 ? 0 : cumulative[index - 1])
            if index < ties.count { below += ties[index] }
        }
    }
}
