/// Reads one message of the protocol from bytes that somebody else owns.
///
/// The reader knows the version and whether it is a flexible one, so a codec names its fields once: `string()` picks
/// the classic or the compact form by itself. Every read is bounds-checked. The bytes must outlive the reader.
package struct WireReader {
    /// The most elements that one array may claim.
    static let maximumArrayCount = 200_000

    private let bytes: UnsafeRawBufferPointer
    /// The next byte to read, from the beginning of the bytes.
    package private(set) var position = 0
    /// The API version of the message.
    package let version: Int16
    /// Whether the version uses compact lengths and tagged fields.
    package let flexible: Bool

    /// A reader at the beginning of `bytes`.
    package init(_ bytes: UnsafeRawBufferPointer, version: Int16 = 0, flexible: Bool = false) {
        self.bytes = bytes
        self.version = version
        self.flexible = flexible
    }

    /// The bytes not read yet.
    package var remaining: Int { bytes.count - position }

    /// The same bytes from here on, read as another version.
    package func rest(version: Int16, flexible: Bool) -> WireReader {
        var reader = WireReader(bytes, version: version, flexible: flexible)
        reader.position = position
        return reader
    }

    /// Takes `count` bytes and returns where they begin.
    private mutating func advance(_ count: Int) throws(WireError) -> Int {
        guard count >= 0, count <= remaining else { throw .truncated(count, at: position, of: bytes.count) }
        defer { position += count }
        return position
    }

    private mutating func fixed<Value: FixedWidthInteger>(_ type: Value.Type) throws(WireError) -> Value {
        let start = try advance(MemoryLayout<Value>.size)
        return Value(bigEndian: bytes.loadUnaligned(fromByteOffset: start, as: type))
    }

    /// One byte, signed.
    package mutating func int8() throws(WireError) -> Int8 { try fixed(Int8.self) }

    /// A 16-bit integer.
    package mutating func int16() throws(WireError) -> Int16 { try fixed(Int16.self) }

    /// A 32-bit integer.
    package mutating func int32() throws(WireError) -> Int32 { try fixed(Int32.self) }

    /// A 64-bit integer.
    package mutating func int64() throws(WireError) -> Int64 { try fixed(Int64.self) }

    /// A truth value: any byte but zero is true.
    package mutating func bool() throws(WireError) -> Bool { try fixed(UInt8.self) != 0 }

    /// A 16-byte identifier; all zero stands for none.
    package mutating func uuid() throws(WireError) -> TopicUUID {
        TopicUUID(high: try fixed(UInt64.self), low: try fixed(UInt64.self))
    }

    /// An unsigned variable-length integer of at most 32 bits.
    package mutating func unsignedVarint() throws(WireError) -> Int {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 35, by: 7) {
            let byte = try fixed(UInt8.self)
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 {
                guard value <= UInt64(UInt32.max) else { break }
                return Int(value)
            }
        }
        throw .malformed("a variable-length integer is longer than 32 bits")
    }

    /// A zig-zag variable-length integer of at most 64 bits.
    package mutating func varlong() throws(WireError) -> Int64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 70, by: 7) {
            let byte = try fixed(UInt8.self)
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1) }
        }
        throw .malformed("a variable-length integer is longer than 64 bits")
    }

    /// A string that must be there.
    package mutating func string() throws(WireError) -> String {
        guard let value = try nullableString() else { throw .malformed("a string that may not be null is null") }
        return value
    }

    /// A string or null.
    package mutating func nullableString() throws(WireError) -> String? {
        let length = flexible ? try unsignedVarint() - 1 : Int(try int16())
        return try text(length)
    }

    /// A string or null with a 16-bit length, whatever the version: the client id in a request header.
    package mutating func classicNullableString() throws(WireError) -> String? { try text(Int(try int16())) }

    private mutating func text(_ length: Int) throws(WireError) -> String? {
        guard length >= 0 else {
            guard length == -1 else { throw .malformed("a string has the length \(length)") }
            return nil
        }
        guard length <= WireWriter.longestText else { throw .limit("a string of \(length) bytes is too long") }
        let start = try advance(length)
        guard let value = String(validating: bytes[start..<start + length], as: UTF8.self) else {
            throw .malformed("a string is not UTF-8")
        }
        return value
    }

    /// Where a run of bytes lies in the message, or nil when it is null: nothing is copied.
    package mutating func nullableByteRange() throws(WireError) -> Range<Int>? {
        let length = flexible ? try unsignedVarint() - 1 : Int(try int32())
        guard length >= 0 else {
            guard length == -1 else { throw .malformed("a run of bytes has the length \(length)") }
            return nil
        }
        let start = try advance(length)
        return start..<start + length
    }

    /// A copy of a run of bytes that must be there.
    package mutating func byteArray() throws(WireError) -> [UInt8] {
        guard let range = try nullableByteRange() else { throw .malformed("bytes that may not be null are null") }
        return Array(bytes[range])
    }

    /// A copy of the next `count` bytes.
    package mutating func bytes(_ count: Int) throws(WireError) -> [UInt8] {
        let start = try advance(count)
        return Array(bytes[start..<start + count])
    }

    /// An array that must be there, its elements read one by one.
    package mutating func array<Element>(
        _ element: (inout WireReader) throws(WireError) -> Element
    ) throws(WireError) -> [Element] {
        guard let elements = try nullableArray(element) else {
            throw .malformed("an array that may not be null is null")
        }
        return elements
    }

    /// An array or null, its elements read one by one.
    ///
    /// - Complexity: linear in the bytes present, whatever count is claimed.
    package mutating func nullableArray<Element>(
        _ element: (inout WireReader) throws(WireError) -> Element
    ) throws(WireError) -> [Element]? {
        let count = flexible ? try unsignedVarint() - 1 : Int(try int32())
        guard count >= 0 else {
            guard count == -1 else { throw .malformed("an array has the count \(count)") }
            return nil
        }
        guard count <= remaining else { throw .truncated(count, at: position, of: bytes.count) }
        guard count <= Self.maximumArrayCount else { throw .limit("an array of \(count) elements is too long") }
        var elements: [Element] = []
        elements.reserveCapacity(min(count, 64))
        for _ in 0..<count { elements.append(try element(&self)) }
        return elements
    }

    /// Skips the tagged fields at the end of a struct; nothing in versions that have none.
    package mutating func tags() throws(WireError) {
        guard flexible else { return }
        for _ in 0..<(try unsignedVarint()) {
            _ = try unsignedVarint()
            _ = try advance(try unsignedVarint())
        }
    }

    /// Whether the message is at least of this version.
    package func since(_ first: Int16) -> Bool { version >= first }
}
