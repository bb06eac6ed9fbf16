/// Writes one message of the protocol; the counterpart of ``WireReader``.
package struct WireWriter {
    /// What has been written.
    package private(set) var bytes: [UInt8] = []
    /// The API version of the message.
    package let version: Int16
    /// Whether the version uses compact lengths and tagged fields.
    package let flexible: Bool

    /// An empty writer.
    package init(version: Int16 = 0, flexible: Bool = false, capacity: Int = 128) {
        self.version = version
        self.flexible = flexible
        bytes.reserveCapacity(capacity)
    }

    private mutating func fixed(_ value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
    }

    /// One byte, signed.
    package mutating func int8(_ value: Int8) { bytes.append(UInt8(bitPattern: value)) }

    /// A 16-bit integer.
    package mutating func int16(_ value: Int16) { fixed(value) }

    /// A 32-bit integer.
    package mutating func int32(_ value: Int32) { fixed(value) }

    /// A 64-bit integer.
    package mutating func int64(_ value: Int64) { fixed(value) }

    /// A truth value.
    package mutating func bool(_ value: Bool) { bytes.append(value ? 1 : 0) }

    /// A 16-byte identifier.
    package mutating func uuid(_ value: TopicUUID) {
        fixed(value.high)
        fixed(value.low)
    }

    /// An unsigned variable-length integer.
    package mutating func unsignedVarint(_ value: Int) {
        precondition(value >= 0 && value <= Int(UInt32.max), "lengths are counted with 32 bits")
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    /// A zig-zag variable-length integer.
    package mutating func varlong(_ value: Int64) {
        var rest = UInt64(bitPattern: (value << 1) ^ (value >> 63))
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    /// The most bytes of a string: what the classic encoding can say.
    package static let longestText = Int(Int16.max)

    /// A string or null; what is longer than the encoding can say is cut at the end of a character.
    package mutating func string(_ value: String?) {
        guard let value else { return flexible ? unsignedVarint(0) : int16(-1) }
        var text = value.utf8.count > Self.longestText ? Self.cut(value) : value
        text.withUTF8 { utf8 in
            if flexible { unsignedVarint(utf8.count + 1) } else { int16(Int16(utf8.count)) }
            bytes.append(contentsOf: utf8)
        }
    }

    private static func cut(_ value: String) -> String {
        var count = 0
        return String(
            value.prefix { character in
                count += character.utf8.count
                return count <= longestText
            }
        )
    }

    /// A run of bytes or null.
    package mutating func byteArray(_ value: [UInt8]?) {
        guard let value else { return recordsLength(nil) }
        recordsLength(value.count)
        bytes.append(contentsOf: value)
    }

    /// Only the length of a run of bytes that follows from elsewhere, such as a file; nil for null.
    package mutating func recordsLength(_ count: Int?) {
        if flexible { unsignedVarint((count ?? -1) + 1) } else { int32(Int32(count ?? -1)) }
    }

    /// Bytes as they are.
    package mutating func raw(_ value: some Sequence<UInt8>) { bytes.append(contentsOf: value) }

    /// An array or null, its elements written one by one.
    package mutating func array<Element>(_ elements: [Element]?, _ write: (inout WireWriter, Element) -> Void) {
        arrayCount(elements?.count)
        for element in elements ?? [] { write(&self, element) }
    }

    /// Only the count of an array; nil for null.
    package mutating func arrayCount(_ count: Int?) {
        if flexible { unsignedVarint((count ?? -1) + 1) } else { int32(Int32(count ?? -1)) }
    }

    /// The end of a struct: no tagged fields.
    ///
    /// Old clients misread any, so none are ever sent.
    package mutating func tags() {
        if flexible { bytes.append(0) }
    }

    /// Whether the message is at least of this version.
    package func since(_ first: Int16) -> Bool { version >= first }

    /// Overwrites four bytes that were written before: a length known only at the end.
    package mutating func patchInt32(_ value: Int32, at position: Int) {
        precondition(position >= 0 && position + 4 <= bytes.count, "only what was written can be patched")
        for (index, byte) in withUnsafeBytes(of: value.bigEndian, Array.init).enumerated() {
            bytes[position + index] = byte
        }
    }
}
