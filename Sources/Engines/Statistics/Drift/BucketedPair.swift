/// Two columns counted in fine buckets of equal width over the range of both; see ``ColumnContrast``.
struct BucketedPair {
    private let reference: NumberColumn
    private let current: NumberColumn
    private let atHand: Int
    let ruler: BucketRuler

    let referenceCells: BucketCells
    let currentCells: BucketCells

    /// Values of a column that is not held which are at hand at one time, however few the reference has.
    private static let alwaysAtHand = 1 << 16

    /// Counts both columns; nil where the range is empty or too wide for doubles.
    ///
    /// `atHand` is how many values of a current column that is not held are put in order at one time; as many as the
    /// reference has where nil. More lie there only where a single bucket has more.
    init?(_ reference: NumberColumn, _ current: NumberColumn, atHand: Int? = nil) {
        let low = min(reference.minimum, current.minimum)
        let high = max(reference.maximum, current.maximum)
        guard let ruler = BucketRuler(low: low, high: high, values: reference.count + current.count) else {
            return nil
        }
        self.reference = reference
        self.current = current
        self.atHand = atHand ?? max(Self.alwaysAtHand, reference.count)
        self.ruler = ruler
        referenceCells = ruler.cells(reference)
        currentCells = ruler.cells(current)
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
        var ranks = (RankedValues(n), RankedValues(m))
        for bucket in ranks.0.buckets(referenceCells) { survey.needs[bucket].insert(.reference) }
        for bucket in ranks.1.buckets(currentCells) { survey.needs[bucket].insert(.current) }
        var gap = 0
        for stretch in stretches(survey.needs) {
            let left = runs(reference, referenceCells, .reference, survey.needs, stretch)
            let right = runs(current, currentCells, .current, survey.needs, stretch)
            ranks.0.look(through: stretch, referenceCells, left)
            ranks.1.look(through: stretch, currentCells, right)
            finish(stretch, left, right, &gap, &survey)
        }
        return ColumnContrast(
            scaledDistance: survey.greatest,
            area: survey.area.value / (Double(n) * Double(m)),
            referenceQuartiles: ranks.0.quartiles,
            currentQuartiles: ranks.1.quartiles,
            histogram: histogram(over: PairedHistogram.range(reference, current))
        )
    }

    /// The buckets in stretches whose values are put in order at one time.
    ///
    /// A column that is not held is read once for each: the buckets that need order have the more values the longer it is.
    private func stretches(_ needs: [Need]) -> [Range<Int>] {
        guard !current.isHeld else { return [0..<ruler.count] }
        var stretches: [Range<Int>] = []
        var (start, values) = (0, 0)
        for bucket in 0..<ruler.count where !needs[bucket].isDisjoint(with: [.current, .order]) {
            // A bucket of one value is not read.
            let rows = currentCells.constant(bucket) == nil ? currentCells.rows(bucket) : 0
            if values > 0, values + rows > atHand {
                stretches.append(start..<bucket)
                (start, values) = (bucket, 0)
            }
            values += rows
        }
        return stretches + [start..<ruler.count]
    }

    /// The values of a side in the buckets of a stretch that need a look.
    private func runs(
        _ column: NumberColumn,
        _ cells: BucketCells,
        _ side: Need,
        _ needs: [Need],
        _ stretch: Range<Int>
    ) -> BucketRuns {
        let looked: Need = [side, .order]
        return ruler.runs(
            column,
            cells,
            in: needs.indices.map { stretch.contains($0) && !needs[$0].isDisjoint(with: looked) }
        )
    }

    private func survey(_ n: Int, _ m: Int) -> Survey {
        var survey = Survey(needs: Array(repeating: [], count: ruler.count))
        var gap = 0
        for bucket in 0..<ruler.count {
            gap += referenceCells.rows(bucket) * m - currentCells.rows(bucket) * n
            survey.greatest = max(survey.greatest, abs(gap))
        }
        gap = 0
        for bucket in 0..<ruler.count {
            let (mine, other) = (referenceCells.sums[bucket], currentCells.sums[bucket])
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

    /// Adds the buckets of a stretch whose values had to be put in order; `gap` is what it is at the stretch's beginning.
    private func finish(
        _ stretch: Range<Int>,
        _ left: BucketRuns,
        _ right: BucketRuns,
        _ gap: inout Int,
        _ survey: inout Survey
    ) {
        let (n, m) = (reference.count, current.count)
        left.runs.withUnsafeBufferPointer { mine in
            right.runs.withUnsafeBufferPointer { others in
                for bucket in stretch {
                    guard survey.needs[bucket].contains(.order) else {
                        gap += referenceCells.rows(bucket) * m - currentCells.rows(bucket) * n
                        continue
                    }
                    let ends = (ruler.border(bucket), ruler.border(bucket + 1))
                    let stretches = (
                        UnsafeBufferPointer(rebasing: mine[left.range(bucket)]),
                        UnsafeBufferPointer(rebasing: others[right.range(bucket)])
                    )
                    merge(stretches.0, stretches.1, from: ends.0, to: ends.1, &gap, &survey)
                }
            }
        }
    }

    /// Walks over the values of both sides in a bucket, and takes the gap of the distribution functions along.
    @inline(__always)
    private func merge(
        _ mine: UnsafeBufferPointer<BucketRuns.Run>,
        _ others: UnsafeBufferPointer<BucketRuns.Run>,
        from low: Double,
        to high: Double,
        _ gap: inout Int,
        _ survey: inout Survey
    ) {
        let (n, m) = (reference.count, current.count)
        var (i, j) = (0, 0)
        var previous = low
        var area = CompensatedSum()
        while i < mine.count || j < others.count {
            let value = min(
                i < mine.count ? mine[i].value : .infinity,
                j < others.count ? others[j].value : .infinity
            )
            area.add(Double(abs(gap)) * (value - previous))
            if i < mine.count, mine[i].value == value {
                gap += mine[i].count * m
                i += 1
            }
            if j < others.count, others[j].value == value {
                gap -= others[j].count * n
                j += 1
            }
            survey.greatest = max(survey.greatest, abs(gap))
            previous = value
        }
        area.add(Double(abs(gap)) * (high - previous))
        survey.area.add(area.value)
    }
}
