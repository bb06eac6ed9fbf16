import KafkaWire
import Telemetry
import TestSupport
import Testing

@testable import Broker

/// Knows one user with one password, by the mechanism PLAIN.
private struct OneUser: BrokerAuthenticator {
    struct Exchange: AuthenticationExchange {
        mutating func step(_ token: [UInt8]) -> AuthenticationStep {
            token == Array("\0ann\0secret".utf8) ? .succeed(user: "ann", token: []) : .fail
        }
    }

    let mechanisms = ["PLAIN"]

    func begin(mechanism: String) -> any AuthenticationExchange { Exchange() }
}

struct AuthenticationTests {
    private func withBroker(_ body: (WireClient) throws -> Void) async throws {
        let folder = try TemporaryDirectory()
        let broker = LogBroker(
            configuration: .init(dataDirectory: folder.path),
            authenticator: OneUser(),
            metrics: MetricsRegistry()
        )
        try broker.start()
        do {
            let port = try #require(broker.boundPort)
            try body(try #require(WireClient(port: port)))
        } catch {
            await broker.stop()
            throw error
        }
        await broker.stop()
    }

    private func error(_ body: [UInt8]?) -> Int16? {
        body.map { Int16(bitPattern: UInt16($0[0]) << 8 | UInt16($0[1])) }
    }

    private func handshake(_ client: WireClient, _ mechanism: String = "PLAIN") -> Int16? {
        error(client.call(.saslHandshake, 1) { $0.string(mechanism) })
    }

    private func authenticate(_ client: WireClient, _ token: String) -> Int16? {
        error(client.call(.saslAuthenticate, 1) { $0.byteArray(Array(token.utf8)) })
    }

    @Test func whoIsKnownIsAnswered() async throws {
        try await withBroker { client in
            #expect(error(client.call(.apiVersions, 0)) == 0)
            #expect(handshake(client) == 0)
            #expect(authenticate(client, "\0ann\0secret") == 0)
            #expect(client.call(.metadata, 1) { $0.arrayCount(nil) } != nil)
        }
    }

    @Test func nobodyElseIs() async throws {
        try await withBroker { client in
            #expect(client.call(.metadata, 1) { $0.arrayCount(nil) } == nil)
        }
        try await withBroker { client in
            #expect(handshake(client) == 0)
            #expect(authenticate(client, "\0ann\0wrong") == KafkaErrorCode.saslAuthenticationFailed.rawValue)
            #expect(client.call(.apiVersions, 0) == nil)
        }
    }

    @Test func aMechanismThatIsNotOfferedIsRefusedWithThoseThatAre() async throws {
        try await withBroker { client in
            let answer = try #require(client.call(.saslHandshake, 1) { $0.string("GSSAPI") })
            #expect(error(answer) == KafkaErrorCode.unsupportedSASLMechanism.rawValue)
            #expect(String(decoding: answer, as: UTF8.self).contains("PLAIN"))
        }
    }

    @Test func aTokenWithoutAMechanismIsOutOfOrder() async throws {
        try await withBroker { client in
            #expect(authenticate(client, "x") == KafkaErrorCode.illegalSASLState.rawValue)
        }
    }

    @Test func anOpenAddressNeedsUsersOrConsent() throws {
        let folder = try TemporaryDirectory()
        let broker = LogBroker(
            configuration: .init(dataDirectory: folder.path, host: "0.0.0.0"),
            metrics: MetricsRegistry()
        )
        let refusal = #expect(throws: BrokerError.self) { try broker.start() }
        #expect(refusal?.code == .address)
    }
}
