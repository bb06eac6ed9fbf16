/// Below this many values the comparison sort of the standard library is faster.
let radixThreshold = 2048

/// Bits taken in one pass, and so `1 << digitBits` counters.
let digitBits = 11
let digitCount = 6

/// The finite `values` in ascending order.
///
/// Long columns are spread over buckets of equal width, and these are put in order one by one; where most values lie in a
/// small part of the range, a radix sort does it, whose time does not depend on the values.
func ascending(_ values: [Double]) -> [Double] {
    guard values.count >= radixThreshold else { return values.sorted() }
    return SpreadSort.sorted(values) ?? radixAscending(values)
}

/// The finite `values` in ascending order.
///
/// A least-significant-digit radix sort over the bit patterns, mapped so that their unsigned order is the numeric
/// order; passes whose digit is the same for all values are skipped.
func radixAscending(_ values: [Double]) -> [Double] {
    var keys = values.map { orderedBits($0) }
    var scratch = [UInt64](repeating: 0, count: keys.count)
    let histograms = digitHistograms(keys)
    for digit in 0..<digitCount {
        let start = digit << digitBits
        let counts = histograms[start..<(start + (1 << digitBits))]
        if counts.contains(keys.count) { continue }
        scatter(from: keys, into: &scratch, counts: counts, shift: UInt64(digit * digitBits))
        swap(&keys, &scratch)
    }
    return keys.map { value(ofOrderedBits: $0) }
}

func orderedBits(_ value: Double) -> UInt64 {
    let bits = value.bitPattern
    return bits >> 63 == 0 ? bits | (1 << 63) : ~bits
}

private func value(ofOrderedBits bits: UInt64) -> Double {
    Double(bitPattern: bits >> 63 == 1 ? bits & ~(1 << 63) : ~bits)
}

func digitHistograms(_ keys: [UInt64]) -> [Int] {
    var histograms = [Int](repeating: 0, count: digitCount << digitBits)
    let mask = UInt64((1 << digitBits) - 1)
    histograms.withUnsafeMutableBufferPointer { counts in
        for key in keys {
            for digit in 0..<digitCount {
                let bucket = Int((key >> UInt64(digit * digitBits)) & mask)
                counts[(digit << digitBits) + bucket] += 1
            }
        }
    }
    return histograms
}

private func scatter(from keys: [UInt64], into target: inout [UInt64], counts: ArraySlice<Int>, shift: UInt64) {
    var offsets = RadixOffsets(counts)
    target.withUnsafeMutableBufferPointer { target in
        for key in keys { target[offsets.next(key >> shift)] = key }
    }
}

/// Where the next key of each digit goes.
struct RadixOffsets {
    private var offsets: [Int] = []
    private static let mask = UInt64((1 << digitBits) - 1)

    /// Begins each digit behind all lesser ones.
    init(_ counts: ArraySlice<Int>) {
        offsets.reserveCapacity(counts.count)
        var total = 0
        for count in counts {
            offsets.append(total)
            total += count
        }
    }

    /// The place of a key whose digit is the lowest of `shifted`.
    @inline(__always)
    mutating func next(_ shifted: UInt64) -> Int {
        let digit = Int(shifted & Self.mask)
        defer { offsets[digit] += 1 }
        return offsets[digit]
    }
}
