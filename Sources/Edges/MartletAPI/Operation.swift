internal import HTTPServer
internal import JSON

/// One method of one path: what it takes, for the document and for people, and what answers it.
struct Operation: Sendable {
    /// A parameter of the path, the query or the body.
    struct Field: Sendable {
        let name: String
        let type: String
        let description: String
        let isRequired: Bool

        static func required(_ name: String, _ type: String, _ description: String) -> Field {
            Field(name: name, type: type, description: description, isRequired: true)
        }

        static func optional(_ name: String, _ type: String, _ description: String) -> Field {
            Field(name: name, type: type, description: description, isRequired: false)
        }
    }

    let method: HTTPMethod
    let path: String
    let summary: String
    var query: [Field] = []
    var body: [Field] = []
    var limits = RouteLimits.default
    let handler: HTTPHandler

    static func get(
        _ path: String,
        _ summary: String,
        query: [Field] = [],
        _ handler: @escaping HTTPHandler
    ) -> Operation {
        Operation(method: .get, path: path, summary: summary, query: query, handler: handler)
    }

    static func post(
        _ path: String,
        _ summary: String,
        body: [Field],
        limits: RouteLimits = .default,
        _ handler: @escaping HTTPHandler
    ) -> Operation {
        Operation(method: .post, path: path, summary: summary, body: body, limits: limits, handler: handler)
    }

    static func patch(
        _ path: String,
        _ summary: String,
        body: [Field],
        _ handler: @escaping HTTPHandler
    ) -> Operation {
        Operation(method: .patch, path: path, summary: summary, body: body, handler: handler)
    }

    static func put(
        _ path: String,
        _ summary: String,
        body: [Field],
        limits: RouteLimits = .default,
        _ handler: @escaping HTTPHandler
    ) -> Operation {
        Operation(method: .put, path: path, summary: summary, body: body, limits: limits, handler: handler)
    }

    static func delete(_ path: String, _ summary: String, _ handler: @escaping HTTPHandler) -> Operation {
        Operation(method: .delete, path: path, summary: summary, handler: handler)
    }

    /// Adds the route; errors of the domains become those of HTTP, unknown parameters are refused.
    func install(on router: inout Router) {
        let known = Set(query.map(\.name))
        let handler = handler
        router.on(method, path, limits: limits) { request in
            if let unknown = request.query.names.first(where: { !known.contains($0) }) {
                throw HTTPError(status: 400, message: Self.unknownParameter(unknown, known))
            }
            do {
                return try await handler(request)
            } catch {
                throw DomainFailure.httpError(for: error) ?? error
            }
        }
    }

    private static func unknownParameter(_ name: String, _ known: Set<String>) -> String {
        let names = known.isEmpty ? "none" : known.sorted().joined(separator: ", ")
        return "there is no parameter '\(name)' here; known: \(names)"
    }
}

extension HTTPRequest {
    /// A placeholder of the pattern.
    func parameter(_ name: String) -> String { parameters[name] ?? "" }

    /// A whole number of the query within bounds.
    func integer(_ name: String, _ range: ClosedRange<Int64>) throws(HTTPError) -> Int64? {
        guard let text = query.first(name) else { return nil }
        guard let value = Int64(text), range.contains(value) else {
            let bounds = "from \(range.lowerBound) to \(range.upperBound)"
            throw HTTPError(status: 400, message: "'\(name)' must be a whole number \(bounds), not '\(text)'")
        }
        return value
    }

    /// The members of a JSON body.
    ///
    /// Only `application/json` is taken: a page of another site cannot send that without being asked for leave first.
    func fields() async throws -> BodyFields {
        let type = headers["Content-Type"]?.split(separator: ";").first?.lowercased()
        guard type == "application/json" else {
            throw HTTPError(status: 415, message: "send a JSON object with Content-Type: application/json")
        }
        do {
            let value = try JSONValue.parse(try await body())
            guard let object = value.objectValue else {
                throw HTTPError(status: 400, message: "the body must be an object, not \(value.typeName)")
            }
            return BodyFields(object: object)
        } catch let error as JSONError {
            throw HTTPError(status: 400, message: "the body is not JSON: \(error)")
        }
    }
}

/// Reads the members of a body; every error names the member.
struct BodyFields: Sendable {
    let object: JSONObject

    func string(_ name: String) throws(HTTPError) -> String {
        guard let value = try optionalString(name) else { throw Self.wrong(name, "is needed: a string") }
        return value
    }

    func optionalString(_ name: String) throws(HTTPError) -> String? {
        guard let value = object[name], !value.isNull else { return nil }
        guard let text = value.stringValue else { throw Self.wrong(name, "must be a string, not \(value.typeName)") }
        return text
    }

    func integer(_ name: String, _ range: ClosedRange<Int64>) throws(HTTPError) -> Int64 {
        guard let value = try optionalInteger(name, range) else {
            throw Self.wrong(name, "is needed: a whole number")
        }
        return value
    }

    func optionalInteger(_ name: String, _ range: ClosedRange<Int64>) throws(HTTPError) -> Int64? {
        guard let value = object[name], !value.isNull else { return nil }
        guard let number = value.intValue, range.contains(number) else {
            throw Self.wrong(name, "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// Texts by name; null is the absence of a value.
    func optionalTexts(_ name: String, most: Int) throws(HTTPError) -> [String: String?] {
        guard let value = object[name], !value.isNull else { return [:] }
        guard let members = value.objectValue, members.count <= most else {
            throw Self.wrong(name, "must be an object of at most \(most) strings")
        }
        var texts: [String: String?] = [:]
        for (key, value) in members.pairs {
            guard value.isNull || value.stringValue != nil else {
                throw Self.wrong("\(name).\(key)", "must be a string or null, not \(value.typeName)")
            }
            texts.updateValue(value.stringValue, forKey: key)
        }
        return texts
    }

    static func wrong(_ name: String, _ problem: String) -> HTTPError {
        HTTPError(status: 400, message: "'\(name)' \(problem)")
    }
}

extension HTTPResponse {
    /// A list as the API gives it; `next` is the cursor of the page after it.
    static func list(_ items: [JSONValue], next: String? = nil) -> HTTPResponse {
        .json(["items": .array(items), "next": next.map(JSONValue.string) ?? .null])
    }
}
