import HTTPServer
import JSON
import Testing

@testable import CommandLine

/// Commands against a real HTTP server that answers as the API does.
@Suite(.timeLimit(.minutes(10))) struct ClientCommandTests {
    private func withServer(_ routes: (inout Router) -> Void, _ body: (String) async throws -> Void) async throws {
        var router = Router()
        routes(&router)
        let server = HTTPServer(configuration: .init(), router: router)
        try server.start()
        try await body("http://127.0.0.1:\(server.boundPort)")
        await server.stop()
    }

    private static let topics: JSONValue = [
        "items": [
            ["name": "weather", "partitions": 1, "messages": 14509, "low": 0, "high": 14509, "rate_per_second": 210.5],
            ["name": "weather.labels", "partitions": 1, "messages": 7, "low": 0, "high": 7, "rate_per_second": 0.0],
        ],
        "next": nil,
    ]

    @Test func listsAreTablesForPeople() async throws {
        try await withServer({ $0.on(.get, "/api/v1/topics") { _ in .json(Self.topics) } }) { url in
            let terminal = TestTerminal(server: url)
            #expect(await terminal.run(["topics"]) == 0)
            #expect(
                terminal.output == """
                    TOPIC           PARTITIONS  MESSAGES  LOW   HIGH  RATE/S
                    weather                  1     14509    0  14509   210.5
                    weather.labels           1         7    0      7       0

                    """
            )
        }
    }

    @Test func listsAreTheServersJSONForPrograms() async throws {
        try await withServer({ $0.on(.get, "/api/v1/topics") { _ in .json(Self.topics) } }) { url in
            let terminal = TestTerminal()
            #expect(await terminal.run(["topics", "list", "--json", "--server", url + "/"]) == 0)
            let printed = try JSONValue.parse(terminal.output)
            #expect(printed == Self.topics)
        }
    }

    @Test(arguments: [(404, Int32(3)), (409, 5), (400, 5), (500, 1), (503, 1)])
    func theServersRefusalIsSaidAndGivesItsStatus(status: Int, expected: Int32) async throws {
        let failing: HTTPHandler = { _ in throw HTTPError(status: status, message: "the reason and the remedy") }
        try await withServer({ $0.on(.get, "/api/v1/runs/{id}", failing) }) { url in
            let terminal = TestTerminal(server: url)
            #expect(await terminal.run(["runs", "show", "abc"]) == expected)
            #expect(terminal.errors == "martlet: the reason and the remedy\n")
        }
    }

    @Test func aServerThatDoesNotAnswerIsSaid() async {
        // the port of discard: nothing listens on it here
        let terminal = TestTerminal(server: "http://127.0.0.1:9")
        #expect(await terminal.run(["runs"]) == 4)
        #expect(terminal.errors.contains("no server answers at http://127.0.0.1:9: start it with 'martlet serve'"))
    }

    @Test func namesAreEscapedInAddresses() async throws {
        let handler: HTTPHandler = { request in
            .json(["run_id": .string(request.parameters["id"] ?? ""), "name": .string(request.path)])
        }
        try await withServer({ $0.on(.get, "/api/v1/runs/{id}", handler) }) { url in
            let terminal = TestTerminal(server: url)
            #expect(await terminal.run(["runs", "show", "a/b?c d", "--json"]) == 0)
            let answer = try JSONValue.parse(terminal.output)
            #expect(answer["run_id"] == "a/b?c d")
            #expect(answer["name"] == "/api/v1/runs/a%2Fb%3Fc%20d")
        }
    }

    @Test func linesOfStandardInputBecomeMessages() async throws {
        let handler: HTTPHandler = { request in
            let body = try JSONValue.parse(try await request.body())
            let isRight =
                body == ["messages": [["value": "one", "key": "k"], ["value": "{\"two\":2}", "key": "k"]]]
                && request.headers["Content-Type"] == "application/json"
            return .json(["offsets": [0, 1]], status: isRight ? 201 : 400)
        }
        try await withServer({ $0.on(.post, "/api/v1/topics/{name}/messages", handler) }) { url in
            let terminal = TestTerminal(server: url, lines: ["one", "{\"two\":2}"])
            #expect(await terminal.run(["topics", "produce", "t", "--key", "k"]) == 0)
            #expect(terminal.output == "wrote 2 messages\n")
        }
    }

    @Test func consumePagesUntilTheEnd() async throws {
        let handler: HTTPHandler = { request in
            let first = request.query.first("offset").flatMap { Int64($0) } ?? 0
            let items = (first..<min(first + 2, 5)).map { offset -> JSONValue in
                ["offset": .int(offset), "time": "t", "key": nil, "value": ["n": .int(offset)]]
            }
            let next = first + Int64(items.count)
            return .json(["items": .array(items), "next": next < 5 ? .string("\(next)") : .null, "high": 5])
        }
        let routes: (inout Router) -> Void = { router in
            router.on(.get, "/api/v1/topics/{name}/messages", handler)
            router.on(.get, "/api/v1/topics/{name}") { _ in .json(["name": "t", "partitions": 2]) }
        }
        try await withServer(routes) { url in
            let one = TestTerminal(server: url)
            #expect(await one.run(["topics", "consume", "t", "--partition", "0", "--from", "oldest"]) == 0)
            #expect(one.output.split(separator: "\n").map { $0.prefix(1) } == ["0", "1", "2", "3", "4"])
            let all = TestTerminal(server: url)
            #expect(await all.run(["topics", "consume", "t", "--from", "oldest"]) == 0)
            let places = (0..<2).flatMap { partition in (0..<5).map { "\(partition):\($0)" } }
            #expect(all.output.split(separator: "\n").map { $0.prefix(3) } == places.map { $0[...] })
        }
    }

    @Test func theOnlyProjectNeedsNoName() async throws {
        let routes: (inout Router) -> Void = { router in
            router.on(.get, "/api/v1/loops") { _ in .json(["items": [["project": "weather"]], "next": nil]) }
            router.on(.get, "/api/v1/loops/{project}/steps") { request in
                .json(["items": [["number": 1, "kind": "trained", "title": "Trained \u{1B}[31mrain"]], "next": nil])
            }
        }
        try await withServer(routes) { url in
            let terminal = TestTerminal(server: url)
            #expect(await terminal.run(["loop", "steps"]) == 0)
            #expect(terminal.output.contains("Trained ·[31mrain"))
        }
        try await withServer({ $0.on(.get, "/api/v1/loops") { _ in .json(["items": []]) } }) { url in
            let terminal = TestTerminal(server: url)
            #expect(await terminal.run(["loop", "steps"]) == 3)
        }
    }

    @Test func watchPrintsStepsUntilTheStreamEnds() async throws {
        let routes: (inout Router) -> Void = { router in
            router.on(.get, "/api/v1/events") { _ in
                let step: JSONValue = [
                    "project": "weather", "change": "step",
                    "data": ["kind": "promoted", "title": "Promoted rain 2", "at": "2026-01-01T00:00:00.000Z"],
                ]
                let other: JSONValue = ["project": "other", "change": "step", "data": ["title": "elsewhere"]]
                let text = [step, other].map { "id: 1\nevent: loop\ndata: \($0)\n\n" }.joined()
                return HTTPResponse(
                    body: .stream(contentLength: nil) { writer in
                        for byte in text.utf8 { try await writer.write([byte]) }
                    }
                )
            }
        }
        try await withServer(routes) { url in
            let terminal = TestTerminal(server: url)
            #expect(await terminal.run(["loop", "watch", "weather"]) == 1)
            #expect(terminal.output == "2026-01-01T00:00:00.000Z  step promoted  Promoted rain 2\n")
            #expect(terminal.errors == "martlet: the server has ended the stream\n")
        }
    }
}
