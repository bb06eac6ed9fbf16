package import Files
package import JSON

/// An answer.
package struct HTTPResponse: Sendable {
    /// What follows the headers.
    package enum Body: Sendable {
        /// Nothing.
        case empty
        /// Bytes in memory.
        case bytes([UInt8])
        /// A part of an open file, sent by the system without passing through memory.
        case file(SharedFile, offset: Int, length: Int)
        /// Whatever the closure writes; without a length it is sent in chunks.
        case stream(contentLength: Int?, @Sendable (HTTPBodyWriter) async throws -> Void)
    }

    /// The status code.
    package var status: Int
    /// The header fields; length and date come by themselves.
    package var headers: HTTPHeaders
    /// What follows the headers.
    package var body: Body

    /// Makes an answer.
    package init(status: Int = 200, headers: HTTPHeaders = [:], body: Body = .empty) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// An answer of JSON.
    package static func json(_ value: JSONValue, status: Int = 200) -> HTTPResponse {
        .json(bytes: value.serialized(), status: status)
    }

    /// An answer of JSON that is written already.
    package static func json(bytes: [UInt8], status: Int = 200) -> HTTPResponse {
        HTTPResponse(status: status, headers: ["Content-Type": "application/json"], body: .bytes(bytes))
    }

    /// An answer of plain text.
    package static func text(_ text: String, status: Int = 200) -> HTTPResponse {
        HTTPResponse(
            status: status,
            headers: ["Content-Type": "text/plain; charset=utf-8"],
            body: .bytes(Array(text.utf8))
        )
    }

    /// An answer of HTML.
    package static func html(_ text: String, status: Int = 200) -> HTTPResponse {
        HTTPResponse(
            status: status,
            headers: ["Content-Type": "text/html; charset=utf-8"],
            body: .bytes(Array(text.utf8))
        )
    }
}

/// An error that knows its answer: what a handler throws to end a request.
package protocol HTTPErrorConvertible: Error {
    /// The status code and, for people, what is wrong and what to do.
    var httpError: HTTPError { get }
}

/// A status with a code for programs and a message for people.
package struct HTTPError: HTTPErrorConvertible, Sendable, CustomStringConvertible {
    /// The status code, 400 to 599.
    package var status: Int
    /// A short word for programs, such as `not_found`.
    package var code: String
    /// What is wrong, and what to do.
    package var message: String
    /// Further header fields, such as `Allow`.
    package var headers: HTTPHeaders

    /// Makes an error; the code follows from the status where none is given.
    package init(status: Int, code: String? = nil, message: String, headers: HTTPHeaders = [:]) {
        self.status = status
        self.code = code ?? HTTPError.code(of: status)
        self.message = message
        self.headers = headers
    }

    package var httpError: HTTPError { self }
    package var description: String { message }

    static func tooLarge(limit: Int) -> HTTPError {
        HTTPError(status: 413, message: "the body is larger than the \(limit) bytes that are allowed here")
    }

    private static func code(of status: Int) -> String {
        switch status {
        case 400: "bad_request"
        case 403: "forbidden"
        case 404: "not_found"
        case 405: "method_not_allowed"
        case 409: "conflict"
        case 413: "too_large"
        case 414: "uri_too_long"
        case 503: "unavailable"
        case 504: "timeout"
        default: status < 500 ? "request_refused" : "internal_error"
        }
    }
}
