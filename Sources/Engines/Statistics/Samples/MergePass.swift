/// Walks two ascending arrays together, once per distinct value.
///
/// `visit` is told the value and how many values of each array are less than or equal to it.
@inline(__always)
func mergePass(_ first: [Double], _ second: [Double], _ visit: (Double, Int, Int) -> Void) {
    first.withUnsafeBufferPointer { first in
        second.withUnsafeBufferPointer { second in
            var i = 0
            var j = 0
            while i < first.count || j < second.count {
                let value =
                    if i < first.count, j < second.count {
                        min(first[i], second[j])
                    } else {
                        i < first.count ? first[i] : second[j]
                    }
                while i < first.count, first[i] == value { i += 1 }
                while j < second.count, second[j] == value { j += 1 }
                visit(value, i, j)
            }
        }
    }
}

/// Throws unless both samples hold at least one finite value.
func requireValues(_ reference: SortedSample, _ current: SortedSample) throws(UndefinedStatistic) {
    if reference.isEmpty { throw UndefinedStatistic(.emptyReference) }
    if current.isEmpty { throw UndefinedStatistic(.emptyCurrent) }
}
