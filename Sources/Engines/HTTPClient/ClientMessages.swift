/// A request to a server.
package struct ClientRequest: Sendable {
    /// Keys to sign a request with, AWS Signature Version 4.
    package struct Signature: Sendable {
        /// `aws:amz:<region>:<service>`.
        package let scheme: String
        /// The public part of the key.
        package let user: String
        /// The secret part of the key.
        package let secret: String

        /// A signature by these keys.
        package init(scheme: String, user: String, secret: String) {
            self.scheme = scheme
            self.user = user
            self.secret = secret
        }
    }

    /// The method, such as `GET`.
    package var method: String
    /// The address; `http` or `https`.
    package var url: String
    /// The header fields, in order.
    package var headers: [(name: String, value: String)] = []
    /// The body; nil for none.
    package var body: [UInt8]?
    /// The keys to sign it with; nil for none.
    package var signature: Signature?
    /// How long a connection may take to be made.
    package var connectTimeout: Duration = .seconds(5)
    /// How long the whole exchange may take; nil for as long as it takes.
    package var timeout: Duration? = .seconds(60)

    /// Makes a request without headers and body.
    package init(_ method: String, _ url: String) {
        self.method = method
        self.url = url
    }
}

/// An answer; any status is one.
package struct ClientResponse: Sendable {
    /// The status.
    package internal(set) var status = 0
    /// The header fields, in order; names in lower case.
    package internal(set) var headers: [(name: String, value: String)] = []
    /// The body; empty where it was streamed.
    package internal(set) var body: [UInt8] = []

    /// The first value of a header field; `name` in lower case.
    package func header(_ name: String) -> String? {
        headers.first { $0.name == name }?.value
    }
}

/// Why there is no answer.
package struct ClientError: Error, Sendable, CustomStringConvertible {
    /// What kind of failure it is.
    package struct Code: Sendable, Hashable {
        private enum Value { case unreachable, timedOut, cancelled, invalidAddress, forbiddenAddress, tooLarge, broken }
        private let value: Value

        /// The name or port does not answer.
        package static let unreachable = Code(value: .unreachable)
        /// The exchange took longer than allowed.
        package static let timedOut = Code(value: .timedOut)
        /// The task was cancelled.
        package static let cancelled = Code(value: .cancelled)
        /// The address is none.
        package static let invalidAddress = Code(value: .invalidAddress)
        /// The name stands for an address that the client may not connect to.
        package static let forbiddenAddress = Code(value: .forbiddenAddress)
        /// The answer is longer than allowed.
        package static let tooLarge = Code(value: .tooLarge)
        /// The exchange broke off.
        package static let broken = Code(value: .broken)
    }

    /// What kind of failure it is.
    package let code: Code
    /// What failed, with which address.
    package let message: String

    package var description: String { message }
}
