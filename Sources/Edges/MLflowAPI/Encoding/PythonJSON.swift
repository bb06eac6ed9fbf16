internal import JSON

extension JSONValue {
    /// The value as Python's `json.dumps` writes it, with a blank after each comma and colon.
    ///
    /// For JSON that travels as text inside an answer: clients compare such texts with what they wrote themselves.
    var pythonText: String {
        switch self {
        case .array(let elements): "[" + elements.map(\.pythonText).joined(separator: ", ") + "]"
        case .object(let object):
            "{" + object.pairs.map { "\(JSONValue.string($0)): \($1.pythonText)" }.joined(separator: ", ") + "}"
        default: description
        }
    }
}
