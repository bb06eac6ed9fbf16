/// The parameters behind a `?` in their order, by the rules of `application/x-www-form-urlencoded`.
package struct QueryItems: Sendable, Hashable {
    /// One parameter.
    package struct Item: Sendable, Hashable {
        /// The decoded name.
        package let name: String
        /// The decoded value; empty where there is no `=`.
        package let value: String
    }

    /// All parameters.
    package let items: [Item]

    /// No parameters.
    package init() {
        items = []
    }

    /// Reads the text behind a `?` or of a form; nil where an escape or the UTF-8 is broken.
    package init?(parsing text: String) {
        var items: [Item] = []
        for pair in text.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = PercentEncoding.decode(parts[0], plusIsSpace: true),
                let value = PercentEncoding.decode(parts.count > 1 ? parts[1] : "", plusIsSpace: true)
            else { return nil }
            items.append(Item(name: name, value: value))
        }
        self.items = items
    }

    /// The first value of a name.
    package func first(_ name: String) -> String? {
        items.first { $0.name == name }?.value
    }

    /// All values of a name, in order.
    package func all(_ name: String) -> [String] {
        items.filter { $0.name == name }.map(\.value)
    }

    /// Each name once, in order.
    package var names: [String] {
        var seen: Set<String> = []
        return items.map(\.name).filter { seen.insert($0).inserted }
    }
}

/// Percent-encoding, RFC 3986.
package enum PercentEncoding {
    /// The decoded text; nil for a broken escape, a NUL, or what is not UTF-8.
    package static func decode(_ text: some StringProtocol, plusIsSpace: Bool = false) -> String? {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "+") where plusIsSpace: bytes.append(0x20)
            case UInt8(ascii: "%"):
                guard rest.count >= 2, let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16),
                    rest.first != UInt8(ascii: "+"), value != 0
                else { return nil }
                rest.removeFirst(2)
                bytes.append(value)
            case 0: return nil
            default: bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }

    /// The text with all but letters, digits and `-._~` escaped.
    package static func encode(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF")
        var encoded = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                encoded.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                encoded.append("%")
                encoded.append(digits[Int(byte >> 4)])
                encoded.append(digits[Int(byte & 15)])
            }
        }
        return encoded
    }
}
