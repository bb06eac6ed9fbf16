package import JSON

/// What somebody or something judged of a trace: feedback on it, what was expected of it, or an issue found in it.
package struct Assessment: Sendable, Equatable {
    /// What kind of judgement it is, with its value.
    package enum Content: Sendable, Equatable {
        /// How good it was; with an error where the judgement itself failed.
        case feedback(JSONValue, error: AssessmentError?)
        /// What should have come out.
        case expectation(JSONValue)
        /// An issue; the assessment's name is its identifier, and this its title.
        case issue(String)
    }

    /// Its identifier, `a-` and 32 hexadecimal digits; empty for one that is yet to be given one.
    package var id: String
    /// The trace that it is about.
    package var trace: String
    /// What is judged, such as `correctness`.
    package var name: String
    /// The judgement.
    package var content: Content
    /// Who judged.
    package var source: AssessmentSource
    /// The span that it is about; nil for the whole trace.
    package var span: String?
    /// Why.
    package var rationale: String?
    /// Facts about it.
    package var metadata: [KeyValue] = []
    /// The identifier of the assessment that it replaces.
    package var overrides: String?
    /// Whether no other replaced it.
    package var isValid = true
    /// When it was made, Unix milliseconds.
    package var createdAt: Int64
    /// When it last changed, Unix milliseconds.
    package var updatedAt: Int64

    /// An assessment of a trace that is valid and replaces none.
    package init(
        id: String = "",
        trace: String,
        name: String,
        content: Content,
        source: AssessmentSource,
        at time: Int64
    ) {
        self.id = id
        self.trace = trace
        self.name = name
        self.content = content
        self.source = source
        createdAt = time
        updatedAt = time
    }
}

/// Who judged.
package struct AssessmentSource: Sendable, Equatable {
    /// What kind of judge it is.
    package enum Kind: Int64, Sendable, CaseIterable {
        case unspecified = 0
        case human = 1
        case languageModel = 2
        case code = 3

        /// The kind as MLflow names it.
        package var name: String {
            switch self {
            case .unspecified: "SOURCE_TYPE_UNSPECIFIED"
            case .human: "HUMAN"
            case .languageModel: "LLM_JUDGE"
            case .code: "CODE"
            }
        }

        /// The kind with this name; nil when there is none.
        package init?(name: String) {
            guard let kind = Self.allCases.first(where: { $0.name == name }) else { return nil }
            self = kind
        }
    }

    /// What kind of judge it is.
    package let kind: Kind
    /// Which one: a mail address, the name of a model.
    package let id: String?

    /// A judge.
    package init(kind: Kind, id: String?) {
        self.kind = kind
        self.id = id
    }
}

/// Why a judgement could not be made.
package struct AssessmentError: Sendable, Equatable {
    /// A short name of the failure.
    package let code: String
    /// What went wrong.
    package let message: String?
    /// Where it went wrong.
    package let stackTrace: String?

    /// A failure.
    package init(code: String, message: String?, stackTrace: String?) {
        self.code = code
        self.message = message
        self.stackTrace = stackTrace
    }
}

/// What to change of an assessment; nil leaves a field as it is.
package struct AssessmentChange: Sendable {
    /// The new name.
    package var name: String?
    /// The new judgement, of the same kind.
    package var content: Assessment.Content?
    /// The new reason.
    package var rationale: String?
    /// Metadata to merge with what is there.
    package var metadata: [KeyValue] = []
    /// Whether it is valid.
    package var isValid: Bool?

    /// No change.
    package init() {}
}

extension Assessment.Content {
    /// Whether both are of one kind.
    func isSameKind(as other: Self) -> Bool { kind == other.kind }

    /// How the kind is stored; also the word that filters use.
    var kind: String {
        switch self {
        case .feedback: "feedback"
        case .expectation: "expectation"
        case .issue: "issue"
        }
    }

    /// The value; the title of an issue.
    var value: JSONValue {
        switch self {
        case .feedback(let value, _), .expectation(let value): value
        case .issue(let title): .string(title)
        }
    }
}
