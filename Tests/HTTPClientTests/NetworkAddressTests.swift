import HTTPClient
import HTTPServer
import Testing

@Suite(.timeLimit(.minutes(1))) struct NetworkAddressTests {
    @Test(arguments: [
        "0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "127.255.255.254", "169.254.169.254", "172.16.0.1",
        "172.31.255.255", "192.0.0.8", "192.0.2.1", "192.168.1.1", "198.18.0.1", "198.51.100.7", "203.0.113.9",
        "224.0.0.1", "240.0.0.1", "255.255.255.255", "::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
        "::ffff:a9fe:a9fe", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "2002:0a00:0001::1",
        "100::1", "2001:db8::1", "2001::1", "fc00::1", "fd12:3456::1", "fe80::1", "fec0::1", "ff02::1", "::7f00:1",
    ])
    func addressesOfThisMachineAndOfPrivateNetworksAreNotPublic(text: String) throws {
        #expect(try !#require(NetworkAddress(text)).isPublic)
    }

    @Test(arguments: [
        "1.1.1.1", "8.8.8.8", "100.63.255.255", "100.128.0.1", "172.15.0.1", "172.32.0.1", "192.167.1.1",
        "198.17.0.1", "223.255.255.255", "2606:4700::1111", "2a00:1450:4001::1", "::ffff:8.8.8.8",
        "64:ff9b::808:808", "2002:808:808::1",
    ])
    func addressesOfTheInternetArePublic(text: String) throws {
        #expect(try #require(NetworkAddress(text)).isPublic)
    }

    @Test(arguments: [
        "127.1", "0x7f000001", "2130706433", "0177.0.0.1", "1.2.3", "localhost", "[::1]", "", "1.2.3.4.5",
    ])
    func otherSpellingsAreNoAddresses(text: String) {
        #expect(NetworkAddress(text) == nil)
    }

    @Test func showsTheUsualNotation() throws {
        #expect(try #require(NetworkAddress("127.0.0.1")).description == "127.0.0.1")
        #expect(try #require(NetworkAddress("2001:DB8:0::1")).description == "2001:db8::1")
    }

    @Test func aNameIsLookedUp() async throws {
        let client = HTTPClient()
        let found = try await client.addresses(of: "localhost")
        #expect(!found.isEmpty && found.allSatisfy { !$0.isPublic })
        #expect(try await client.addresses(of: "10.0.0.1").map(\.description) == ["10.0.0.1"])
        await #expect(throws: ClientError.self) { try await client.addresses(of: "no-such-name.invalid") }
    }

    @Test(arguments: ["127.0.0.1", "localhost", "0.0.0.0", "127.1", "2130706433", "[::ffff:127.0.0.1]"])
    func aClientForPublicAddressesConnectsToNothingOfThisMachine(host: String) async throws {
        var router = Router()
        router.on(.get, "/") { _ in .text("inside") }
        let server = HTTPServer(configuration: .init(), router: router)
        try server.start()
        let careful = HTTPClient(threads: 1, publicAddressesOnly: true)
        let url = "http://\(host):\(server.boundPort)/"
        let error = await #expect(throws: ClientError.self) { try await careful.send(ClientRequest("GET", url)) }
        #expect(error?.code == .forbiddenAddress)
        #expect(
            try await HTTPClient().send(ClientRequest("GET", "http://127.0.0.1:\(server.boundPort)/")).status == 200
        )
        await server.stop()
    }
}
