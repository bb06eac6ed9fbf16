internal import HTTPServer
internal import JSON
internal import Primitives
internal import Tracking

/// The calls about what people and programs judged of traces.
struct AssessmentEndpoints {
    private static let bodyLimit = 4 << 20

    let tracking: TrackingService

    var endpoints: [Endpoint] {
        let all = "/mlflow/traces/{trace_id}/assessments"
        let one = "\(all)/{assessment_id}"
        return [
            Endpoint(.post, all, version: "3.0", bodyLimit: Self.bodyLimit, create),
            Endpoint(.get, one, version: "3.0", get),
            Endpoint(.patch, one, version: "3.0", bodyLimit: Self.bodyLimit, update),
            Endpoint(.delete, one, version: "3.0", delete),
        ]
    }

    @Sendable private func create(_ call: Call) async throws -> [UInt8] {
        let fields = try Self.assessment(call)
        let assessment = try fields.assessment(of: call.parameter("trace_id"))
        return Self.answer(try await tracking.createAssessment(assessment))
    }

    @Sendable private func get(_ call: Call) async throws -> [UInt8] {
        let (trace, id) = try Self.identity(call)
        return Self.answer(try await tracking.assessment(id, of: trace))
    }

    @Sendable private func update(_ call: Call) async throws -> [UInt8] {
        let (trace, id) = try Self.identity(call)
        let fields = try Self.assessment(call)
        let mask = try call.fields.requiredString("update_mask").split(separator: ",").map { name in
            name.filter { $0 != " " }
        }
        return Self.answer(try await tracking.updateAssessment(id, of: trace, fields.assessmentChange(mask)))
    }

    @Sendable private func delete(_ call: Call) async throws -> [UInt8] {
        let (trace, id) = try Self.identity(call)
        try await tracking.deleteAssessment(id, of: trace)
        return emptyAnswer
    }

    private static func identity(_ call: Call) throws -> (trace: String, id: String) {
        (try call.parameter("trace_id"), try call.parameter("assessment_id"))
    }

    private static func assessment(_ call: Call) throws -> Fields {
        guard let fields = try call.fields.message("assessment") else { throw MLflowError.missing("assessment") }
        return fields
    }

    private static func answer(_ assessment: Assessment) -> [UInt8] {
        JSONWriter.object { writer in
            writer.key("assessment")
            writer.assessment(assessment)
        }
    }
}

extension Fields {
    private static let jsonFormat = "JSON_FORMAT"

    /// The assessment that these fields describe.
    func assessment(of trace: String) throws -> Assessment {
        guard let content = try content() else {
            throw MLflowError.invalid("Unknown assessment type: None. Give a feedback, an expectation or an issue.")
        }
        let now = WallClock.nowMilliseconds()
        var assessment = Assessment(
            id: try string("assessment_id") ?? "",
            trace: trace,
            name: try requiredString("assessment_name"),
            content: content,
            source: try source(),
            at: try time("create_time") ?? now
        )
        assessment.updatedAt = try time("last_update_time") ?? now
        assessment.span = try nonEmpty("span_id")
        assessment.rationale = try nonEmpty("rationale")
        assessment.overrides = try nonEmpty("overrides")
        assessment.metadata = try map("metadata")
        return assessment
    }

    /// The change of the fields that a mask names, in snake or camel case.
    func assessmentChange(_ mask: [String]) throws -> AssessmentChange {
        var change = AssessmentChange()
        for field in mask {
            switch field {
            case "assessmentName", "assessment_name": change.name = try requiredString("assessment_name")
            case "expectation", "feedback": change.content = try content()
            case "rationale": change.rationale = try string("rationale") ?? ""
            case "metadata": change.metadata = try map("metadata")
            case "valid": change.isValid = try bool("valid") ?? false
            default: throw MLflowError.invalid("Invalid value for parameter 'update_mask': '\(field)' cannot change.")
            }
        }
        return change
    }

    private func content() throws -> Assessment.Content? {
        if let feedback = try message("feedback") {
            return .feedback(Self.protobufValue(try feedback.value("value") ?? .null), error: try feedback.error())
        }
        if let expectation = try message("expectation") { return .expectation(try expectation.expected()) }
        return try message("issue").map { .issue(try $0.string("issue_name") ?? "") }
    }

    private func expected() throws -> JSONValue {
        guard let serialized = try message("serialized_value") else {
            return Self.protobufValue(try value("value") ?? .null)
        }
        let format = try serialized.string("serialization_format") ?? ""
        guard format == Self.jsonFormat else {
            throw MLflowError.invalid("Unknown serialization format: \(format). Only JSON_FORMAT is supported.")
        }
        let text = try serialized.string("value") ?? ""
        guard let value = try? JSONValue.parse(text, options: JSONOptions(maximumDepth: 64, allowNaN: true)) else {
            throw MLflowError.invalid("Invalid value for parameter 'serialized_value': it is not JSON.")
        }
        return value
    }

    private func error() throws -> AssessmentError? {
        guard let error = try message("error") else { return nil }
        return AssessmentError(
            code: try error.string("error_code") ?? "",
            message: try error.nonEmpty("error_message"),
            stackTrace: try error.nonEmpty("stack_trace")
        )
    }

    private func source() throws -> AssessmentSource {
        guard let source = try message("source") else { return AssessmentSource(kind: .unspecified, id: nil) }
        let kind = try source.choice(
            "source_type",
            named: AssessmentSource.Kind.init(name:),
            numbered: AssessmentSource.Kind.init(rawValue:)
        )
        return AssessmentSource(kind: kind ?? .unspecified, id: try source.nonEmpty("source_id"))
    }

    private func time(_ name: String) throws -> Int64? {
        guard let text = try string(name) else { return nil }
        guard let milliseconds = TraceTime.milliseconds(text) else {
            throw MLflowError.invalid("Invalid value for parameter '\(name)': it must be an RFC 3339 time.")
        }
        return milliseconds
    }

    /// The text of a field; nil when it is absent or empty.
    func nonEmpty(_ name: String) throws(MLflowError) -> String? {
        try string(name).flatMap { $0.isEmpty ? nil : $0 }
    }

    /// A value as Protocol Buffers' `Value` holds it: every number is a double.
    private static func protobufValue(_ value: JSONValue) -> JSONValue {
        switch value {
        case .int(let number): .double(Double(number))
        case .array(let elements): .array(elements.map(protobufValue))
        case .object(let object): .object(JSONObject(object.pairs.map { ($0, protobufValue($1)) }))
        default: value
        }
    }
}

extension JSONWriter {
    mutating func assessment(_ assessment: Assessment) {
        beginObject()
        member("assessment_id", assessment.id)
        member("assessment_name", assessment.name)
        member("trace_id", assessment.trace)
        member("span_id", ifPresent: assessment.span)
        key("source")
        beginObject()
        member("source_type", assessment.source.kind.name)
        member("source_id", ifPresent: assessment.source.id)
        endObject()
        member("create_time", TraceTime.text(milliseconds: assessment.createdAt))
        member("last_update_time", TraceTime.text(milliseconds: assessment.updatedAt))
        content(assessment.content)
        member("rationale", ifPresent: assessment.rationale)
        map("metadata", assessment.metadata)
        member("overrides", ifPresent: assessment.overrides)
        member("valid", assessment.isValid)
        endObject()
    }

    private mutating func content(_ content: Assessment.Content) {
        switch content {
        case .feedback(let value, let error):
            key("feedback")
            beginObject()
            key("value")
            self.value(value)
            if let error { failure(error) }
            endObject()
        case .expectation(let value):
            key("expectation")
            beginObject()
            expected(value)
            endObject()
        case .issue(let title):
            key("issue")
            beginObject()
            member("issue_name", title)
            endObject()
        }
    }

    /// Lists and objects travel as JSON text, so that whole numbers in them stay whole.
    private mutating func expected(_ value: JSONValue) {
        guard value.arrayValue != nil || value.objectValue != nil else {
            key("value")
            self.value(value.intValue.map { .double(Double($0)) } ?? value)
            return
        }
        key("serialized_value")
        beginObject()
        member("serialization_format", "JSON_FORMAT")
        member("value", value.pythonText)
        endObject()
    }

    private mutating func failure(_ error: AssessmentError) {
        key("error")
        beginObject()
        member("error_code", error.code)
        member("error_message", ifPresent: error.message)
        member("stack_trace", ifPresent: error.stackTrace)
        endObject()
    }
}
