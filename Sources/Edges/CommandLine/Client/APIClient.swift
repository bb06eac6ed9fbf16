internal import HTTPClient
internal import JSON

/// Talks to `/api/v1` of a server.
struct APIClient: Sendable {
    private let client = HTTPClient(threads: 1)
    let server: String

    /// A client of the server at a URL; a slash at its end does not matter.
    init(server: String) throws(CommandFailure) {
        guard server.hasPrefix("http://") || server.hasPrefix("https://") else {
            throw .usage("the server's address begins with http:// or https://, not '\(server)'")
        }
        self.server = server.hasSuffix("/") ? String(server.dropLast()) : server
    }

    func get(_ path: [String], _ query: [(String, String?)] = []) async throws -> JSONValue {
        try await send("GET", path, query)
    }

    func post(_ path: [String], _ body: JSONObject) async throws -> JSONValue {
        try await send("POST", path, [], JSONValue.object(body).serialized())
    }

    func patch(_ path: [String], _ body: JSONObject) async throws -> JSONValue {
        try await send("PATCH", path, [], JSONValue.object(body).serialized())
    }

    func put(_ path: [String], _ body: JSONObject) async throws -> JSONValue {
        try await send("PUT", path, [], JSONValue.object(body).serialized())
    }

    /// The bytes of an answer that is not JSON.
    func text(_ path: [String], _ query: [(String, String?)] = []) async throws -> [UInt8] {
        let request = ClientRequest("GET", address(path, query))
        let response = try await answer { try await client.send(request) }
        try check(response)
        return response.body
    }

    @discardableResult
    func delete(_ path: [String]) async throws -> JSONValue {
        try await send("DELETE", path, [])
    }

    /// Gives the bytes of an endless answer to a closure, until it throws.
    func stream(
        _ path: [String],
        _ query: [(String, String?)],
        to consume: @escaping @Sendable (UnsafeRawBufferPointer) throws -> Void
    ) async throws {
        var request = ClientRequest("GET", address(path, query))
        request.timeout = nil
        try check(try await answer { [request] in try await client.download(request, to: consume) })
    }

    /// Posts, and gives the answer as it came: for pages.
    func postForPage(_ path: [String], _ body: JSONObject) async throws -> String {
        var request = ClientRequest("POST", address(path, []))
        request.timeout = .seconds(600)
        request.body = JSONValue.object(body).serialized()
        request.headers.append((name: "Content-Type", value: "application/json"))
        let response = try await answer { [request] in try await client.send(request) }
        try check(response)
        return String(decoding: response.body, as: UTF8.self)
    }

    private func send(
        _ method: String,
        _ path: [String],
        _ query: [(String, String?)],
        _ body: [UInt8]? = nil
    ) async throws -> JSONValue {
        var request = ClientRequest(method, address(path, query))
        request.timeout = .seconds(600)
        request.body = body
        if body != nil { request.headers.append((name: "Content-Type", value: "application/json")) }
        let response = try await answer { [request] in try await client.send(request) }
        try check(response)
        if response.body.isEmpty { return .null }
        do {
            return try JSONValue.parse(response.body, options: JSONOptions(maximumDepth: 128))
        } catch {
            throw CommandFailure(status: .failed, message: "\(server) does not answer in JSON: is it a Martlet server?")
        }
    }

    private func answer(_ body: () async throws -> ClientResponse) async throws -> ClientResponse {
        do {
            return try await body()
        } catch let error as ClientError where error.code == .unreachable {
            let remedy = "start it with 'martlet serve', or name it with --server"
            throw CommandFailure(status: .unreachable, message: "no server answers at \(server): \(remedy)")
        } catch let error as ClientError {
            throw CommandFailure(status: error.code == .invalidAddress ? .usage : .failed, message: error.message)
        }
    }

    private func check(_ response: ClientResponse) throws(CommandFailure) {
        guard response.status >= 300 else { return }
        let error = (try? JSONValue.parse(response.body))?["error"]
        let message = error?["message"]?.stringValue ?? "the server answers with status \(response.status)"
        let status: ExitStatus =
            switch response.status {
            case 404: .notFound
            case 400..<500: .refused
            default: .failed
            }
        throw CommandFailure(status: status, message: message)
    }

    private func address(_ path: [String], _ query: [(String, String?)]) -> String {
        let items = query.compactMap { name, value in value.map { "\(name)=\(Self.encode($0))" } }
        let tail = items.isEmpty ? "" : "?" + items.joined(separator: "&")
        return server + "/api/v1/" + path.map(Self.encode).joined(separator: "/") + tail
    }

    /// RFC 3986: everything but letters, digits and `-._~` is escaped.
    private static func encode(_ text: String) -> String {
        var encoded = ""
        for byte in text.utf8 {
            let scalar = Unicode.Scalar(byte)
            if isUnreserved(byte) {
                encoded.unicodeScalars.append(scalar)
            } else {
                encoded += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
        return encoded
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            true
        default: false
        }
    }
}
