import HTTPServer
import Testing

@testable import WebUI

@Suite struct WebUITests {
    private static func respond(_ target: String, _ headers: HTTPHeaders = [:]) async throws -> HTTPResponse {
        var router = Router()
        WebUI().register(on: &router)
        let request = try #require(HTTPRequest(method: .get, target: target, headers: headers))
        return await router.respond(to: request)
    }

    private static let script = "/assets/\(WebAssets.embedded.fingerprint)/js/main.js"

    @Test(arguments: WebUI.pages)
    func `every page is the same document, never kept`(page: String) async throws {
        let response = try await Self.respond(page)
        #expect(response.status == 200)
        #expect(response.headers["Content-Type"] == "text/html; charset=utf-8")
        #expect(response.headers["Cache-Control"] == "no-store")
        #expect(response.headers["Content-Security-Policy"]?.hasPrefix("default-src 'none'") == true)
        #expect(response.headers["X-Content-Type-Options"] == "nosniff")
    }

    @Test func `a file may be kept for ever`() async throws {
        let response = try await Self.respond(Self.script)
        let asset = try #require(WebAssets.embedded.asset("js/main.js"))
        guard case .bytes(let bytes) = response.body else {
            Issue.record("no content")
            return
        }
        #expect(bytes == asset.bytes)
        #expect(response.headers["Content-Type"] == "text/javascript; charset=utf-8")
        #expect(response.headers["Cache-Control"] == "public, max-age=31536000, immutable")
        #expect(response.headers["ETag"] == asset.entityTag)
    }

    @Test func `a browser that has the file is told so`() async throws {
        let tag = try #require(WebAssets.embedded.asset("js/main.js")).entityTag
        for field in [tag, "W/\(tag)", "\"other\", \(tag)", "*"] {
            let response = try await Self.respond(Self.script, ["If-None-Match": field])
            #expect(response.status == 304, "\(field)")
            #expect(response.headers["ETag"] == tag)
        }
        #expect(try await Self.respond(Self.script, ["If-None-Match": "\"other\""]).status == 200)
    }

    @Test(arguments: ["js/none.js", "../index.html", "%2e%2e/secret", "js%2F..%2Findex.html", ""])
    func `what is not a file of ours is not found`(path: String) async throws {
        #expect(try await Self.respond("/assets/\(WebAssets.embedded.fingerprint)/\(path)").status == 404)
    }

    @Test func `a file of another version is not found`() async throws {
        #expect(try await Self.respond("/assets/0000000000000000/js/main.js").status == 404)
    }

    @Test func `a folder without a page is an error that names the setting`() async throws {
        var router = Router()
        WebUI(folder: "/nowhere").register(on: &router)
        let request = try #require(HTTPRequest(method: .get, target: "/"))
        #expect(await router.respond(to: request).status == 500)
    }
}
