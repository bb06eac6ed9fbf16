internal import CYAML

/// One of libyaml's events, copied.
enum Event {
    case scalar(text: String, isPlain: Bool, tag: String?, anchor: String?)
    case alias(String)
    case sequenceStart(anchor: String?)
    case mappingStart(anchor: String?)
    case end
    case documentStart
    case streamEnd
}

/// Owns a libyaml parser over one text.
final class EventParser {
    // One thread uses it: it never leaves the call that made it.
    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private let text: [UInt8]
    private let storage: UnsafeMutablePointer<UInt8>

    /// The place of the last event, from 1.
    private(set) var line = 1
    private(set) var column = 1

    init(_ text: String) throws(YAMLError) {
        self.text = Array(text.utf8)
        parser = .allocate(capacity: 1)
        parser.initialize(to: yaml_parser_t())
        storage = .allocate(capacity: max(1, self.text.count))
        storage.initialize(from: self.text, count: self.text.count)
        guard yaml_parser_initialize(parser) == 1 else {
            throw YAMLError(message: "no memory for a parser", line: 1, column: 1)
        }
        yaml_parser_set_input_string(parser, storage, self.text.count)
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    }

    deinit {
        yaml_parser_delete(parser)
        parser.deallocate()
        storage.deallocate()
    }

    func next() throws(YAMLError) -> Event {
        while true {
            var event = yaml_event_t()
            guard yaml_parser_parse(parser, &event) == 1 else { throw failure() }
            defer { yaml_event_delete(&event) }
            line = event.start_mark.line + 1
            column = event.start_mark.column + 1
            if let event = translate(event) { return event }
        }
    }

    func error(_ message: String) -> YAMLError {
        YAMLError(message: message, line: line, column: column)
    }

    private func translate(_ event: yaml_event_t) -> Event? {
        switch event.type {
        case YAML_SCALAR_EVENT:
            let scalar = event.data.scalar
            let bytes = UnsafeBufferPointer(start: scalar.value, count: scalar.length)
            return .scalar(
                text: String(decoding: bytes, as: UTF8.self),
                isPlain: scalar.style == YAML_PLAIN_SCALAR_STYLE,
                tag: EventParser.string(scalar.tag),
                anchor: EventParser.string(scalar.anchor)
            )
        case YAML_ALIAS_EVENT: return .alias(EventParser.string(event.data.alias.anchor) ?? "")
        case YAML_SEQUENCE_START_EVENT:
            return .sequenceStart(anchor: EventParser.string(event.data.sequence_start.anchor))
        case YAML_MAPPING_START_EVENT:
            return .mappingStart(anchor: EventParser.string(event.data.mapping_start.anchor))
        case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT: return .end
        case YAML_DOCUMENT_START_EVENT: return .documentStart
        case YAML_STREAM_END_EVENT: return .streamEnd
        default: return nil
        }
    }

    private func failure() -> YAMLError {
        let raw = parser.pointee
        let problem = raw.problem.map { String(cString: $0) } ?? "the text is not YAML"
        let isReading = raw.error == YAML_READER_ERROR
        return YAMLError(
            message: isReading ? "\(problem) (byte \(raw.problem_offset))" : problem,
            line: isReading ? line : raw.problem_mark.line + 1,
            column: isReading ? column : raw.problem_mark.column + 1
        )
    }

    private static func string(_ pointer: UnsafeMutablePointer<UInt8>?) -> String? {
        pointer.map { String(cString: $0) }
    }
}
