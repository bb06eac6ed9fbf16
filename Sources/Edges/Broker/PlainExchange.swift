internal import Primitives

/// The mechanism PLAIN (RFC 4616): one token, `authzid NUL authcid NUL password`.
struct PlainExchange: AuthenticationExchange {
    static let mechanism = "PLAIN"
    private static let longest = 1_024

    /// The keys of a user, or of nobody.
    let keys: (String) -> PasswordKeys

    mutating func step(_ token: [UInt8]) -> AuthenticationStep {
        let parts = token.split(separator: 0, maxSplits: 3, omittingEmptySubsequences: false)
        guard token.count <= Self.longest, parts.count == 3, !parts[1].isEmpty, !parts[2].isEmpty,
            let user = String(validating: parts[1], as: UTF8.self),
            // To act for somebody else is nobody's right.
            parts[0].isEmpty || parts[0] == parts[1]
        else { return .fail }
        return .check(PasswordCheck(user: user, password: Array(parts[2]), keys: keys(user)))
    }
}
