import Execution
import Files
import TestSupport
import Testing

@testable import HTTPServer

@Suite(.timeLimit(.minutes(10))) struct HTTPServerTests {
    private let pool = BlockingPool(name: "client", threads: 32)

    /// Runs `body` against a server with `router` and stops it.
    private func withServer(
        _ router: Router,
        configure: (inout HTTPServer.Configuration) -> Void = { _ in },
        _ body: (Int) async throws -> Void
    ) async throws {
        var configuration = HTTPServer.Configuration()
        configure(&configuration)
        let server = HTTPServer(configuration: configuration, router: router)
        try server.start()
        do {
            try await body(server.boundPort)
        } catch {
            await server.stop()
            throw error
        }
        await server.stop()
        #expect(server.activeRequests == 0)
    }

    /// Sends bytes and reads until `end` stands in the answer or the server closes.
    private func exchange(
        _ port: Int,
        _ bytes: [UInt8],
        until end: String = "\u{0}",
        patience: Int = 120
    ) async throws -> String {
        try await pool.run {
            let connection = try RawConnection(port: port, patience: patience)
            try connection.send(bytes)
            return try connection.read(until: end)
        }
    }

    private func exchange(_ port: Int, _ text: String, until end: String = "\u{0}") async throws -> String {
        try await exchange(port, Array(text.utf8), until: end)
    }

    private var echo: Router {
        var router = Router()
        router.on(.post, "/echo", limits: .upload) { request in
            let body = try await request.body(limit: 8 << 20)
            return HTTPResponse(headers: ["X-Length": "\(body.count)"], body: .bytes(body))
        }
        router.on(.delete, "/echo") { .text(String(decoding: try await $0.body(), as: UTF8.self)) }
        router.on(.get, "/slow") { _ in
            try await Task.sleep(for: .milliseconds(30))
            return .text("done")
        }
        router.on(.get, "/never", limits: RouteLimits(timeout: .milliseconds(50))) { _ in
            try await Task.sleep(for: .seconds(3_600))
            return .text("")
        }
        return router
    }

    @Test func `a request is answered, and the connection stays open for the next`() async throws {
        try await withServer(echo) { port in
            let one = "DELETE /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab"
            let last = "DELETE /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 2\r\n\r\ncd"
            let answer = try await exchange(port, one + last)
            #expect(answer.components(of: "HTTP/1.1 200 OK") == 2)
            #expect(answer.contains("\r\n\r\nab"))
            #expect(answer.hasSuffix("\r\n\r\ncd"))
        }
    }

    @Test func `a chunked body of some megabytes comes back whole`() async throws {
        try await withServer(echo) { port in
            let chunk = String(repeating: "x", count: 0x10000)
            var text = "POST /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
            for _ in 0..<64 { text += "10000\r\n\(chunk)\r\n" }
            let answer = try await exchange(port, text + "0\r\n\r\n")
            #expect(answer.contains("X-Length: 4194304\r\n"))
            #expect(answer.utf8.count > 4_194_304)
        }
    }

    @Test func `an upload waits for a handler that is slow to read`() async throws {
        let pieces = OneShot<Void>()
        var router = Router()
        router.on(.put, "/slow", limits: .upload) { request in
            try await pieces.value
            var total = 0
            for try await chunk in request.bodyChunks { total += chunk.count }
            return .text("\(total) bytes")
        }
        try await withServer(router) { port in
            let size = 32 << 20
            let head = "PUT /slow HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: \(size)\r\n\r\n"
            async let answer = exchange(port, Array(head.utf8) + [UInt8](repeating: 7, count: size))
            try await Task.sleep(for: .milliseconds(50))
            pieces.succeed(())
            let text = try await answer
            #expect(text.hasSuffix("33554432 bytes"))
        }
    }

    @Test func `what is too large is refused before it is read`() async throws {
        var router = Router()
        router.on(.post, "/small", limits: RouteLimits(maximumBodyBytes: 10)) { .json(bytes: try await $0.body()) }
        try await withServer(router) { port in
            let head = "POST /small HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000\r\n\r\n"
            let answer = try await exchange(port, head, until: "}")
            #expect(answer.contains("413"))
        }
    }

    @Test(arguments: [
        "garbage\r\n\r\n", "GET / HTTP/1.1\r\nbroken header\r\n\r\n",
        "GET /%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        "BREW /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "\u{0}\u{1}\u{2}\r\n\r\n",
        "GET /\(String(repeating: "a", count: 200_000)) HTTP/1.1\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ])
    func `a malformed request is an error or a closed connection, and others go on`(text: String) async throws {
        try await withServer(echo) { port in
            // The server may wait for more of it: then nothing comes for as long as we care to listen.
            let answer = (try? await exchange(port, Array(text.utf8), patience: 2)) ?? ""
            #expect(!answer.contains(" 200 "))
            let good = try await exchange(port, "GET /slow HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            #expect(good.hasSuffix("done"))
        }
    }

    @Test func `a query of a thousand values is read`() async throws {
        var router = Router()
        router.on(.get, "/count") { .text("\($0.query.all("run_ids").count) values") }
        try await withServer(router) { port in
            let query = (0..<1_000).map { "run_ids=id_\($0)" }.joined(separator: "&")
            let head = "GET /count?\(query) HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
            let answer = try await exchange(port, head)
            #expect(answer.hasSuffix("1000 values"))
        }
    }

    @Test func `sixty-four slow handlers overlap`() async throws {
        try await withServer(echo) { port in
            try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 0..<64 {
                    group.addTask {
                        try await exchange(port, "GET /slow HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                    }
                }
                for try await answer in group { #expect(answer.hasSuffix("done")) }
            }
        }
    }

    @Test func `a handler that takes too long is answered for with 504`() async throws {
        try await withServer(echo) { port in
            let text = "GET /never HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
            let answer = try await exchange(port, text)
            #expect(answer.contains("504"))
        }
    }

    @Test func `a file is sent whole or in part`() async throws {
        let directory = try TemporaryDirectory()
        try File.replace("\(directory.path)/data", with: Array("0123456789".utf8))
        let path = "\(directory.path)/data"
        var router = Router()
        router.on(.get, "/all") { _ in
            HTTPResponse(body: .file(try SharedFile(path: path), offset: 0, length: 10))
        }
        router.on(.get, "/part") { _ in
            HTTPResponse(status: 206, body: .file(try SharedFile(path: path), offset: 2, length: 3))
        }
        try await withServer(router) { port in
            let all = try await exchange(port, "GET /all HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            #expect(all.hasSuffix("\r\n\r\n0123456789"))
            let part = try await exchange(port, "GET /part HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            #expect(part.hasSuffix("\r\n\r\n234"))
            let head = try await exchange(port, "HEAD /all HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            #expect(head.contains("Content-Length: 10"))
            #expect(head.hasSuffix("\r\n\r\n"))
        }
    }

    @Test func `a stream arrives as it is written, and its writer hears of a client that goes away`() async throws {
        let gone = OneShot<Void>()
        var router = Router()
        router.on(.get, "/stream") { _ in
            HTTPResponse(
                body: .stream(contentLength: nil) { writer in
                    do {
                        for index in 0..<1_000_000 {
                            try await writer.write(Array("event \(index)\n".utf8))
                            try await Task.sleep(for: .milliseconds(1))
                        }
                    } catch {
                        gone.succeed(())
                        throw error
                    }
                }
            )
        }
        try await withServer(router) { port in
            let text = "GET /stream HTTP/1.1\r\nHost: x\r\n\r\n"
            let answer = try await exchange(port, text, until: "event 3\n")
            #expect(answer.contains("event 0\n"))
            try await gone.value
        }
    }

    @Test func `a stop ends requests that would never end`() async throws {
        var router = Router()
        let arrived = OneShot<Void>()
        router.on(.get, "/forever", limits: RouteLimits(timeout: .seconds(3_600))) { _ in
            arrived.succeed(())
            try await Task.sleep(for: .seconds(3_600))
            return .text("")
        }
        let waiting = OneShot<String>()
        try await withServer(router) { port in
            let pool = pool
            Task {
                let text = try? await pool.run {
                    let connection = try RawConnection(port: port)
                    try connection.send("GET /forever HTTP/1.1\r\nHost: x\r\n\r\n")
                    return try connection.read(until: "}")
                }
                waiting.succeed(text ?? "")
            }
            try await arrived.value
        }
        let answer = try await waiting.value
        #expect(answer.hasPrefix("HTTP/1.1 50"))
    }

    @Test func `a port in use is an error that says so`() async throws {
        try await withServer(Router()) { port in
            let second = HTTPServer(configuration: .init(port: port), router: Router())
            let error = #expect(throws: HTTPServerError.self) { try second.start() }
            #expect(error?.description.contains("127.0.0.1:\(port) is in use by another program") == true)
        }
    }
}

extension String {
    /// How often `part` stands in the text.
    fileprivate func components(of part: String) -> Int {
        var count = 0
        var rest = self[...]
        while let found = rest.firstRange(of: part) {
            count += 1
            rest = rest[found.upperBound...]
        }
        return count
    }
}
