internal import JSON

/// What a watched model says of a row.
package enum MonitorTask: String, Sendable, Hashable, CaseIterable {
    /// One of two classes, by a probability.
    case binary
    /// One of several classes.
    case multiclass
    /// A number.
    case regression

    /// The metrics of its quality.
    package var metrics: [QualityMetric] {
        switch self {
        case .binary: [.auc, .f1, .accuracy, .precision, .recall, .logLoss, .brier]
        case .multiclass: [.accuracy, .f1, .precision, .recall]
        case .regression: [.meanAbsoluteError, .rootMeanSquaredError, .meanAbsolutePercentageError, .determination]
        }
    }

    /// What a prediction or a label says, as this task has it; nil for what cannot be one.
    func answer(_ value: JSONValue) -> ModelAnswer? {
        switch self {
        case .binary: Self.truth(value).map(ModelAnswer.flag)
        case .multiclass:
            switch value {
            case .string(let text): text.isEmpty ? nil : .category(Cell.cut(text))
            case .int, .bool: .category(value.description)
            case .double(let number):
                number == number.rounded() && abs(number) < 1e15 ? .category("\(Int64(number))") : nil
            default: nil
            }
        case .regression: value.doubleValue.flatMap { $0.isFinite ? .number($0) : nil }
        }
    }

    /// A class given as 0 or 1, whole or not, or as a truth value.
    private static func truth(_ value: JSONValue) -> Bool? {
        if let bool = value.boolValue { return bool }
        return switch value.doubleValue {
        case 0: false
        case 1: true
        default: nil
        }
    }
}

/// What a model said of a row, or what was true of it.
package enum ModelAnswer: Sendable, Hashable, ExpressibleByBooleanLiteral {
    /// One of two classes.
    case flag(Bool)
    /// One of several classes.
    case category(String)
    /// A number.
    case number(Double)

    package init(booleanLiteral value: Bool) { self = .flag(value) }

    /// The class, of two; nil for other answers.
    var flag: Bool? { if case .flag(let flag) = self { flag } else { nil } }
}

extension ModelAnswer {
    var json: JSONValue {
        switch self {
        case .flag(let flag): .bool(flag)
        case .category(let text): .string(text)
        case .number(let number): .double(number)
        }
    }

    init(reading reader: SnapshotReader) throws(MonitorError) {
        switch reader.value {
        case .bool(let flag): self = .flag(flag)
        case .string(let text): self = .category(text)
        default: self = .number(try reader.double())
        }
    }
}
