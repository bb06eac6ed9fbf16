extension MersenneTwister {
    /// The positions below `count` in a random order, as `numpy.random.RandomState.permutation` draws it.
    mutating func permutation(_ count: Int) -> [Int] {
        var order = Array(0..<count)
        shuffle(&order)
        return order
    }

    /// Draws what a shuffle of `count` values would, and forgets it.
    mutating func skipShuffle(_ count: Int) {
        for last in stride(from: count - 1, to: 0, by: -1) { _ = upTo(last) }
    }

    private mutating func shuffle(_ values: inout [Int]) {
        for last in stride(from: values.count - 1, to: 0, by: -1) { values.swapAt(last, upTo(last)) }
    }

    /// A whole number from 0 to `bound`: the trailing bits of draws until one fits.
    private mutating func upTo(_ bound: Int) -> Int {
        let mask = UInt32.max >> UInt32(UInt32(truncatingIfNeeded: bound).leadingZeroBitCount)
        while true {
            let value = Int(draw() & mask)
            if value <= bound { return value }
        }
    }
}
