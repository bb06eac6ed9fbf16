import JSON
import Testing

@testable import HTTPServer

@Suite struct RouterTests {
    private func request(_ method: HTTPMethod, _ target: String, body: [UInt8] = []) throws -> HTTPRequest {
        try #require(HTTPRequest(method: method, target: target, body: body))
    }

    private func text(_ response: HTTPResponse) -> String {
        if case .bytes(let bytes) = response.body { return String(decoding: bytes, as: UTF8.self) }
        return ""
    }

    private func router() -> Router {
        var router = Router()
        router.on(.get, "/runs/{id}") { .text("run \($0.parameters["id"] ?? "")") }
        router.on(.get, "/runs/search") { _ in .text("search") }
        router.on(.delete, "/runs/{id}/tags/{tag}") { .text("\($0.parameters.sorted { $0.key < $1.key })") }
        router.on(.get, "/files/{path...}") { .text($0.parameters["path"] ?? "") }
        router.on(.post, "/echo", limits: RouteLimits(maximumBodyBytes: 4)) { .json(bytes: try await $0.body()) }
        router.on(.get, "/broken") { _ in throw Broken() }
        return router
    }

    private struct Broken: Error {}

    @Test(arguments: [
        ("/runs/7", "run 7"), ("/runs/search", "search"), ("/runs/a%2Fb?x=1", "run a/b"), ("/files/a/b%20c", "a/b c"),
        ("/files/", ""),
    ])
    func `a path finds its route, literal parts before names`(target: String, answer: String) async throws {
        #expect(text(await router().respond(to: try request(.get, target))) == answer)
    }

    @Test func `an unknown path is 404, another method 405 with what is allowed`() async throws {
        let missing = await router().respond(to: try request(.get, "/nothing"))
        #expect(missing.status == 404)
        #expect(text(missing).contains("there is nothing at /nothing"))
        #expect(await router().respond(to: try request(.get, "/runs/")).status == 404)
        let wrong = await router().respond(to: try request(.put, "/runs/7"))
        #expect(wrong.status == 405)
        #expect(wrong.headers["allow"] == "GET")
    }

    @Test func `a body above the route's limit is 413`() async throws {
        #expect(await router().respond(to: try request(.post, "/echo", body: Array("1234".utf8))).status == 200)
        #expect(await router().respond(to: try request(.post, "/echo", body: Array("12345".utf8))).status == 413)
    }

    @Test func `an unknown error is 500 and tells nothing but the request's id`() async throws {
        let request = try request(.get, "/broken")
        let response = await router().respond(to: request)
        #expect(response.status == 500)
        #expect(text(response).contains(request.id))
        #expect(!text(response).contains("Broken"))
    }

    @Test func `an API gives its errors their own shape`() async throws {
        var router = router()
        router.errors(below: "/runs") { error, _ in .text("own \(error.status)", status: error.status) }
        #expect(text(await router.respond(to: try request(.put, "/runs/7"))) == "own 405")
        #expect(text(await router.respond(to: try request(.get, "/else"))).contains("not_found"))
    }

    @Test(arguments: ["", "a", "/%zz", "/%", "/%00", "/a?%f", "/%ff"])
    func `a target with broken escapes is no request`(target: String) {
        #expect(HTTPRequest(method: .get, target: target) == nil)
    }

    @Test func `query items keep order and repeats, and plus is a space`() throws {
        let query = try #require(QueryItems(parsing: "a=1&b=x+y%26&a=2&c"))
        #expect(query.all("a") == ["1", "2"])
        #expect(query.first("b") == "x y&")
        #expect(query.first("c") == "")
        #expect(query.names == ["a", "b", "c"])
    }

    @Test func `header names are compared without case`() {
        var headers: HTTPHeaders = ["Content-Type": "text/plain"]
        #expect(headers["content-TYPE"] == "text/plain")
        headers["CONTENT-type"] = "text/html"
        #expect(headers.fields.count == 1)
    }
}
