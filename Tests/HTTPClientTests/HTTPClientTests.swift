import HTTPClient
import HTTPServer
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(10))) struct HTTPClientTests {
    private let client = HTTPClient()

    private func withServer(_ body: (String) async throws -> Void) async throws {
        var router = Router()
        let echo: HTTPHandler = { request in
            HTTPResponse(
                status: 201,
                headers: ["X-Method": request.method.rawValue, "X-Sent": request.headers["X-Sent"] ?? "none"],
                body: .bytes(try await request.body(limit: 8 << 20))
            )
        }
        for method in [HTTPMethod.get, .post, .put, .patch, .delete] {
            router.on(method, "/echo", limits: RouteLimits(maximumBodyBytes: 8 << 20), echo)
        }
        router.on(.get, "/large") { _ in
            HTTPResponse(
                body: .stream(contentLength: nil) { writer in
                    for _ in 0..<64 { try await writer.write([UInt8](repeating: 0x61, count: 64 << 10)) }
                }
            )
        }
        router.on(.get, "/endless") { _ in
            HTTPResponse(
                body: .stream(contentLength: nil) { writer in
                    while true {
                        try await writer.write([0x2E])
                        try await Task.sleep(for: .milliseconds(5))
                    }
                }
            )
        }
        router.on(.get, "/slow") { _ in
            try await Task.sleep(for: .seconds(30))
            return HTTPResponse()
        }
        let server = HTTPServer(configuration: .init(), router: router)
        try server.start()
        try await body("http://127.0.0.1:\(server.boundPort)")
        await server.stop()
    }

    @Test func sendsEveryMethodWithHeadersAndBody() async throws {
        try await withServer { url in
            for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
                var request = ClientRequest(method, "\(url)/echo")
                request.headers = [(name: "X-Sent", value: "a value")]
                request.body = Array("body of \(method)".utf8)
                let response = try await client.send(request)
                #expect(response.status == 201)
                #expect(response.header("x-method") == method)
                #expect(response.header("x-sent") == "a value")
                #expect(String(decoding: response.body, as: UTF8.self) == "body of \(method)")
            }
            let empty = try await client.send(ClientRequest("GET", "\(url)/echo"))
            #expect(empty.body.isEmpty)
            let head = try await client.send(ClientRequest("HEAD", "\(url)/large"))
            #expect(head.status == 200 && head.body.isEmpty)
        }
    }

    @Test func sendsAndTakesLargeBodies() async throws {
        try await withServer { url in
            var request = ClientRequest("POST", "\(url)/echo")
            request.body = (0..<(4 << 20)).map { UInt8(truncatingIfNeeded: $0 &* 31) }
            let response = try await client.send(request)
            #expect(response.body == request.body)
        }
    }

    @Test func anErrorStatusIsAnAnswer() async throws {
        try await withServer { url in
            let response = try await client.send(ClientRequest("GET", "\(url)/nothing"))
            #expect(response.status == 404)
            #expect(String(decoding: response.body, as: UTF8.self).contains("not_found"))
        }
    }

    @Test func streamsABodyToAClosure() async throws {
        try await withServer { url in
            let taken = Atomic<Int>(0)
            let response = try await client.download(ClientRequest("GET", "\(url)/large")) { bytes in
                taken.wrappingAdd(bytes.count, ordering: .relaxed)
            }
            #expect(taken.load(ordering: .relaxed) == 4 << 20)
            #expect(response.body.isEmpty)
            let missing = try await client.download(ClientRequest("GET", "\(url)/nothing")) { _ in
                Issue.record("an error's body went to the closure")
            }
            #expect(missing.status == 404 && !missing.body.isEmpty)
        }
    }

    private struct Enough: Error {}

    @Test func aClosureThatThrowsEndsTheDownload() async throws {
        try await withServer { url in
            await #expect(throws: Enough.self) {
                try await client.download(ClientRequest("GET", "\(url)/endless")) { _ in throw Enough() }
            }
        }
    }

    @Test func refusesAnAnswerLongerThanAllowed() async throws {
        try await withServer { url in
            let error = await #expect(throws: ClientError.self) {
                try await client.send(ClientRequest("GET", "\(url)/large"), limit: 1 << 20)
            }
            #expect(error?.code == .tooLarge)
        }
    }

    @Test func saysWhyThereIsNoAnswer() async throws {
        try await withServer { url in
            var slow = ClientRequest("GET", "\(url)/slow")
            slow.timeout = .milliseconds(100)
            await #expect(failure(of: slow) == .timedOut)
        }
        // the port of discard: nothing listens on it here
        await #expect(failure(of: ClientRequest("GET", "http://127.0.0.1:9/")) == .unreachable)
        for url in ["file:///etc/passwd", "http://"] {
            await #expect(failure(of: ClientRequest("GET", url)) == .invalidAddress)
        }
    }

    private func failure(of request: ClientRequest) async -> ClientError.Code? {
        do {
            let response = try await client.send(request)
            Issue.record("answered with \(response.status)")
            return nil
        } catch {
            return (error as? ClientError)?.code
        }
    }

    @Test func cancellationEndsAnExchange() async throws {
        try await withServer { url in
            let client = client
            let started = AsyncStream<Void>.makeStream()
            let task = Task {
                try await client.download(ClientRequest("GET", "\(url)/endless")) { _ in started.continuation.yield() }
            }
            for await _ in started.stream { break }
            task.cancel()
            let error = await #expect(throws: ClientError.self) { try await task.value }
            #expect(error?.code == .cancelled)
        }
    }
}
