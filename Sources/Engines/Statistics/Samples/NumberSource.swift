/// A column that lies outside of memory and is read again, from its beginning, whenever its values are asked for.
package protocol NumberSource: Sendable {
    /// Shows the values in order and in blocks, NaN and infinities among them, until `body` says false.
    ///
    /// A source that fails shows fewer values, and tells its owner.
    func forEachBlock(_ body: (UnsafeBufferPointer<Double>) -> Bool)
}

/// What one pass over a column finds, whatever its length: count, range, mean, deviations, and a thin sample.
struct ColumnSurvey {
    private(set) var missing = 0
    private(set) var infinite = 0
    private(set) var minimum = Double.infinity
    private(set) var maximum = -Double.infinity
    private var moments = Moments()
    /// Finite values at even distances.
    private(set) var thinned: [Double] = []

    /// What is subtracted from all values before they are summed: the first of them, so that values far from zero lose no
    /// digits.
    private var origin: Double?
    private let stride: Int
    private var next = 0

    /// Prepares for a column of about `rows` values, of which some 4,096 are kept.
    init(rows: Int) {
        stride = max(1, rows / NumberColumn.thinnedCount)
    }

    /// Takes a block of finite values, and what was left out of it.
    mutating func add(_ block: UnsafeBufferPointer<Double>, missing: Int, infinite: Int) {
        self.missing += missing
        self.infinite += infinite
        guard !block.isEmpty else { return }
        let origin = self.origin ?? block[0]
        self.origin = origin
        let scan = ColumnScan(block, origin: origin)
        minimum = min(minimum, scan.minimum)
        maximum = max(maximum, scan.maximum)
        let before = Int(moments.count)
        while next < before + block.count {
            thinned.append(block[next - before])
            next += stride
        }
        moments.merge(scan.shifted)
    }

    /// The number of finite values.
    var count: Int { Int(moments.count) }

    /// Their mean; 0 for none.
    var mean: Double { (origin ?? 0) + moments.mean }

    /// Sum of their squared deviations from the mean.
    var squaredDeviations: Double { moments.squaredDeviations }
}
