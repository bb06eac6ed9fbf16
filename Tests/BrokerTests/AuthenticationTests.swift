import KafkaWire
import Primitives
import Synchronization
import Telemetry
import TestSupport
import Testing

@testable import Broker

/// Users by name, who can be removed.
private final class SomeUsers: BrokerUsers {
    private let keys = Mutex(["ann": PasswordKeys(password: Array("secret".utf8))])

    func passwordKeys(of user: String) -> PasswordKeys? { keys.withLock { $0[user] } }

    func removeAll() { keys.withLock { $0 = [:] } }
}

struct AuthenticationTests {
    private let users = SomeUsers()

    private func withBroker(
        requiresLogin: Bool = true,
        loginSeconds: Int = 30,
        farewellMilliseconds: Int64 = 1,
        changing change: (inout BrokerConfiguration) -> Void = { _ in },
        _ body: (Int) async throws -> Void
    ) async throws {
        try await withBroker(
            requiresLogin: requiresLogin,
            loginSeconds: loginSeconds,
            farewellMilliseconds: farewellMilliseconds,
            changing: change
        ) { port, _ in try await body(port) }
    }

    private func withBroker(
        requiresLogin: Bool = true,
        loginSeconds: Int = 30,
        farewellMilliseconds: Int64 = 1,
        changing change: (inout BrokerConfiguration) -> Void = { _ in },
        _ body: (Int, LogBroker) async throws -> Void
    ) async throws {
        let folder = try TemporaryDirectory()
        var configuration = BrokerConfiguration(dataDirectory: folder.path)
        configuration.alwaysRequiresLogin = requiresLogin
        configuration.limits.loginSeconds = loginSeconds
        configuration.limits.farewellMilliseconds = farewellMilliseconds
        change(&configuration)
        let broker = LogBroker(
            configuration: configuration,
            authenticator: UserAuthenticator(users: users),
            metrics: MetricsRegistry()
        )
        try broker.start()
        do {
            try await body(try #require(broker.boundPort), broker)
        } catch {
            await broker.stop()
            throw error
        }
        await broker.stop()
    }

    private func client(_ port: Int) throws -> WireClient { try #require(WireClient(port: port)) }

    private func error(_ body: [UInt8]?) -> Int16? {
        body.map { Int16(bitPattern: UInt16($0[0]) << 8 | UInt16($0[1])) }
    }

    private func handshake(_ client: WireClient, _ mechanism: String = "PLAIN") -> Int16? {
        error(client.call(.saslHandshake, 1) { $0.string(mechanism) })
    }

    private func authenticate(_ client: WireClient, _ token: String) -> Int16? {
        error(client.call(.saslAuthenticate, 1) { $0.byteArray(Array(token.utf8)) })
    }

    private func canAsk(_ client: WireClient) -> Bool { client.call(.metadata, 1) { $0.arrayCount(nil) } != nil }

    @Test func whoLogsInIsAnswered() async throws {
        try await withBroker { port in
            let client = try client(port)
            #expect(error(client.call(.apiVersions, 0)) == 0)
            #expect(handshake(client) == 0)
            #expect(authenticate(client, "\0ann\0secret") == 0)
            #expect(canAsk(client))
        }
    }

    @Test func whoDoesNotLogInIsNotAnswered() async throws {
        try await withBroker { port in
            let stranger = try client(port)
            #expect(!canAsk(stranger))
        }
    }

    @Test(arguments: ["\0ann\0wrong", "\0bob\0secret", "bob\0ann\0secret", "ann", "\0\0", "\0ann\0secret\0more"])
    func aWrongLoginIsToldSoAndClosed(token: String) async throws {
        try await withBroker { port in
            let client = try client(port)
            #expect(handshake(client) == 0)
            #expect(authenticate(client, token) == KafkaErrorCode.saslAuthenticationFailed.rawValue)
            #expect(client.call(.apiVersions, 0) == nil)
        }
    }

    @Test func aRefusedClientMayTakeItsTimeToReadWhy() async throws {
        try await withBroker(farewellMilliseconds: 600_000) { port in
            let client = try client(port)
            #expect(handshake(client) == 0)
            #expect(authenticate(client, "\0ann\0wrong") == KafkaErrorCode.saslAuthenticationFailed.rawValue)
            // Whatever it says meanwhile is heard by nobody, a right password neither.
            #expect(client.send(WireClient.frame(.saslAuthenticate, 1) { $0.byteArray(Array("\0ann\0secret".utf8)) }))
            #expect(client.send([UInt8](repeating: 0xFF, count: 1_000_000)))
            #expect(!client.isAtEnd)
            client.endSending()
            #expect(client.receive() == nil)
        }
    }

    @Test func refusedClientsCountAsConnections() async throws {
        try await withBroker(farewellMilliseconds: 600_000, changing: { $0.limits.connections = 1 }) { port in
            var refused: WireClient? = try client(port)
            #expect(refused.flatMap { authenticate($0, "x") } == KafkaErrorCode.illegalSASLState.rawValue)
            #expect(WireClient(port: port)?.call(.apiVersions, 0) == nil)
            refused = nil
            var answer: [UInt8]?
            while answer == nil { answer = WireClient(port: port)?.call(.apiVersions, 0) }
        }
    }

    @Test func loggingInIsPossibleWhereItIsNotAsked() async throws {
        try await withBroker(requiresLogin: false) { port in
            let named = try client(port)
            #expect(canAsk(named))
            #expect(handshake(named) == 0)
            #expect(!canAsk(named))
            let other = try client(port)
            #expect(handshake(other) == 0)
            #expect(authenticate(other, "\0ann\0secret") == 0)
            #expect(canAsk(other))
        }
    }

    @Test func aRemovedUserCannotLogInAgain() async throws {
        try await withBroker { port in
            users.removeAll()
            let client = try client(port)
            #expect(handshake(client) == 0)
            #expect(authenticate(client, "\0ann\0secret") == KafkaErrorCode.saslAuthenticationFailed.rawValue)
        }
    }

    /// What a client proves its password with (RFC 5802, section 3).
    private static func lastMessage(user: String, nonce: String, password: String, answered: String) throws -> String {
        let fields = answered.split(separator: ",").map { String($0.dropFirst(2)) }
        let salt = try #require(Base64.decode(fields[1]))
        let iterations = try #require(Int(fields[2]))
        let hash = ScramHash.sha256
        let salted = hash.stretch(password: Array(password.utf8), salt: salt, iterations: iterations)
        let clientKey = hash.code(of: Array("Client Key".utf8), key: salted)
        let bare = "c=biws,r=\(fields[0])"
        let message = Array("n=\(user),r=\(nonce),\(answered),\(bare)".utf8)
        let signature = hash.code(of: message, key: hash.digest(clientKey))
        return "\(bare),p=\(Base64.encode(zip(clientKey, signature).map { $0 ^ $1 }))"
    }

    @Test func aRemovedUserIsCutOffAndNobodyElse() async throws {
        try await withBroker(requiresLogin: false) { port, broker in
            let ann = try client(port)
            let other = try client(port)
            #expect(handshake(ann) == 0)
            #expect(authenticate(ann, "\0ann\0secret") == 0)
            #expect(canAsk(ann) && canAsk(other))
            users.removeAll()
            broker.closeConnections(of: "ann")
            #expect(ann.receive() == nil)
            #expect(canAsk(other))
        }
    }

    @Test func whoIsRemovedWhileLoggingInIsRefused() async throws {
        try await withBroker { port in
            let client = try client(port)
            #expect(handshake(client, "SCRAM-SHA-256") == 0)
            let answer = try #require(
                client.call(.saslAuthenticate, 1) { $0.byteArray(Array("n,,n=ann,r=abc".utf8)) }
            )
            let first = String(decoding: answer.dropFirst(8).prefix { $0 >= 0x20 }, as: UTF8.self)
            users.removeAll()
            let last = try Self.lastMessage(user: "ann", nonce: "abc", password: "secret", answered: first)
            #expect(authenticate(client, last) == KafkaErrorCode.saslAuthenticationFailed.rawValue)
        }
    }

    @Test func aMechanismThatIsNotOfferedIsRefusedWithThoseThatAre() async throws {
        try await withBroker { port in
            let client = try client(port)
            let answer = try #require(client.call(.saslHandshake, 1) { $0.string("GSSAPI") })
            #expect(error(answer) == KafkaErrorCode.unsupportedSASLMechanism.rawValue)
            let text = String(decoding: answer, as: UTF8.self)
            #expect(text.contains("PLAIN"))
            #expect(text.contains("SCRAM-SHA-256"))
        }
    }

    @Test func aStepOutOfOrderClosesTheConnection() async throws {
        try await withBroker { port in
            let first = try client(port)
            #expect(authenticate(first, "x") == KafkaErrorCode.illegalSASLState.rawValue)
            #expect(first.call(.apiVersions, 0) == nil)
            let second = try client(port)
            #expect(handshake(second) == 0)
            #expect(handshake(second) == KafkaErrorCode.illegalSASLState.rawValue)
            #expect(second.call(.apiVersions, 0) == nil)
        }
    }

    @Test func aLongRequestBeforeTheLoginClosesTheConnection() async throws {
        try await withBroker { port in
            let client = try client(port)
            #expect(handshake(client) == 0)
            #expect(authenticate(client, String(repeating: "x", count: 100_000)) == nil)
        }
    }

    @Test func whoTakesTooLongToLogInIsCutOff() async throws {
        try await withBroker(loginSeconds: 1) { port in
            let silent = try RawConnection(port: port)
            #expect(try silent.read().isEmpty)
        }
    }

    @Test func passwordsInTheOpenAreOnlyForThisMachine() {
        let authenticator = UserAuthenticator(users: users)
        #expect(authenticator.mechanisms(onThisMachine: true).contains("PLAIN"))
        #expect(authenticator.mechanisms(onThisMachine: false) == ["SCRAM-SHA-256", "SCRAM-SHA-512"])
    }

    @Test func anOpenAddressNeedsUsersOrConsent() async throws {
        let folder = try TemporaryDirectory()
        var configuration = BrokerConfiguration(dataDirectory: folder.path, host: "0.0.0.0")
        let refused = LogBroker(configuration: configuration, metrics: MetricsRegistry())
        let refusal = #expect(throws: BrokerError.self) { try refused.start() }
        #expect(refusal?.code == .address)
        #expect(configuration.requiresLogin)
        configuration.allowsAnonymousFromAnywhere = true
        #expect(!configuration.requiresLogin)
        let open = LogBroker(configuration: configuration, metrics: MetricsRegistry())
        try open.start()
        await open.stop()
    }
}
