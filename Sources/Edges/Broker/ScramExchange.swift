internal import Primitives

/// The server's side of SCRAM (RFC 5802 and 7677) with one hash, without channel binding.
///
/// Two tokens of the client, two of the server:
///
///     n,,n=<user>,r=<client nonce>
///     r=<client nonce + server nonce>,s=<salt>,i=<iterations>
///     c=biws,r=<both nonces>,p=<proof>
///     v=<server signature>
struct ScramExchange: AuthenticationExchange {
    private static let longest = 4_096

    /// What was said until the client must prove that it knows the password.
    private struct Challenge {
        let user: String
        let pair: PasswordKeys.Pair
        let header: String
        let nonce: String
        let firstMessages: String
    }

    private let hash: ScramHash
    /// The keys of a user, or of nobody.
    private let keys: (String) -> PasswordKeys
    private let serverNonce: String
    private var challenge: Challenge?

    init(
        hash: ScramHash,
        keys: @escaping (String) -> PasswordKeys,
        serverNonce: String = RandomID.hex(bytes: 18)
    ) {
        self.hash = hash
        self.keys = keys
        self.serverNonce = serverNonce
    }

    mutating func step(_ token: [UInt8]) -> AuthenticationStep {
        guard token.count <= Self.longest, let text = String(validating: token, as: UTF8.self) else { return .fail }
        guard let challenge else { return begin(text) }
        return finish(text, challenge)
    }

    private mutating func begin(_ text: String) -> AuthenticationStep {
        let parts = text.split(separator: ",", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
        // `n` and `y`: the client does not bind to a channel. An identity to act for must be the user's own.
        guard parts.count == 3, ["n", "y"].contains(parts[0]) else { return .fail }
        let bare = parts[2]
        let fields = bare.split(separator: ",", omittingEmptySubsequences: false)
        guard fields.count >= 2, let name = Self.value(of: "n", fields[0]), let user = Self.unescaped(name),
            let nonce = Self.value(of: "r", fields[1]), !user.isEmpty, !nonce.isEmpty,
            parts[1].isEmpty || parts[1] == "a=\(name)"
        else { return .fail }
        let keys = keys(user)
        guard let pair = keys.pair(for: hash) else { return .fail }
        let both = nonce + serverNonce
        let answer = "r=\(both),s=\(Base64.encode(keys.salt)),i=\(keys.iterations)"
        challenge = Challenge(
            user: user,
            pair: pair,
            header: "\(parts[0]),\(parts[1]),",
            nonce: both,
            firstMessages: "\(bare),\(answer)"
        )
        return .proceed(Array(answer.utf8))
    }

    private func finish(_ text: String, _ challenge: Challenge) -> AuthenticationStep {
        let fields = text.split(separator: ",", omittingEmptySubsequences: false)
        guard fields.count >= 3, let last = fields.last,
            Self.value(of: "c", fields[0]) == Base64.encode(challenge.header.utf8),
            // Ends with, not equals: librdkafka before 2.6 puts its own nonce before both, and Kafka lets it pass. The
            // proof is over what was really sent, and the server's fresh part is in it either way.
            Self.value(of: "r", fields[1])?.hasSuffix(challenge.nonce) == true,
            let proof = Self.value(of: "p", last).flatMap(Base64.decode), proof.count == hash.length
        else { return .fail }
        let signed = challenge.firstMessages + "," + fields.dropLast().joined(separator: ",")
        let message = Array(signed.utf8)
        let signature = hash.code(of: message, key: challenge.pair.storedKey)
        let clientKey = zip(proof, signature).map { $0 ^ $1 }
        guard ConstantTime.areEqual(hash.digest(clientKey), challenge.pair.storedKey) else { return .fail }
        let answer = Base64.encode(hash.code(of: message, key: challenge.pair.serverKey))
        return .succeed(user: challenge.user, token: Array("v=\(answer)".utf8))
    }

    /// The value of a field `name=value`.
    private static func value(of name: Character, _ field: Substring) -> String? {
        guard field.first == name, field.dropFirst().first == "=" else { return nil }
        return String(field.dropFirst(2))
    }

    /// A user's name with `=2C` and `=3D` read as comma and equals sign; nil where another `=` stands in it.
    private static func unescaped(_ name: String) -> String? {
        let pieces = name.split(separator: "=", omittingEmptySubsequences: false)
        var user = String(pieces[0])
        for piece in pieces.dropFirst() {
            switch piece.prefix(2) {
            case "2C": user += ","
            case "3D": user += "="
            default: return nil
            }
            user += piece.dropFirst(2)
        }
        return user
    }
}
