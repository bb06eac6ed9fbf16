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
        let span = try #require(try SpanDecoder(request).batch.spans.first)
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
        #expect(throws: SpanBatch.Malformed.self) {
            let attribute = field(9, field(1, [0x6B]) + field(2, bytes))
            _ = try SpanDecoder(
                field(1, field(2, field(2, field(1, Array(0..<16)) + field(2, Array(0..<8)) + attribute)))
            )
        }
    }

    @Test func theJSONFormIsReadAsTheBinaryOneIs() throws {
        let json: JSONValue = [
            "resourceSpans": [
                [
                    "scopeSpans": [
                        [
                            "spans": [
                                [
                                    "traceId": "000102030405060708090a0b0c0d0e0f", "spanId": "0001020304050607",
                                    "name": "step", "startTimeUnixNano": "1", "endTimeUnixNano": 2,
                                    "attributes": [["key": "mlflow.spanType", "value": ["stringValue": "LLM"]]],
                                    "status": ["code": 2],
                                ]
                            ]
                        ]
                    ]
                ]
            ]
        ]
        #expect(try SpanJSONDecoder(json.serialized()).batch.spans == SpanDecoder(request).batch.spans)
    }

    @Test func everyKindOfValueIsReadFromJSON() throws {
        let attributes = """
            [{"key": "i", "value": {"intValue": "-5"}}, {"key": "d", "value": {"doubleValue": 0.5}},
             {"key": "b", "value": {"boolValue": true}},
             {"key": "a", "value": {"arrayValue": {"values": [{"intValue": 1}, {"stringValue": "x"}]}}},
             {"key": "k", "value": {"kvlistValue": {"values": [{"key": "n", "value": {"intValue": "1"}}]}}}]
            """
        let text = """
            {"resourceSpans": [{"scopeSpans": [{"spans": [{"traceId": "000102030405060708090a0b0c0d0e0f",
            "spanId": "0001020304050607", "parentSpanId": "0a01020304050607", "attributes": \(attributes),
            "events": [{"timeUnixNano": "7", "name": "e"}]}]}]}]}
            """
        let span = try #require(try SpanJSONDecoder(Array(text.utf8)).batch.spans.first)
        #expect(span.parent == "0a01020304050607")
        let values = span.attributes.map { "\($0.key)=\($0.value)" }
        #expect(values == ["i=-5", "d=0.5", "b=true", "a=[1,\"x\"]", "k={\"n\":1}"])
        #expect(try JSONValue.parse(span.json)["events"]?[0]?["time_unix_nano"] == 7)
    }

    @Test(arguments: [
        "", "[]", "{}", "{\"resourceSpans\": 5}",
        "{\"resourceSpans\": [{\"scopeSpans\": [{\"spans\": [{\"traceId\": \"zz\", \"spanId\": \"00\"}]}]}]}",
        "{\"resourceSpans\": [{\"scopeSpans\": [{\"spans\": [{\"traceId\": \"00\", \"spanId\": \"00\"}]}]}]}",
        "{\"resourceSpans\": [{\"scopeSpans\": [{\"spans\": [5]}]}]}",
    ])
    func whatIsNoListOfSpansIsRefused(text: String) {
        #expect(throws: SpanBatch.Malformed.self) { try SpanJSONDecoder(Array(text.utf8)) }
    }
}
