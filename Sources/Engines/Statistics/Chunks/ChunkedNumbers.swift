import Glibc

/// A reference of numbers, with which chunk after chunk is compared as NannyML 0.13 does.
///
/// The bins for Jensen-Shannon and Hellinger are Doane's of the reference alone; what lies outside of them is one more
/// bin. From 10,000 rows of the reference on, Kolmogorov-Smirnov and Wasserstein are those of 10,000 equal bins over its
/// range, as in the original; below they are exact.
package struct ChunkedNumbers: Sendable {
    private let sample: SortedSample
    private let doane: ReferenceBins
    private let fine: ReferenceBins?

    private static let exactLimit = 10_000
    private static let fineBins = 10_000

    /// Prepares a reference; NaN and infinities are left out.
    ///
    /// - Throws: `UndefinedStatistic` when it has no value.
    package init(_ reference: [Double]) throws(UndefinedStatistic) {
        let sample = SortedSample(reference)
        guard let low = sample.values.first, let high = sample.values.last else {
            throw UndefinedStatistic(.emptyReference)
        }
        self.sample = sample
        doane = ReferenceBins(sample, edges: Self.doaneEdges(sample, low, high))
        fine =
            sample.count < Self.exactLimit
            ? nil : ReferenceBins(sample, edges: BinCounts.paddedEdges(low: low, high: high, bins: Self.fineBins))
    }

    /// A chunk made ready for all methods: sorted, and counted in the bins of the reference.
    package struct Chunk: Sendable {
        fileprivate let sample: SortedSample
        fileprivate let doane: ChunkShares
        /// The share in each fine bin, where the reference has them.
        fileprivate let fine: [Double]?
    }

    /// Prepares a chunk; NaN and infinities are left out.
    ///
    /// O(chunk log chunk + bins).
    package func chunk(_ values: ArraySlice<Double>) -> Chunk {
        let sample = SortedSample(Array(values))
        return Chunk(sample: sample, doane: doane.shares(of: sample), fine: fine?.share(of: sample))
    }

    /// The value of a chunk; nil when it has no number, or the method is not for numbers.
    package func value(_ chunk: Chunk, _ method: ChunkMethod) -> Double? {
        guard !chunk.sample.isEmpty else { return nil }
        switch method {
        case .kolmogorovSmirnov: return separation(chunk)
        case .wasserstein: return area(chunk)
        case .jensenShannon: return chunk.doane.jensenShannon
        case .hellinger: return chunk.doane.hellinger
        case .chiSquared, .largestDifference: return nil
        }
    }

    private func separation(_ prepared: Chunk) -> Double? {
        let chunk = prepared.sample
        guard let fine, let shares = prepared.fine else {
            var greatest = 0
            let (n, m) = (sample.count, chunk.count)
            mergePass(sample.values, chunk.values) { _, below, chunkBelow in
                greatest = max(greatest, abs(below * m - chunkBelow * n))
            }
            return Double(greatest) / (Double(n) * Double(m))
        }
        var greatest = 0.0
        var sum = Double(chunk.count(below: fine.edges[0])) / Double(chunk.count)
        for (share, reference) in zip(shares, fine.cumulative) {
            sum += share
            greatest = max(greatest, abs(reference - sum))
        }
        return greatest
    }

    private func area(_ prepared: Chunk) -> Double? {
        let chunk = prepared.sample
        guard let fine, let shares = prepared.fine else {
            return try? Wasserstein.distance(reference: sample, current: chunk)
        }
        let (low, high) = (fine.edges[0], fine.edges[fine.edges.count - 1])
        let below = chunk.values.prefix(chunk.count(below: low))
        let above = chunk.values.suffix(chunk.count - chunk.count(upTo: high))
        let rows = Double(chunk.count)
        // As the original has it: the end of the reference counts as one more value of the chunk.
        var sum = below.isEmpty ? 0 : Double(below.count + 1) / rows
        var within = CompensatedSum()
        for (share, reference) in zip(shares, fine.cumulative) {
            sum += share
            within.add(abs(reference - sum))
        }
        return within.value * (fine.edges[1] - fine.edges[0]) + Self.outside(below, end: low, rows)
            + Self.outside(above, end: high, rows)
    }

    /// The area between the end of the reference and the values outside of it.
    private static func outside(_ values: ArraySlice<Double>, end: Double, _ rows: Double) -> Double {
        var area = CompensatedSum()
        for value in values { area.add(abs(value - end)) }
        return area.value / rows
    }

    /// The edges of numpy's "doane" histogram.
    private static func doaneEdges(_ sample: SortedSample, _ low: Double, _ high: Double) -> [Double] {
        let count = Double(sample.count)
        let deviation = sample.populationDeviation
        guard sample.count > 2, deviation > 0 else { return BinCounts.paddedEdges(low: low, high: high, bins: 1) }
        let mean = sample.mean
        var cubes = CompensatedSum()
        for value in sample.values {
            let distance = (value - mean) / deviation
            cubes.add(distance * distance * distance)
        }
        let spread = (6 * (count - 2) / ((count + 1) * (count + 3))).squareRoot()
        let width = (high - low) / (1 + log2(count) + log2(1 + abs(cubes.value / count) / spread))
        return BinCounts.paddedEdges(low: low, high: high, bins: max(1, Int(((high - low) / width).rounded(.up))))
    }
}

/// Bins that are fixed by a reference, with its share in each.
private struct ReferenceBins {
    let edges: [Double]
    /// The reference's share up to the end of each bin.
    let cumulative: [Double]
    private let reference: [Double]

    init(_ sample: SortedSample, edges: [Double]) {
        self.edges = edges
        let shares = BinCounts.histogram(sample, edges: edges).map { Double($0) / Double(sample.count) }
        reference = shares
        var sum = 0.0
        cumulative = shares.map { share in
            sum += share
            return sum
        }
    }

    func share(of chunk: SortedSample) -> [Double] {
        BinCounts.histogram(chunk, edges: edges).map { Double($0) / Double(chunk.count) }
    }

    func shares(of chunk: SortedSample) -> ChunkShares { ChunkShares(reference: reference, chunk: share(of: chunk)) }
}

/// The shares of a reference and of a chunk in the reference's bins; what the chunk has elsewhere is one more bin.
struct ChunkShares {
    private let pairs: [(reference: Double, chunk: Double)]

    init(reference: [Double], chunk: [Double]) {
        let left = 1 - chunk.reduce(0, +)
        // Sums of shares are off by roundings: no value outside is a millionth of a millionth.
        let outside: [(Double, Double)] = left > 1e-12 ? [(0, left)] : []
        pairs = zip(reference, chunk).map { ($0, $1) } + outside
    }

    /// With logarithms to base 2.
    var jensenShannon: Double {
        let totals = pairs.reduce((0.0, 0.0)) { ($0.0 + $1.reference, $0.1 + $1.chunk) }
        var sum = CompensatedSum()
        for pair in pairs {
            let (p, q) = (pair.reference / totals.0, pair.chunk / totals.1)
            let middle = (p + q) / 2
            if p > 0 { sum.add(p * log(p / middle)) }
            if q > 0 { sum.add(q * log(q / middle)) }
        }
        return (max(0, sum.value) / log(2) / 2).squareRoot()
    }

    var hellinger: Double {
        var sum = CompensatedSum()
        for pair in pairs {
            let difference = pair.reference.squareRoot() - pair.chunk.squareRoot()
            sum.add(difference * difference)
        }
        return (sum.value / 2).squareRoot()
    }
}
