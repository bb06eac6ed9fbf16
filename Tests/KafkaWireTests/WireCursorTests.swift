import KafkaWire
import Testing

struct WireCursorTests {
    private func read<Value>(
        _ bytes: [UInt8],
        flexible: Bool = false,
        _ body: (inout WireReader) throws(WireError) -> Value
    ) throws(WireError) -> Value {
        var result: Result<Value, WireError> = .failure(.limit("not run"))
        bytes.withUnsafeBytes { raw in
            var reader = WireReader(raw, flexible: flexible)
            do throws(WireError) { result = .success(try body(&reader)) } catch { result = .failure(error) }
        }
        return try result.get()
    }

    @Test(arguments: [0, 1, 127, 128, 300, 16_383, 16_384, Int(UInt32.max)])
    func unsignedVarintsComeBack(value: Int) throws {
        var writer = WireWriter()
        writer.unsignedVarint(value)
        #expect(try read(writer.bytes) { reader throws(WireError) in try reader.unsignedVarint() } == value)
    }

    @Test(arguments: [0, -1, 1, -64, 64, Int64.min, Int64.max])
    func varlongsComeBack(value: Int64) throws {
        var writer = WireWriter()
        writer.varlong(value)
        #expect(try read(writer.bytes) { reader throws(WireError) in try reader.varlong() } == value)
    }

    @Test(arguments: [false, true])
    func stringsAndArraysComeBackInBothEncodings(flexible: Bool) throws {
        var writer = WireWriter(flexible: flexible)
        writer.string("größe")
        writer.string(nil)
        writer.array([1, 2, 3] as [Int32]) { $0.int32($1) }
        writer.array(nil as [Int32]?) { $0.int32($1) }
        writer.tags()
        try read(writer.bytes, flexible: flexible) { reader throws(WireError) in
            #expect(try reader.string() == "größe")
            #expect(try reader.nullableString() == nil)
            #expect(try reader.array { reader throws(WireError) in try reader.int32() } == [1, 2, 3])
            #expect(try reader.nullableArray { reader throws(WireError) in try reader.int32() } == nil)
            try reader.tags()
            #expect(reader.remaining == 0)
        }
    }

    @Test func unknownTagsAreSkipped() throws {
        let bytes: [UInt8] = [2, 5, 3, 9, 9, 9, 200, 1, 0, 42]
        try read(bytes, flexible: true) { reader throws(WireError) in
            try reader.tags()
            #expect(try reader.int8() == 42)
        }
    }

    @Test(
        arguments: [
            [0x7F, 0xFF, 0xFF, 0xFF], [0xFF, 0xFF, 0xFF, 0xFE], [0x00, 0x00, 0x00, 0x05, 1, 2],
        ] as [[UInt8]]
    )
    func arraysThatClaimTooMuchAreRefused(bytes: [UInt8]) {
        #expect(throws: WireError.self) {
            try read(bytes) { reader throws(WireError) in
                try reader.array { reader throws(WireError) in try reader.int8() }
            }
        }
    }

    @Test func aTruncatedMessageSaysSo() {
        let error = #expect(throws: WireError.self) {
            try read([0, 10, 65]) { reader throws(WireError) in try reader.string() }
        }
        #expect(error?.code == .truncated)
    }

    @Test func aStringThatIsNotUTF8IsRefused() {
        let error = #expect(throws: WireError.self) {
            try read([0, 2, 0xC3, 0x28]) { reader throws(WireError) in try reader.string() }
        }
        #expect(error?.code == .malformed)
    }

    @Test(arguments: [false, true])
    func stringsAreBoundedBothWays(flexible: Bool) throws {
        var writer = WireWriter(flexible: flexible)
        writer.string(String(repeating: "ü", count: 20_000))
        let back = try read(writer.bytes, flexible: flexible) { reader throws(WireError) in try reader.string() }
        #expect(back == String(repeating: "ü", count: 16_383))
        var tooLong = WireWriter(flexible: true)
        tooLong.unsignedVarint(40_001)
        tooLong.raw([UInt8](repeating: 65, count: 40_000))
        let error = #expect(throws: WireError.self) {
            try read(tooLong.bytes, flexible: true) { reader throws(WireError) in try reader.string() }
        }
        #expect(error?.code == .limit)
    }

    @Test func aVarintWithoutEndIsRefused() {
        #expect(throws: WireError.self) {
            try read([0x80, 0x80, 0x80, 0x80, 0x80, 0x80]) { reader throws(WireError) in try reader.unsignedVarint() }
        }
    }
}
