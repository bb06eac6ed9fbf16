internal import Inference
internal import JSON

/// Writes the predictions of one model for one partition; all that does not change is prepared once.
///
/// `{"prediction_id":"weather-0-12","event_time":86400000,"probability":0.123,"prediction":0,"model":"rain","version":1,
/// "source":{"topic":"weather","partition":0,"offset":12}}`, for a regression `"value"` in place of the two numbers, and for a classifier of more than two classes
/// `"prediction"` alone.
/// The id is made of the source's topic, partition and offset, so a row can never get a second one.
struct PredictionWriter {
    private let start: [UInt8]
    private let afterOffset: [UInt8]
    private let beforeScore: [UInt8]
    private let origin: [UInt8]
    private let scoreKind: ScoreKind

    init(model: String, version: Int, scoreKind: ScoreKind, topic: String, partition: Int32) {
        self.scoreKind = scoreKind
        let topic = PredictionWriter.quoted(topic)
        let model = PredictionWriter.quoted(model)
        start = Array("{\"prediction_id\":".utf8) + topic.dropLast() + Array("-\(partition)-".utf8)
        afterOffset = Array("\",\"event_time\":".utf8)
        let name =
            switch scoreKind {
            case .probability: "probability"
            case .value: "value"
            case .category: "prediction"
            }
        beforeScore = Array(",\"\(name)\":".utf8)
        origin =
            Array(",\"model\":".utf8) + model + Array(",\"version\":\(version),\"source\":{\"topic\":".utf8) + topic
            + Array(",\"partition\":\(partition),\"offset\":".utf8)
    }

    /// Appends one prediction; `score` must be finite.
    func write(offset: Int64, eventTime: Int64, score: Float, into bytes: inout [UInt8]) {
        bytes.append(contentsOf: start)
        bytes.append(decimal: offset)
        bytes.append(contentsOf: afterOffset)
        bytes.append(decimal: eventTime)
        bytes.append(contentsOf: beforeScore)
        if scoreKind == .category {
            bytes.append(decimal: Int64(score))
        } else {
            // The shortest text that reads back as the same 32-bit number.
            bytes.append(contentsOf: score.description.utf8)
        }
        if scoreKind == .probability {
            let isPositive = score > 0.5
            bytes.append(contentsOf: ",\"prediction\":".utf8)
            bytes.append(isPositive ? UInt8(ascii: "1") : UInt8(ascii: "0"))
        }
        bytes.append(contentsOf: origin)
        bytes.append(decimal: offset)
        bytes.append(contentsOf: "}}".utf8)
    }

    private static func quoted(_ text: String) -> [UInt8] {
        var writer = JSONWriter()
        writer.string(text)
        return writer.bytes
    }
}

extension [UInt8] {
    /// Appends a whole number in decimal digits.
    mutating func append(decimal value: Int64) {
        if value < 0 { append(UInt8(ascii: "-")) }
        let start = count
        var rest = value.magnitude
        repeat {
            let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
            append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: digit))
            rest = quotient
        } while rest > 0
        self[start...].reverse()
    }
}
