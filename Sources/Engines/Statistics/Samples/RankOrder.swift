/// The positions of finite `values` in ascending order of value, equal ones in their own order: O(n) for long columns.
///
/// A radix sort like that of ``ascending(_:)`` which carries the positions along.
func ascendingOrder(_ values: [Double]) -> [Int] {
    stableOrder(values, reversed: false)
}

/// The positions of finite `values` in descending order of value, equal ones in their own order.
func descendingOrder(_ values: [Double]) -> [Int] {
    stableOrder(values, reversed: true)
}

/// A value as bits, and where it was.
private struct Place {
    var key: UInt64
    var position: UInt32
}

private func stableOrder(_ values: [Double], reversed: Bool) -> [Int] {
    guard values.count >= radixThreshold, values.count <= Int(UInt32.max) else {
        return values.indices.sorted { one, other in
            let (first, second) = reversed ? (values[other], values[one]) : (values[one], values[other])
            return first < second || (first == second && one < other)
        }
    }
    var places = values.enumerated().map { position, value in
        // Zero has one sign here: ties must not be told apart by it.
        let key = orderedBits(value + 0.0)
        return Place(key: reversed ? ~key : key, position: UInt32(truncatingIfNeeded: position))
    }
    var scratch = places
    let histograms = digitHistograms(places.map(\.key))
    for digit in 0..<digitCount {
        let start = digit << digitBits
        let counts = histograms[start..<(start + (1 << digitBits))]
        if counts.contains(places.count) { continue }
        scatter(places, into: &scratch, counts: counts, shift: UInt64(digit * digitBits))
        swap(&places, &scratch)
    }
    return places.map { Int($0.position) }
}

private func scatter(_ places: [Place], into target: inout [Place], counts: ArraySlice<Int>, shift: UInt64) {
    var offsets = RadixOffsets(counts)
    target.withUnsafeMutableBufferPointer { target in
        for place in places { target[offsets.next(place.key >> shift)] = place }
    }
}
