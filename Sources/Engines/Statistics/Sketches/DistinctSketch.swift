import Glibc

/// How many different values a stream has, in constant memory (HyperLogLog: Flajolet 2007, estimated as Ertl 2017 does).
///
/// The standard error is ``standardError`` of the true number: 1.6 % with 4,096 registers, in 4 kB. Sketches merge
/// without any loss, also of overlapping streams.
package struct DistinctSketch: Sendable, Hashable, Codable {
    /// The logarithm of the number of registers.
    package let precision: Int

    /// For each part of the hashes the longest run of zeros so far, plus one; 0 where no hash fell.
    package private(set) var registers: [UInt8]

    /// Makes an empty sketch; the precision is drawn into 4…18.
    package init(precision: Int = 12) {
        self.precision = min(18, max(4, precision))
        registers = Array(repeating: 0, count: 1 << self.precision)
    }

    /// Makes a sketch again from its registers.
    ///
    /// - Throws: `InvalidSketch` for registers that no sketch of this precision has.
    package init(precision: Int, registers: [UInt8]) throws(InvalidSketch) {
        guard (4...18).contains(precision) else {
            throw InvalidSketch("precision is \(precision), and 4 to 18 are possible")
        }
        guard registers.count == 1 << precision else {
            throw InvalidSketch("it has \(registers.count) registers, and precision \(precision) has \(1 << precision)")
        }
        guard registers.allSatisfy({ $0 <= 65 - precision }) else {
            throw InvalidSketch("a register is beyond \(65 - precision)")
        }
        self.precision = precision
        self.registers = registers
    }

    /// The standard deviation of the estimate, as a share of the true number.
    package var standardError: Double { 1.04 / Double(registers.count).squareRoot() }

    /// Takes a text.
    package mutating func add(_ text: String) {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        insert(Self.mixed(hash))
    }

    /// Takes a number; both zeros are one value, all NaN are one value.
    package mutating func add(_ number: Double) {
        insert(Self.mixed(number.isNaN ? Double.nan.bitPattern : (number + 0.0).bitPattern))
    }

    /// Adds all that another sketch of the same precision has seen.
    ///
    /// - Throws: `UndefinedStatistic` `length_mismatch` for another precision.
    package mutating func merge(_ other: DistinctSketch) throws(UndefinedStatistic) {
        guard other.precision == precision else { throw UndefinedStatistic(.lengthMismatch) }
        for index in registers.indices { registers[index] = max(registers[index], other.registers[index]) }
    }

    /// The estimated number of different values.
    package var estimate: Double {
        let limit = 64 - precision
        var histogram = [Int](repeating: 0, count: limit + 2)
        for register in registers { histogram[Int(register)] += 1 }
        let m = Double(registers.count)
        var z = m * Self.tau(1 - Double(histogram[limit + 1]) / m)
        for value in stride(from: limit, through: 1, by: -1) { z = 0.5 * (z + Double(histogram[value])) }
        z += m * Self.sigma(Double(histogram[0]) / m)
        return m * m / (2 * log(2.0)) / z
    }

    private mutating func insert(_ hash: UInt64) {
        let register = Int(hash >> UInt64(64 - precision))
        let rest = hash << UInt64(precision)
        let rank = UInt8(min(rest.leadingZeroBitCount, 64 - precision) + 1)
        registers[register] = max(registers[register], rank)
    }

    /// The finaliser of SplitMix64: every bit of the input changes half of the output.
    private static func mixed(_ value: UInt64) -> UInt64 {
        var hash = value &+ 0x9e37_79b9_7f4a_7c15
        hash = (hash ^ (hash >> 30)) &* 0xbf58_476d_1ce4_e5b9
        hash = (hash ^ (hash >> 27)) &* 0x94d0_49bb_1331_11eb
        return hash ^ (hash >> 31)
    }

    private static func sigma(_ start: Double) -> Double {
        guard start < 1 else { return .infinity }
        var (x, y, z) = (start, 1.0, start)
        while true {
            x *= x
            let before = z
            z += x * y
            y += y
            if z == before { return z }
        }
    }

    private static func tau(_ start: Double) -> Double {
        guard start > 0, start < 1 else { return 0 }
        var (x, y, z) = (start, 1.0, 1 - start)
        while true {
            x.formSquareRoot()
            let before = z
            y *= 0.5
            z -= (1 - x) * (1 - x) * y
            if z == before { return z / 3 }
        }
    }
}
