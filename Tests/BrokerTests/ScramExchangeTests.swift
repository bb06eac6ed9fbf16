import Primitives
import Testing

@testable import Broker

struct ScramExchangeTests {
    private static let serverNonce = "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"

    /// The keys of "pencil" with the salt and the iterations of RFC 7677, section 3.
    private static func pencil() throws -> PasswordKeys {
        let salt = try #require(Base64.decode("W22ZaJ0SNY7soEsUEjb6gQ=="))
        return PasswordKeys(password: Array("pencil".utf8), salt: salt, iterations: 4_096)
    }

    private func exchange() throws -> ScramExchange {
        let keys = try Self.pencil()
        return ScramExchange(hash: .sha256, keys: { _ in keys }, serverNonce: Self.serverNonce)
    }

    private func token(_ step: AuthenticationStep) -> String? {
        switch step {
        case .proceed(let token), .succeed(_, let token): String(decoding: token, as: UTF8.self)
        case .check, .fail: nil
        }
    }

    /// The example of RFC 7677, section 3.
    @Test func theExampleOfTheStandardSucceeds() throws {
        var exchange = try exchange()
        let first = exchange.step(Array("n,,n=user,r=rOprNGfwEbeRWgbNEkqO".utf8))
        let nonce = "rOprNGfwEbeRWgbNEkqO\(Self.serverNonce)"
        #expect(token(first) == "r=\(nonce),s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096")
        let last = exchange.step(
            Array("c=biws,r=\(nonce),p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=".utf8)
        )
        let signature = Array("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=".utf8)
        #expect(last == .succeed(user: "user", token: signature))
    }

    /// What the client's side of RFC 5802 gave with Python's hashlib for the same salt and iterations.
    @Test func theSameWithTheLongerHashSucceeds() throws {
        let keys = try Self.pencil()
        var exchange = ScramExchange(hash: .sha512, keys: { _ in keys }, serverNonce: Self.serverNonce)
        _ = exchange.step(Array("n,,n=user,r=rOprNGfwEbeRWgbNEkqO".utf8))
        let nonce = "rOprNGfwEbeRWgbNEkqO\(Self.serverNonce)"
        let proof =
            "gMGXRcevScNtxZ6/8lQYpGtnsNAc3mGcmNomv+xnoOMw+3R2xNJdMNnzMlTN8PPC6wdp6dybEmDYXYTxwnYPJQ=="
        let last = exchange.step(Array("c=biws,r=\(nonce),p=\(proof)".utf8))
        let signature =
            "ZQnYEgWQMFmmsM8aQMF0nDDCy/AgCzkwk8CmMZYcMg0vSVlKDanekLtifDSeVGT4+5ZxXnJq199RVG2rR7N7Zw=="
        #expect(last == .succeed(user: "user", token: Array("v=\(signature)".utf8)))
    }

    @Test(arguments: [
        "c=biws,r=NONCE,p=eHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
        "c=biws,r=NONCE,p=AAAA", "c=biws,r=other,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
        "c=eSws,r=NONCE,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
        "c=biws,r=NONCE,x=1,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=", "c=biws,r=NONCE", "", ",,,",
    ])
    func aWrongProofFails(last: String) throws {
        var exchange = try exchange()
        _ = exchange.step(Array("n,,n=user,r=rOprNGfwEbeRWgbNEkqO".utf8))
        let nonce = "rOprNGfwEbeRWgbNEkqO\(Self.serverNonce)"
        #expect(exchange.step(Array(last.replacing("NONCE", with: nonce).utf8)) == .fail)
    }

    @Test(arguments: [
        "", "n", "n,,", "n,,n=user", "n,,r=abc,n=user", "p=tls-unique,,n=user,r=abc", "n,,n=,r=abc", "n,,n=user,r=",
        "n,a=somebody,n=user,r=abc", "n,,n=us=er,r=abc", "n,,m=ext,n=user,r=abc", "x,,n=user,r=abc",
    ])
    func aMalformedBeginningFails(first: String) throws {
        var exchange = try exchange()
        #expect(exchange.step(Array(first.utf8)) == .fail)
    }

    /// librdkafka 2.0 sends its nonce twice; the proof is over what it sends.
    @Test func aNonceThatEndsWithBothIsTaken() throws {
        var exchange = try exchange()
        _ = exchange.step(Array("n,,n=user,r=abc".utf8))
        let nonce = "abcabc\(Self.serverNonce)"
        let first = "n=user,r=abc,r=abc\(Self.serverNonce),s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"
        let message = Array("\(first),c=biws,r=\(nonce)".utf8)
        let keys = try Self.pencil()
        let salted = HMACSHA256.stretch(password: Array("pencil".utf8), salt: keys.salt, iterations: 4_096)
        let clientKey = HMACSHA256.code(of: Array("Client Key".utf8), key: salted)
        let signature = HMACSHA256.code(of: message, key: keys.sha256.storedKey)
        let proof = Base64.encode(zip(clientKey, signature).map { $0 ^ $1 })
        guard case .succeed(user: "user", token: _) = exchange.step(Array("c=biws,r=\(nonce),p=\(proof)".utf8)) else {
            Issue.record("the login was refused")
            return
        }
    }

    @Test func bytesThatAreNoTextFail() throws {
        var exchange = try exchange()
        #expect(exchange.step([0x6E, 0x2C, 0x2C, 0xFF, 0xFE]) == .fail)
        #expect(exchange.step([UInt8](repeating: 0x6E, count: 100_000)) == .fail)
    }

    @Test func commasAndEqualsSignsInNamesAreRead() throws {
        let keys = try Self.pencil()
        var asked: [String] = []
        var exchange = ScramExchange(
            hash: .sha256,
            keys: { name in
                asked.append(name)
                return keys
            }
        )
        #expect(token(exchange.step(Array("n,,n=a=2Cb=3Dc,r=abc".utf8))) != nil)
        #expect(asked == ["a,b=c"])
    }

    @Test(arguments: ScramHash.allCases)
    func strangersLookLikeUsers(hash: ScramHash) {
        struct Nobody: BrokerUsers {
            func passwordKeys(of user: String) -> PasswordKeys? { nil }
        }
        let authenticator = UserAuthenticator(users: Nobody())
        let tokens = (0..<2).map { _ in
            var exchange = authenticator.begin(mechanism: hash.rawValue)
            return token(exchange.step(Array("n,,n=stranger,r=abc".utf8))) ?? ""
        }
        let salts = tokens.map { $0.split(separator: ",").first { $0.hasPrefix("s=") } }
        #expect(salts[0] != nil)
        #expect(salts[0] == salts[1])
        #expect(tokens[0].hasSuffix("i=\(PasswordKeys.standardIterations)"))
    }
}
