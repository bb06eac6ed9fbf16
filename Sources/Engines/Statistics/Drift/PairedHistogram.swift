/// How many values of two columns lie in each of some bins of equal width; what lies outside of all bins is counted in the
/// nearest one.
package struct PairedHistogram: Sendable, Hashable {
    /// The borders, one more than bins.
    package let edges: [Double]
    /// Values of the reference in each bin.
    package let reference: [Int]
    /// Values of the current data in each bin.
    package let current: [Int]

    /// Bins of a picture.
    package static let bins = 24

    /// The range that a picture of both columns shows; nil where it has no width.
    package static func range(_ reference: NumberColumn?, _ current: NumberColumn) -> ClosedRange<Double>? {
        let ends = [reference, current].compactMap { $0?.centralRange }
        guard let low = ends.map(\.lowerBound).min(), let high = ends.map(\.upperBound).max() else { return nil }
        return low...high
    }
}

extension BucketedPair {
    /// Fine buckets of a bin, at least: so many that the bins hardly reach beyond the range that was asked for.
    private static let bucketsPerBin = 32

    /// A histogram over about `range`, summed up from the fine buckets; its edges are borders of buckets.
    func histogram(over range: ClosedRange<Double>?) -> PairedHistogram? {
        guard let range else { return nil }
        let bins = PairedHistogram.bins
        let (first, last) = (ruler.bucket(range.lowerBound), ruler.bucket(range.upperBound) + 1)
        guard last - first >= bins * Self.bucketsPerBin else { return nil }
        let step = (last - first + bins - 1) / bins
        var (left, right) = ([Int](repeating: 0, count: bins), [Int](repeating: 0, count: bins))
        for bucket in 0..<ruler.count {
            let bin = max(0, min(bins - 1, (bucket - first) / step))
            left[bin] += referenceCells.rows(bucket)
            right[bin] += currentCells.rows(bucket)
        }
        return PairedHistogram(
            edges: (0...bins).map { ruler.border(first + $0 * step) },
            reference: left,
            current: right
        )
    }
}
