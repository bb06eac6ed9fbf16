/// MT19937 (Matsumoto and Nishimura 1998), seeded and drawn from as Python's `random.Random(seed)` does, or numpy's
/// `RandomState(seed)`.
///
/// For drawing the same samples as a Python program; not for secrets.
struct MersenneTwister: Sendable, Hashable, Codable {
    private static let size = 624
    private static let distance = 397

    private var state: [UInt32]
    private var next: Int

    /// Seeds with a whole number, as `init_by_array` of its 32-bit words.
    init(seed: UInt32) {
        state = [UInt32](repeating: 0, count: Self.size)
        next = Self.size
        state[0] = 19_650_218
        for index in 1..<Self.size {
            state[index] = 1_812_433_253 &* (state[index - 1] ^ (state[index - 1] >> 30)) &+ UInt32(index)
        }
        var index = 1
        for _ in 0..<Self.size {
            state[index] = (state[index] ^ (mixed(before: index) &* 1_664_525)) &+ seed
            advance(&index)
        }
        for _ in 0..<(Self.size - 1) {
            state[index] = (state[index] ^ (mixed(before: index) &* 1_566_083_941)) &- UInt32(index)
            advance(&index)
        }
        state[0] = 0x8000_0000
    }

    /// Seeds as `numpy.random.RandomState(seed)`: `init_genrand`.
    init(legacyNumpySeed seed: UInt32) {
        state = [UInt32](repeating: seed, count: Self.size)
        next = Self.size
        for index in 1..<Self.size {
            state[index] = 1_812_433_253 &* (state[index - 1] ^ (state[index - 1] >> 30)) &+ UInt32(index)
        }
    }

    /// A whole number from 0 to below `bound`: the leading bits of draws until one fits.
    mutating func below(_ bound: Int) -> Int {
        let shift = UInt32(bound.leadingZeroBitCount - (Int.bitWidth - 32))
        while true {
            let value = Int(draw() >> shift)
            if value < bound { return value }
        }
    }

    /// Chooses `count` of the positions below `bound` without repeating one, as `random.sample` does.
    ///
    /// `visit` is told each position. `pool` is scratch space that keeps its memory from call to call.
    mutating func sample(_ count: Int, below bound: Int, pool: inout [Int], _ visit: (Int) -> Void) {
        guard bound <= Self.poolLimit(count) else { return sampleSparsely(count, below: bound, visit) }
        pool.removeAll(keepingCapacity: true)
        pool.append(contentsOf: 0..<bound)
        for index in 0..<count {
            let chosen = below(bound - index)
            visit(pool[chosen])
            pool[chosen] = pool[bound - index - 1]
        }
    }

    private mutating func sampleSparsely(_ count: Int, below bound: Int, _ visit: (Int) -> Void) {
        var chosen = Set<Int>()
        for _ in 0..<count {
            var position = below(bound)
            while !chosen.insert(position).inserted { position = below(bound) }
            visit(position)
        }
    }

    /// Up to how many positions Python copies the population instead of remembering what it has drawn.
    private static func poolLimit(_ count: Int) -> Int {
        guard count > 5 else { return 21 }
        var power = 1
        while power < 3 * count { power *= 4 }
        return 21 + power
    }

    /// The next 32 bits.
    mutating func draw() -> UInt32 {
        if next == Self.size { refill() }
        var value = state[next]
        next += 1
        value ^= value >> 11
        value ^= (value << 7) & 0x9d2c_5680
        value ^= (value << 15) & 0xefc6_0000
        return value ^ (value >> 18)
    }

    private mutating func refill() {
        next = 0
        state.withUnsafeMutableBufferPointer { state in
            for index in 0..<Self.size {
                let following = index + 1 == Self.size ? 0 : index + 1
                let far = index + Self.distance < Self.size ? index + Self.distance : index + Self.distance - Self.size
                let bits = (state[index] & 0x8000_0000) | (state[following] & 0x7fff_ffff)
                state[index] = state[far] ^ (bits >> 1) ^ (bits & 1 == 0 ? 0 : 0x9908_b0df)
            }
        }
    }

    private func mixed(before index: Int) -> UInt32 { state[index - 1] ^ (state[index - 1] >> 30) }

    private mutating func advance(_ index: inout Int) {
        index += 1
        if index >= Self.size {
            state[0] = state[Self.size - 1]
            index = 1
        }
    }
}
