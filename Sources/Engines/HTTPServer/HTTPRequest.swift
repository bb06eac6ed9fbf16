internal import Primitives

/// A request as a handler sees it; the body comes while the handler runs.
package struct HTTPRequest: Sendable {
    /// The method.
    package var method: HTTPMethod
    /// The path as it was sent, without the query.
    package var path: String
    /// The parts of the path between slashes, decoded one by one: an encoded slash stays inside its part.
    package var pathSegments: [String]
    /// The parameters behind the `?`.
    package var query: QueryItems
    /// The header fields.
    package var headers: HTTPHeaders
    /// Values of the route's `{names}`; that of `{name...}` holds the rest of the path, parts joined by slashes.
    package var parameters: [String: String] = [:]
    /// The client's address, without the port.
    package var remoteAddress: String
    /// Names the request in logs and error answers; 16 hexadecimal digits.
    package var id: String
    /// The body as it arrives.
    package var bodyChunks: HTTPBody

    var limits = RouteLimits.default

    /// Makes a request without a server; nil where `target` is not a path with correct escapes.
    package init?(
        method: HTTPMethod,
        target: String,
        headers: HTTPHeaders = [:],
        body: [UInt8] = [],
        remoteAddress: String = "127.0.0.1"
    ) {
        self.init(
            method: method,
            target: target,
            headers: headers,
            body: HTTPBody(complete: body),
            remoteAddress: remoteAddress
        )
    }

    init?(method: HTTPMethod, target: String, headers: HTTPHeaders, body: HTTPBody, remoteAddress: String) {
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        guard let path = parts.first, path.hasPrefix("/"),
            let query = parts.count > 1 ? QueryItems(parsing: String(parts[1])) : QueryItems()
        else { return nil }
        var segments: [String] = []
        for segment in path.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
            guard let decoded = PercentEncoding.decode(segment) else { return nil }
            segments.append(decoded)
        }
        self.method = method
        self.path = String(path)
        pathSegments = segments
        self.query = query
        self.headers = headers
        self.remoteAddress = remoteAddress
        id = RandomID.hex(bytes: 8)
        bodyChunks = body
    }

    /// Collects the body, at most `limit` bytes or what the route allows.
    ///
    /// - Throws: ``HTTPError`` with status 413 for a larger one, 400 where the client went away.
    package func body(limit: Int? = nil) async throws -> [UInt8] {
        let allowed = limit ?? limits.maximumBodyBytes
        var bytes: [UInt8] = []
        for try await chunk in bodyChunks {
            guard bytes.count + chunk.count <= allowed else { throw HTTPError.tooLarge(limit: allowed) }
            if bytes.isEmpty { bytes = chunk } else { bytes.append(contentsOf: chunk) }
        }
        return bytes
    }
}

/// What a route allows.
package struct RouteLimits: Sendable, Hashable {
    /// Largest body in bytes.
    package var maximumBodyBytes: Int
    /// Longest time until the answer begins.
    package var timeout: Duration

    /// 1 MiB and 60 seconds unless told otherwise.
    package init(maximumBodyBytes: Int = 1 << 20, timeout: Duration = .seconds(60)) {
        self.maximumBodyBytes = maximumBodyBytes
        self.timeout = timeout
    }

    /// The defaults.
    package static let `default` = RouteLimits()

    /// For uploads: no bound on the body, which must then be streamed, and an hour.
    package static let upload = RouteLimits(maximumBodyBytes: .max, timeout: .seconds(3_600))
}
