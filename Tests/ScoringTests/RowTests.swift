internal import Inference
internal import JSON
@testable internal import Scoring
internal import Testing

struct RowDecoderTests {
    let columns: [ModelSignature.Column] = [.init("a"), .init("b", .boolean), .init("c", .long, isRequired: false)]

    func decode(_ text: String?) throws(RowRejection) -> [Float] {
        var decoder = RowDecoder(columns)
        var matrix: [Float] = [7]
        guard let text else {
            try decoder.decode(nil, into: &matrix)
            return matrix
        }
        let bytes = Array(text.utf8)
        let result = bytes.withUnsafeBytes { buffer in
            Result { () throws(RowRejection) in try decoder.decode(buffer, into: &matrix) }
        }
        if case .failure = result { #expect(matrix == [7]) }
        try result.get()
        return Array(matrix.dropFirst())
    }

    @Test(arguments: [
        (#"{"a":1,"b":true,"c":3}"#, [1, 1, 3] as [Float]),
        (#"{"c":3,"b":false,"a":1.5e2}"#, [150, 0, 3]),
        (#" { "x" : {"a":[9]} , "a" : -0.25 , "y":"a", "b" : 1 , "c" : -7 } "#, [-0.25, 1, -7]),
        (#"{"\u0061":1,"b":0,"c":9223372036854775807}"#, [1, 0, 9.223372e18]),
        (#"{"a":123456789012345678901234567890,"b":0,"c":1}"#, [1.2345679e29, 0, 1]),
    ])
    func readsColumnsInAnyOrderAndIgnoresOthers(_ text: String, _ expected: [Float]) throws {
        #expect(try decode(text) == expected)
    }

    @Test(arguments: [#"{"a":1,"b":true}"#, #"{"a":1,"b":true,"c":null}"#])
    func aColumnThatIsNotRequiredMayBeMissing(_ text: String) throws {
        let row = try decode(text)
        #expect(Array(row.prefix(2)) == [1, 1])
        #expect(row[2].isNaN)
    }

    @Test(
        arguments: [
            (nil, .emptyMessage, "no value"),
            ("", .emptyMessage, "no value"),
            ("{", .invalidJSON, "not JSON"),
            (#"{"a":1,"b":true,"c":3} x"#, .invalidJSON, "not JSON"),
            (#"{"a":NaN,"b":true}"#, .invalidJSON, "not JSON"),
            ("[1,2,3]", .notAnObject, "not an object"),
            ("null", .notAnObject, "not an object"),
            (#"{"b":true,"c":1}"#, .missingColumn, "\"a\" is missing"),
            (#"{"a":null,"b":true,"c":1}"#, .nullValue, "\"a\" is null"),
            (#"{"a":"1","b":true,"c":1}"#, .wrongType, "\"a\""),
            (#"{"a":true,"b":true,"c":1}"#, .wrongType, "\"a\""),
            (#"{"a":1,"b":"yes","c":1}"#, .wrongType, "\"b\""),
            (#"{"a":1,"b":true,"c":[1]}"#, .wrongType, "\"c\""),
            (#"{"a":1e39,"b":true,"c":1}"#, .outOfRange, "\"a\""),
        ] as [(String?, RowRejection.Code, String)]
    )
    func aRowThatCannotBeScoredSaysWhy(_ text: String?, _ code: RowRejection.Code, _ reason: String) {
        let rejection = #expect(throws: RowRejection.self) { try decode(text) }
        #expect(rejection?.code == code)
        #expect(rejection?.reason.contains(reason) == true)
    }
}

struct PredictionWriterTests {
    func write(_ score: Float, _ kind: ScoreKind = .probability, topic: String = "weather") -> String {
        let writer = PredictionWriter(
            model: "ra\"in",
            version: 3,
            scoreKind: kind,
            topic: topic,
            partition: 2
        )
        var bytes: [UInt8] = Array("<".utf8)
        writer.write(offset: 12, eventTime: -86_400_000, score: score, into: &bytes)
        return String(decoding: bytes.dropFirst(), as: UTF8.self)
    }

    @Test func writesTheContractOfAPrediction() {
        #expect(
            write(0.123)
                == #"{"prediction_id":"weather-2-12","event_time":-86400000,"probability":0.123,"prediction":0,"#
                + #""model":"ra\"in","version":3,"source":{"topic":"weather","partition":2,"offset":12}}"#
        )
        #expect(write(-2.5, .value).contains(#","value":-2.5,"model""#))
        #expect(write(2, .category).contains(#","prediction":2,"model""#))
    }

    @Test(arguments: [0, 1, 0.5, 0.500001, 1e-7, 0.1, 0.3333333, 1e-30] as [Float])
    func theNumberReadsBackAsTheSame(_ score: Float) throws {
        let value = try JSONValue.parse(write(score))
        #expect(Float(try #require(value["probability"]?.doubleValue)) == score)
        #expect(value["prediction"]?.intValue == (score > 0.5 ? 1 : 0))
    }

    @Test(arguments: [Int64.min, -1, 0, 9, 10, 1_234_567_890, Int64.max])
    func wholeNumbersAreWrittenInDecimal(_ value: Int64) {
        var bytes: [UInt8] = []
        bytes.append(decimal: value)
        #expect(String(decoding: bytes, as: UTF8.self) == "\(value)")
    }
}

struct RejectionWriterTests {
    @Test func keepsTheReasonThePlaceAndTheBeginningOfTheMessage() throws {
        let model = try Fixtures.model(version: 4)
        var writer = RejectionWriter(deployment: "d", model: model)
        let long = [UInt8](repeating: UInt8(ascii: "x"), count: 10_000)
        let bytes = long.withUnsafeBytes {
            writer.write(RowRejection(.wrongType, "why"), topic: "t", partition: 1, offset: 5, value: $0)
        }
        let value = try JSONValue.parse(bytes)
        #expect(value["code"]?.stringValue == "wrong_type")
        #expect(value["reason"]?.stringValue == "why")
        #expect(value["model"]?.stringValue == "rain")
        #expect(value["version"]?.intValue == 4)
        #expect(value["deployment"]?.stringValue == "d")
        #expect(value["source"]?["offset"]?.intValue == 5)
        #expect(value["value"]?.stringValue?.utf8.count == 4_096)
        let again = writer.write(RowRejection(.emptyMessage, ""), topic: "t", partition: 0, offset: 6, value: nil)
        #expect(try JSONValue.parse(again)["value"]?.isNull == true)
    }

    @Test func bytesThatAreNotTextDoNotBreakTheRecord() throws {
        var writer = RejectionWriter(deployment: "d", model: try Fixtures.model())
        let bytes = ([0xFF, 0x00, 0xC3] as [UInt8]).withUnsafeBytes {
            writer.write(RowRejection(.invalidJSON, "bad"), topic: "t", partition: 0, offset: 0, value: $0)
        }
        #expect(try JSONValue.parse(bytes)["value"]?.stringValue?.isEmpty == false)
    }
}

struct MeterTests {
    @Test func quantilesAreWithinAFewPercent() {
        let histogram = LatencyHistogram()
        #expect(histogram.quantile(0.5) == nil)
        for value in 1...10_000 { histogram.record(nanoseconds: Int64(value) * 10_000) }
        #expect(abs(histogram.quantile(0.5)! - 50) < 3)
        #expect(abs(histogram.quantile(0.99)! - 99) < 5)
        histogram.record(nanoseconds: -5)
        histogram.record(nanoseconds: .max)
        #expect(histogram.quantile(1)! > 1_000)
    }

    @Test func aRateWithoutEventsIsZero() {
        let meter = RateMeter()
        #expect(meter.perSecond == 0)
        meter.count(10)
        #expect(meter.perSecond >= 0)
    }
}
