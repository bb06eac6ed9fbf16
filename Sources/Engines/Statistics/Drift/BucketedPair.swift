/// Two columns counted in fine buckets of equal width over the range of both; see ``ColumnContrast``.
struct BucketedPair {
    private let reference: NumberColumn
    private let current: NumberColumn
    private let ruler: BucketRuler

    /// Values in each bucket, and the sum of their distances from the bucket's lower border.
    private let referenceCells: [SIMD2<Double>]
    private let currentCells: [SIMD2<Double>]

    /// Counts both columns; nil where the range is empty or too wide for doubles.
    init?(_ reference: NumberColumn, _ current: NumberColumn) {
        let low = min(reference.minimum, current.minimum)
        let high = max(reference.maximum, current.maximum)
        guard let ruler = BucketRuler(low: low, high: high, values: reference.count + current.count) else {
            return nil
        }
        self.reference = reference
        self.current = current
        self.ruler = ruler
        referenceCells = ruler.cells(reference.values)
        currentCells = ruler.cells(current.values)
    }

    /// Which values of a bucket must be looked at.
    private struct Need: OptionSet {
        let rawValue: UInt8
        static let reference = Need(rawValue: 1)
        static let current = Need(rawValue: 2)
        static let order = Need(rawValue: 4)
    }

    /// Sums over the buckets that need no look, and what the others need.
    private struct Survey {
        var needs: [Need]
        var area = CompensatedSum()
        var greatest = 0
    }

    func contrast() -> ColumnContrast {
        let (n, m) = (reference.count, current.count)
        var survey = survey(n, m)
        let ranks = (Self.ranks(n), Self.ranks(m))
        mark(ranks.0, referenceCells, .reference, &survey.needs)
        mark(ranks.1, currentCells, .current, &survey.needs)
        let left = ruler.values(reference.values, in: survey.needs.map { !$0.isDisjoint(with: [.reference, .order]) })
        let right = ruler.values(current.values, in: survey.needs.map { !$0.isDisjoint(with: [.current, .order]) })
        var quartiles: ([Double], [Double])
        quartiles.0 = orderStatistics(ranks.0, referenceCells, left, survey.needs, [.reference, .order])
        quartiles.1 = orderStatistics(ranks.1, currentCells, right, survey.needs, [.current, .order])
        finish(&survey, left, right)
        return ColumnContrast(
            scaledDistance: survey.greatest,
            area: survey.area.value / (Double(n) * Double(m)),
            referenceQuartiles: Self.quartiles(quartiles.0, n),
            currentQuartiles: Self.quartiles(quartiles.1, m)
        )
    }

    private func survey(_ n: Int, _ m: Int) -> Survey {
        var survey = Survey(needs: Array(repeating: [], count: ruler.count))
        var gap = 0
        for bucket in 0..<ruler.count {
            gap += Int(referenceCells[bucket].x) * m - Int(currentCells[bucket].x) * n
            survey.greatest = max(survey.greatest, abs(gap))
        }
        gap = 0
        for bucket in 0..<ruler.count {
            let (mine, other) = (referenceCells[bucket], currentCells[bucket])
            let highest = gap + Int(mine.x) * m
            let lowest = gap - Int(other.x) * n
            let next = highest + lowest - gap
            if highest > survey.greatest || -lowest > survey.greatest || (highest > 0 && lowest < 0) {
                survey.needs[bucket].insert(.order)
            } else if gap != 0 || next != gap {
                // Of one sign: the integral of the difference, by parts.
                let moved = Double(m) * mine.y - Double(n) * other.y
                survey.area.add(abs(Double(next) * ruler.width(bucket) - moved))
            }
            gap = next
        }
        return survey
    }

    /// Adds the buckets whose values had to be sorted.
    private func finish(_ survey: inout Survey, _ left: [Double], _ right: [Double]) {
        let (n, m) = (reference.count, current.count)
        var gap = 0
        var (i, j) = (0, 0)
        for bucket in 0..<ruler.count {
            let (mine, other) = (Int(referenceCells[bucket].x), Int(currentCells[bucket].x))
            let need = survey.needs[bucket]
            let ends = (
                i + (need.isDisjoint(with: [.reference, .order]) ? 0 : mine),
                j + (need.isDisjoint(with: [.current, .order]) ? 0 : other)
            )
            guard need.contains(.order) else {
                gap += mine * m - other * n
                (i, j) = ends
                continue
            }
            var previous = ruler.border(bucket)
            while i < ends.0 || j < ends.1 {
                let value = min(i < ends.0 ? left[i] : .infinity, j < ends.1 ? right[j] : .infinity)
                survey.area.add(Double(abs(gap)) * (value - previous))
                while i < ends.0, left[i] == value { (i, gap) = (i + 1, gap + m) }
                while j < ends.1, right[j] == value { (j, gap) = (j + 1, gap - n) }
                survey.greatest = max(survey.greatest, abs(gap))
                previous = value
            }
            survey.area.add(Double(abs(gap)) * (ruler.border(bucket + 1) - previous))
        }
    }

    /// The two order statistics around each quartile.
    private static func ranks(_ count: Int) -> [Int] {
        ColumnContrast.quartiles.flatMap { share in
            let lower = Int(share * Double(count - 1))
            return [lower, min(count - 1, lower + 1)]
        }
    }

    private static func quartiles(_ values: [Double], _ count: Int) -> [Double] {
        ColumnContrast.quartiles.enumerated().map { index, share in
            let position = share * Double(count - 1)
            let weight = position - position.rounded(.down)
            let (low, high) = (values[2 * index], values[2 * index + 1])
            return weight < 0.5 ? low + (high - low) * weight : high - (high - low) * (1 - weight)
        }
    }

    private func mark(_ ranks: [Int], _ cells: [SIMD2<Double>], _ side: Need, _ needs: inout [Need]) {
        var below = 0
        var rank = ranks[...]
        for bucket in 0..<ruler.count {
            below += Int(cells[bucket].x)
            while let next = rank.first, next < below {
                needs[bucket].insert(side)
                rank.removeFirst()
            }
        }
    }

    /// The values of `ranks`, ascending, from the sorted values of the buckets in `sides`.
    private func orderStatistics(
        _ ranks: [Int],
        _ cells: [SIMD2<Double>],
        _ sorted: [Double],
        _ needs: [Need],
        _ sides: Need
    ) -> [Double] {
        var found: [Double] = []
        var (below, taken) = (0, 0)
        for bucket in 0..<ruler.count {
            let here = Int(cells[bucket].x)
            let isTaken = !needs[bucket].isDisjoint(with: sides)
            while found.count < ranks.count, ranks[found.count] < below + here {
                found.append(sorted[taken + ranks[found.count] - below])
            }
            below += here
            if isTaken { taken += here }
        }
        return found
    }
}

/// Buckets of equal width over a range.
struct BucketRuler {
    /// The number of buckets.
    let count: Int

    private let width: Double
    private let low: Double
    private let scale: Double

    /// Some 32 values a bucket, so that few buckets need a look and the counts stay in the processor's cache.
    init?(low: Double, high: Double, values: Int) {
        let range = high - low
        guard range > 0, range.isFinite else { return nil }
        let count = max(1 << 10, min(1 << 15, values / 32))
        let scale = Double(count) / range
        let width = range / Double(count)
        // Far from zero the borders are rounded by as much as the buckets are wide.
        guard scale.isFinite, width > max(abs(low), abs(high)) * 0x1p-32 else { return nil }
        self.low = low
        self.count = count
        self.scale = scale
        self.width = width
    }

    /// The lower border of a bucket.
    @inline(__always)
    func border(_ bucket: Int) -> Double { low + Double(bucket) * width }

    /// The width of a bucket between its borders as they are rounded.
    @inline(__always)
    func width(_ bucket: Int) -> Double { border(bucket + 1) - border(bucket) }

    @inline(__always)
    private func bucket(_ value: Double) -> Int { min(count - 1, Int((value - low) * scale)) }

    /// Count, and sum of distances from the lower border, of each bucket.
    func cells(_ values: [Double]) -> [SIMD2<Double>] {
        var cells = [SIMD2<Double>](repeating: .zero, count: count)
        cells.withUnsafeMutableBufferPointer { cells in
            values.withUnsafeBufferPointer { values in
                for value in values {
                    let bucket = bucket(value)
                    cells[bucket] += SIMD2(1, value - border(bucket))
                }
            }
        }
        return cells
    }

    /// The values of the chosen buckets, ascending.
    func values(_ values: [Double], in chosen: [Bool]) -> [Double] {
        var taken: [Double] = []
        chosen.withUnsafeBufferPointer { chosen in
            values.withUnsafeBufferPointer { values in
                for value in values where chosen[bucket(value)] { taken.append(value + 0.0) }
            }
        }
        return ascending(taken)
    }
}
