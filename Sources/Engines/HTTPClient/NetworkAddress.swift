internal import Glibc

/// An address of the Internet Protocol, version 4 or 6.
package struct NetworkAddress: Sendable, Hashable, CustomStringConvertible {
    /// Its bytes in network order: 4 or 16.
    package let bytes: [UInt8]

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Reads the usual notation of an address; nil when it is none, also for spellings such as `127.1` and `0x7f000001`.
    package init?(_ text: String) {
        var bytes = [UInt8](repeating: 0, count: 16)
        if inet_pton(AF_INET, text, &bytes) == 1 {
            self.bytes = Array(bytes.prefix(4))
        } else if inet_pton(AF_INET6, text, &bytes) == 1 {
            self.bytes = bytes
        } else {
            return nil
        }
    }

    /// Whether it is reached through the public Internet: neither this machine, nor a private or local network, nor a
    /// range that is reserved, for documentation or for many receivers.
    ///
    /// The ranges are those of IANA's special-purpose registries (RFC 6890 and its updates); an IPv6 address that
    /// carries one of IPv4 (mapped, 6to4, NAT64) is as public as that.
    package var isPublic: Bool {
        if bytes.count == 4 { return !Self.special4.contains { $0.contains(bytes) } }
        if let embedded { return NetworkAddress(embedded).isPublic }
        return !Self.special6.contains { $0.contains(bytes) }
    }

    /// The IPv4 address that an IPv6 address carries.
    private var embedded: [UInt8]? {
        if Self.mapped.contains(bytes) || Self.translated.contains(bytes) { return Array(bytes[12...]) }
        if Self.compatible.contains(bytes), bytes[12...] != [0, 0, 0, 0], bytes[12...] != [0, 0, 0, 1] {
            return Array(bytes[12...])
        }
        return bytes[0] == 0x20 && bytes[1] == 0x02 ? Array(bytes[2..<6]) : nil
    }

    package var description: String {
        var text = [CChar](repeating: 0, count: 64)
        let family = bytes.count == 4 ? AF_INET : AF_INET6
        guard inet_ntop(family, bytes, &text, socklen_t(text.count)) != nil else { return "?" }
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// Addresses that begin with the same bits.
    private struct Range {
        let prefix: [UInt8]
        let bits: Int

        init(_ prefix: [UInt8], _ bits: Int) {
            self.prefix = prefix
            self.bits = bits
        }

        func contains(_ bytes: [UInt8]) -> Bool {
            var left = bits
            for (byte, wanted) in zip(bytes, prefix) where left > 0 {
                let mask = left >= 8 ? UInt8.max : ~(UInt8.max >> UInt8(left))
                if byte & mask != wanted & mask { return false }
                left -= 8
            }
            return true
        }
    }

    private static let special4 = [
        Range([0], 8), Range([10], 8), Range([100, 64], 10), Range([127], 8), Range([169, 254], 16),
        Range([172, 16], 12), Range([192, 0, 0], 24), Range([192, 0, 2], 24), Range([192, 88, 99], 24),
        Range([192, 168], 16), Range([198, 18], 15), Range([198, 51, 100], 24), Range([203, 0, 113], 24),
        Range([224], 4), Range([240], 4),
    ]

    private static let zeros = [UInt8](repeating: 0, count: 12)
    private static let compatible = Range(zeros, 96)
    private static let mapped = Range(zeros.prefix(10) + [0xFF, 0xFF], 96)
    private static let translated = Range([0x00, 0x64, 0xFF, 0x9B] + zeros.prefix(8), 96)

    private static let special6 = [
        compatible, Range([0x00, 0x64, 0xFF, 0x9B, 0x00, 0x01], 48), Range([0x01, 0x00] + zeros.prefix(6), 64),
        Range([0x20, 0x01, 0x00], 23), Range([0x20, 0x01, 0x0D, 0xB8], 32), Range([0x3F, 0xFF, 0x00], 20),
        Range([0x5F, 0x00], 16), Range([0xFC], 7), Range([0xFE, 0x80], 9), Range([0xFF], 8),
    ]
}
