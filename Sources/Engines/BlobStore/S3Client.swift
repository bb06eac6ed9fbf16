internal import HTTPClient
internal import Primitives

/// One bucket of an S3-compatible store: signed requests, repeated within bounds where they may succeed later.
///
/// Thread-safe; each exchange blocks a thread of the HTTP client's own.
struct S3Client: Sendable {
    /// What an answer is after it was found to be no error.
    struct Answer: Sendable {
        let status: Int
        let length: Int?
        let tag: String?
        let body: [UInt8]

        /// The body as text.
        var text: String { String(decoding: body, as: UTF8.self) }
    }

    private static let attempts = 6
    private static let firstPause = Duration.milliseconds(200)
    private static let emptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    private static let answerSlack = 1 << 20

    let configuration: S3Configuration
    private let client: HTTPClient

    init(_ configuration: S3Configuration) {
        self.configuration = configuration
        client = HTTPClient(threads: 8)
    }

    /// Where the bucket is, for messages.
    var place: String { "s3://\(configuration.bucket)/\(configuration.prefix) at \(configuration.endpoint)" }

    /// Sends a request about a key below the prefix, or about the bucket where there is none.
    ///
    /// - Parameters:
    ///   - method: the method.
    ///   - key: the key, of letters, digits, dashes and slashes.
    ///   - query: parameters in the order of their names: libcurl 7.88 signs them as they stand.
    ///   - range: the bytes that are asked for.
    ///   - body: what is sent, with its SHA-256 where that is known.
    ///   - mayBeMissing: whether 404 is an answer and not a failure.
    /// - Returns: the answer with status 2xx, or 404.
    /// - Throws: `BlobError` (`unavailable`, `refused`), CancellationError.
    func send(
        _ method: String,
        key: String? = nil,
        query: [(String, String)] = [],
        range: Range<Int>? = nil,
        body: (bytes: [UInt8], hash: String)? = nil,
        mayBeMissing: Bool = false
    ) async throws -> Answer {
        let request = request(method, key: key, query: query, range: range, body: body)
        var (pause, attempt) = (Self.firstPause, 0)
        while true {
            attempt += 1
            let failure: BlobError
            do {
                let response = try await client.send(request, limit: (range?.count ?? 0) + Self.answerSlack)
                if (200..<300).contains(response.status) || response.status == 404 && mayBeMissing {
                    return Self.answer(response)
                }
                failure = self.failure(method, response)
            } catch let error as ClientError where error.code != .cancelled {
                failure = BlobError(.unavailable, "the object store \(place) does not answer: \(error.message)")
            }
            guard failure.code == .unavailable, attempt < Self.attempts else { throw failure }
            try await Task.sleep(for: pause * Double.random(in: 0.5...1.5))
            pause *= 2
        }
    }

    private func request(
        _ method: String,
        key: String?,
        query: [(String, String)],
        range: Range<Int>?,
        body: (bytes: [UInt8], hash: String)?
    ) -> ClientRequest {
        let parameters = query.map { "\($0)=\(Self.encoded($1))" }.joined(separator: "&")
        let path = key.map { "/\(configuration.prefix)\($0)" } ?? ""
        let url = "\(configuration.endpoint)/\(configuration.bucket)\(path)"
        var request = ClientRequest(method, parameters.isEmpty ? url : "\(url)?\(parameters)")
        request.signature = ClientRequest.Signature(
            scheme: "aws:amz:\(configuration.region):s3",
            user: configuration.credentials.accessKey,
            secret: configuration.credentials.secretKey
        )
        request.timeout = .seconds(300)
        request.body = body?.bytes
        request.headers.append((name: "x-amz-content-sha256", value: body?.hash ?? Self.emptyHash))
        if let token = configuration.credentials.sessionToken {
            request.headers.append((name: "x-amz-security-token", value: token))
        }
        if body != nil { request.headers.append((name: "Content-Type", value: "application/octet-stream")) }
        if let range {
            request.headers.append((name: "Range", value: "bytes=\(range.lowerBound)-\(range.upperBound - 1)"))
        }
        return request
    }

    private static func answer(_ response: ClientResponse) -> Answer {
        Answer(
            status: response.status,
            length: response.header("content-length").flatMap(Int.init),
            tag: response.header("etag"),
            body: response.body
        )
    }

    private func failure(_ method: String, _ response: ClientResponse) -> BlobError {
        let text = String(decoding: response.body.prefix(64 << 10), as: UTF8.self)
        let reason = S3Document(text).first("Code").map { code in
            "\(code): \(S3Document(text).first("Message") ?? "")"
        }
        let said = "the object store \(place) answers \(method) with \(response.status) \(reason ?? "")"
        switch response.status {
        case 408, 429, 500...: return BlobError(.unavailable, said)
        case 401, 403: return BlobError(.refused, "\(said): check the keys and their rights on the bucket")
        case 404: return BlobError(.refused, "\(said): does the bucket exist?")
        default: return BlobError(.refused, said)
        }
    }

    /// RFC 3986: everything but letters, digits and `-._~` is escaped.
    private static func encoded(_ text: String) -> String {
        var encoded = ""
        for byte in text.utf8 {
            let scalar = Unicode.Scalar(byte)
            if scalar.isASCII, scalar.properties.isAlphabetic || (48...57).contains(byte) || "-._~".utf8.contains(byte)
            {
                encoded.unicodeScalars.append(scalar)
            } else {
                encoded += "%" + Hex.encode([byte]).uppercased()
            }
        }
        return encoded
    }
}

/// The few things that we read in an answer of S3, which is XML without attributes.
struct S3Document {
    private let text: Substring

    init(_ text: some StringProtocol) {
        self.text = Substring(text)
    }

    /// The text of the first element with this name.
    func first(_ name: String) -> String? {
        elements(name).first.map { Self.decoded($0.text) }
    }

    /// The elements with this name, which do not hold each other.
    func elements(_ name: String) -> [S3Document] {
        var found: [S3Document] = []
        var rest = text
        while let opening = rest.firstRange(of: "<\(name)>") {
            rest = rest[opening.upperBound...]
            guard let closing = rest.firstRange(of: "</\(name)>") else { break }
            found.append(S3Document(rest[..<closing.lowerBound]))
            rest = rest[closing.upperBound...]
        }
        return found
    }

    private static func decoded(_ text: Substring) -> String {
        let names = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#34;", "\""), ("&apos;", "'"), ("&amp;", "&")]
        return names.reduce(String(text)) { text, pair in
            text.split(separator: pair.0, omittingEmptySubsequences: false).joined(separator: pair.1)
        }
    }
}
