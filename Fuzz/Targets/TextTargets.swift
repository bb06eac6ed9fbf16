internal import Filters
internal import HTTPServer
internal import JSON
internal import YAML

extension FuzzTarget {
    /// JSON: what is accepted, written and read again is the same.
    static let json = FuzzTarget(name: "json") { bytes in
        guard let document = try? JSONDocument(parsing: bytes) else { return }
        let value = document.root.value
        let written = value.serialized()
        guard let again = try? JSONValue.parse(written) else {
            preconditionFailure("what was written cannot be read")
        }
        precondition(again.serialized() == written, "what was written is not what was read")
    }

    /// YAML, as in project files.
    static let yaml = FuzzTarget(name: "yaml") { bytes in
        guard let value = try? YAML.parse(bytes.text) else { return }
        precondition(!value.serialized().isEmpty, "a document is a value")
    }

    /// The search grammar of MLflow's filters and orders, and page tokens.
    static let filter = FuzzTarget(name: "filter") { bytes in
        let text = bytes.text
        if let expression = try? FilterParser.parse(text) {
            precondition(expression.clauses.count <= text.utf8.count + 1, "more clauses than text")
        }
        _ = try? FilterOrder(parsing: text)
        _ = try? PageToken(parsing: text)
    }

    /// The target of an HTTP request: path and query, percent-encoded.
    static let httpTarget = FuzzTarget(name: "http-target") { bytes in
        let text = bytes.text
        if let request = HTTPRequest(method: .get, target: text) {
            precondition(request.pathSegments.allSatisfy { !$0.utf8.contains(0) }, "a path holds a zero byte")
        }
        if let query = QueryItems(parsing: text) {
            precondition(query.items.count <= text.utf8.count, "more parameters than text")
        }
    }
}
