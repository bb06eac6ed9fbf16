/// One record inside an uncompressed batch, by its place.
package struct RecordView {
    /// The first byte of the record, its length field included.
    package let start: Int
    /// The byte after the record.
    package let end: Int
    /// The record's time less the batch's base time.
    package let timestampDelta: Int64
    /// The record's offset less the batch's base offset.
    package let offsetDelta: Int64
    /// Where the key's length begins, after which nothing depends on the batch.
    package let keyLengthStart: Int
    /// Where the key begins.
    package let keyStart: Int
    /// The key's length, -1 for null.
    package let keyLength: Int
    /// The value's length, -1 for null.
    package let valueLength: Int
}

/// Goes over the records of an uncompressed batch without copying anything.
package struct RecordWalker {
    private let bytes: UnsafeRawBufferPointer
    private var position = 0

    /// A walker at the first record of `bytes`, which begin after the batch's header and must outlive the walker.
    package init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    /// Whether every byte has been walked over.
    package var isAtEnd: Bool { position == bytes.count }

    /// The next record, nil when there is none or it is malformed.
    package mutating func next() -> RecordView? {
        let start = position
        guard let length = varint(), length > 0, length <= bytes.count - position else { return nil }
        let end = position + Int(length)
        position += 1
        guard position <= end, let timestampDelta = varint(), let offsetDelta = varint() else { return nil }
        let keyLengthStart = position
        guard let keyLength = varint(), keyLength >= -1 else { return nil }
        let keyStart = position
        guard skip(keyLength, end), let valueLength = varint(), valueLength >= -1, skip(valueLength, end),
            skipHeaders(end), position == end
        else { return nil }
        return RecordView(
            start: start,
            end: end,
            timestampDelta: timestampDelta,
            offsetDelta: offsetDelta,
            keyLengthStart: keyLengthStart,
            keyStart: keyStart,
            keyLength: Int(keyLength),
            valueLength: Int(valueLength)
        )
    }

    private mutating func skipHeaders(_ end: Int) -> Bool {
        guard let count = varint(), count >= 0, count <= end - position else { return false }
        for _ in 0..<count {
            guard let nameLength = varint(), nameLength >= 0, skip(nameLength, end), let valueLength = varint(),
                valueLength >= -1, skip(valueLength, end)
            else { return false }
        }
        return true
    }

    private mutating func skip(_ length: Int64, _ end: Int) -> Bool {
        guard length > 0 else { return position <= end }
        guard length <= end - position else { return false }
        position += Int(length)
        return true
    }

    private mutating func varint() -> Int64? {
        guard position < bytes.count else { return nil }
        let first = bytes[position]
        if first < 0x80 {
            position += 1
            return Int64(first >> 1) ^ -Int64(first & 1)
        }
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while position < bytes.count, shift < 70 {
            let byte = bytes[position]
            position += 1
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1) }
            shift += 7
        }
        return nil
    }
}
