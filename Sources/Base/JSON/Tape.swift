internal import CSIMDJSON
internal import Synchronization

/// A parsed text as simdjson lays it out: 64-bit words of a type byte and 56 bits of payload, and a buffer of strings.
///
/// A number takes two words; an array or object ends at the word before its payload's low 32 bits. The layout is that
/// of simdjson's `doc/tape.md`, which does not change.
struct Tape: Sendable {
    static let lengthBits: UInt64 = 0xFFFF_FFFF

    var words: [UInt64]
    var strings: [UInt8]

    /// The type character of a word, as in simdjson: `{ [ " l u d t f n r } ]`.
    func type(at index: Int) -> UInt8 { UInt8(words[index] >> 56) }

    func payload(at index: Int) -> Int { Int(words[index] & 0x00FF_FFFF_FFFF_FFFF) }

    /// The index of the value after the one at `index`.
    func next(after index: Int) -> Int {
        switch type(at: index) {
        case UInt8(ascii: "{"), UInt8(ascii: "["): Int(words[index] & Tape.lengthBits)
        case UInt8(ascii: "l"), UInt8(ascii: "u"), UInt8(ascii: "d"): index + 2
        default: index + 1
        }
    }

    func string(at index: Int) -> String {
        let (start, length) = stringRange(at: index)
        return String(decoding: strings[start..<(start + length)], as: UTF8.self)
    }

    /// Whether the string at `index` holds just these bytes.
    func string(at index: Int, equals text: StaticString) -> Bool {
        let (start, length) = stringRange(at: index)
        guard length == text.utf8CodeUnitCount else { return false }
        return strings.withUnsafeBytes { buffer in
            UnsafeRawBufferPointer(rebasing: buffer[start..<(start + length)])
                .elementsEqual(UnsafeRawBufferPointer(start: text.utf8Start, count: length))
        }
    }

    func stringRange(at index: Int) -> (start: Int, length: Int) {
        let place = payload(at: index)
        let length = strings.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: place, as: UInt32.self) }
        return (place + 4, Int(UInt32(littleEndian: length)))
    }
}

/// simdjson parsers with their memory, kept for the next text.
final class ParserPool: Sendable {
    static let shared = ParserPool()

    /// A parser that has met a large text is not kept, so that its memory does not stay.
    private static let largestKept = 4 << 20
    private static let mostKept = 8

    private let idle = Mutex<[Parser]>([])

    /// Parses with an idle parser or a new one; nil where simdjson does not take the text.
    func parse(_ bytes: UnsafeRawBufferPointer, maximumDepth: Int) -> Tape? {
        guard let parser = idle.withLock({ $0.popLast() }) ?? Parser() else { return nil }
        defer {
            if bytes.count <= ParserPool.largestKept {
                idle.withLock { if $0.count < ParserPool.mostKept { $0.append(parser) } }
            }
        }
        return parser.parse(bytes, maximumDepth: maximumDepth)
    }
}

/// Owns one simdjson parser.
private final class Parser: @unchecked Sendable {
    // Used by one thread at a time: the pool's lock hands it over.
    private let handle: OpaquePointer

    init?() {
        guard let handle = martlet_json_create() else { return nil }
        self.handle = handle
    }

    deinit {
        martlet_json_destroy(handle)
    }

    func parse(_ bytes: UnsafeRawBufferPointer, maximumDepth: Int) -> Tape? {
        guard let base = bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count > 0 else { return nil }
        var raw = martlet_json_tape(words: nil, strings: nil, words_count: 0, strings_count: 0)
        guard martlet_json_parse(handle, base, bytes.count, maximumDepth, &raw) == 0,
            let words = raw.words, let strings = raw.strings
        else { return nil }
        return Tape(
            words: Array(UnsafeBufferPointer(start: words, count: raw.words_count)),
            strings: Array(UnsafeBufferPointer(start: strings, count: raw.strings_count))
        )
    }
}
