import Testing

@testable import HTTPServer

@Suite struct HostRulesTests {
    private func status(
        _ method: HTTPMethod,
        _ headers: HTTPHeaders,
        path: String = "/x",
        allowed: [String] = []
    ) async throws -> Int {
        var router = Router()
        for path in ["/x", "/health", "/version"] {
            for method in [HTTPMethod.get, .post] { router.on(method, path) { _ in .text("ok") } }
        }
        router.admit(HostRules(allowed: allowed))
        let request = try #require(HTTPRequest(method: method, target: path, headers: headers))
        return await router.respond(to: request).status
    }

    @Test(arguments: [
        "localhost", "localhost:8080", "LOCALHOST", "127.0.0.1:1", "127.9.9.9", "0.0.0.0:80", "[::1]:80", "[::1]",
        "10.1.2.3", "172.16.0.1:8080", "172.31.255.255", "192.168.1.1", "[fd00::1]:80", "[fe80::1]",
    ])
    func localNamesAndPrivateAddressesAreAnswered(host: String) async throws {
        #expect(try await status(.get, ["Host": host]) == 200)
    }

    @Test(arguments: [
        "evil.example", "evil.example:8080", "localhost.evil.example", "127.0.0.1.evil.example", "8.8.8.8",
        "172.32.0.1", "[2001:db8::1]:80", "", "127.0.0.1@evil.example", "0x7f000001",
    ])
    func otherNamesAreRefused(host: String) async throws {
        #expect(try await status(.get, ["Host": host]) == 403)
        #expect(try await status(.get, ["Host": host], path: "/health") == 200)
        #expect(try await status(.get, ["Host": host], path: "/version") == 200)
    }

    @Test func namesCanBeAllowed() async throws {
        let allowed = ["ml.example", "*.team.example"]
        for host in ["ml.example:80", "ML.example", "a.team.example", "b.a.team.example:1"] {
            #expect(try await status(.get, ["Host": host], allowed: allowed) == 200)
        }
        for host in ["team.example", "xml.example", "ateam.example"] {
            #expect(try await status(.get, ["Host": host], allowed: allowed) == 403)
        }
        #expect(try await status(.get, ["Host": "any.example"], allowed: ["*"]) == 200)
    }

    @Test func pagesOfOtherSitesCannotChangeAnything() async throws {
        let host = "127.0.0.1:8080"
        for origin in [
            "http://evil.example", "http://127.0.0.1:9", "null", "file://", "http://127.0.0.1:8080.evil.example",
        ] {
            let headers: HTTPHeaders = ["Host": host, "Origin": origin]
            #expect(try await status(.post, headers) == 403, "\(origin)")
            #expect(try await status(.get, headers) == 200, "\(origin)")
            #expect(try await status(.post, headers, allowed: ["*"]) == 403, "\(origin)")
        }
        #expect(try await status(.post, ["Host": host, "Origin": "http://127.0.0.1:8080"]) == 200)
        #expect(
            try await status(.post, ["Host": host, "Origin": "https://ml.example"], allowed: ["ml.example"]) == 200
        )
        #expect(try await status(.post, ["Host": host]) == 200)
    }
}
