import JSON
import Testing
import Tracking

@testable import MLflowAPI

@Suite struct SpanDecoderTests {
    /// A field of a message: its number and its bytes.
    private func field(_ number: UInt8, _ bytes: [UInt8]) -> [UInt8] {
        let length =
            bytes.count < 128 ? [UInt8(bytes.count)] : [UInt8(bytes.count & 127) | 128, UInt8(bytes.count >> 7)]
        return [number << 3 | 2] + length + bytes
    }

    private var request: [UInt8] {
        let value = field(1, Array("LLM".utf8))
        let attribute = field(9, field(1, Array("mlflow.spanType".utf8)) + field(2, value))
        let times: [UInt8] = [7 << 3 | 1, 1, 0, 0, 0, 0, 0, 0, 0, 8 << 3 | 1, 2, 0, 0, 0, 0, 0, 0, 0]
        let status = field(15, [3 << 3, 2])
        let identity = field(1, Array(0..<16)) + field(2, Array(0..<8)) + field(5, Array("step".utf8))
        return field(1, field(2, field(2, identity + times + attribute + status)))
    }

    @Test func aSpanIsReadWithItsIdentityTimesAndAttributes() throws {
        let span = try #require(try SpanDecoder(request).spans.first)
        #expect(span.trace == "tr-000102030405060708090a0b0c0d0e0f")
        #expect(span.id == "0001020304050607")
        #expect((span.name, span.type, span.status) == ("step", "LLM", "ERROR"))
        #expect((span.start, span.end) == (1, 2))
        let json = try JSONValue.parse(span.json)
        #expect(json["span_id"] == "AAECAwQFBgc=")
        #expect(json["status"]?["code"] == "STATUS_CODE_ERROR")
        #expect(json["attributes"]?[0]?["value"]?["string_value"] == "LLM")
    }

    @Test func everyCutOrChangedByteIsReadOrRefusedButNeverTraps() {
        for length in request.indices {
            _ = try? SpanDecoder(Array(request.prefix(length)))
        }
        for position in request.indices {
            for value: UInt8 in [0, 1, 0x7F, 0x80, 0xFF] {
                var changed = request
                changed[position] = value
                _ = try? SpanDecoder(changed)
            }
        }
        #expect(throws: ProtobufReader.Malformed.self) { try SpanDecoder([0x0A, 0xFF]) }
    }

    @Test func deepNestingIsRefused() {
        var value = field(1, [0x61])
        for _ in 0..<40 { value = field(5, field(1, value)) }
        let bytes = value
        #expect(throws: ProtobufReader.Malformed.self) {
            let attribute = field(9, field(1, [0x6B]) + field(2, bytes))
            _ = try SpanDecoder(
                field(1, field(2, field(2, field(1, Array(0..<16)) + field(2, Array(0..<8)) + attribute)))
            )
        }
    }
}
