/// The identity of a topic: a name that is deleted and created again gets a new one.
package struct TopicUUID: Hashable, Sendable {
    /// The first eight bytes.
    package let high: UInt64
    /// The last eight bytes.
    package let low: UInt64

    /// An identity of known bytes.
    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// No topic.
    package static let none = TopicUUID(high: 0, low: 0)

    /// A new random identity (version 4).
    package static func random() -> TopicUUID {
        let high = UInt64.random(in: .min ... .max) & 0xFFFF_FFFF_FFFF_0FFF | 0x4000
        let low = UInt64.random(in: .min ... .max) & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
        return TopicUUID(high: high, low: low)
    }

    /// 32 lower-case hexadecimal digits.
    package var hexadecimal: String {
        [high, low].map { value in
            let digits = String(value, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }
}
