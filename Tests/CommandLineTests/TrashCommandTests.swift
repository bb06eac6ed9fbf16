import HTTPServer
import JSON
import Testing

@testable import CommandLine

/// Runs, models and the trash against a real HTTP server that answers as the API does.
@Suite(.timeLimit(.minutes(10))) struct TrashCommandTests {
    private func withServer(_ routes: (inout Router) -> Void, _ body: (TestTerminal) async throws -> Void) async throws
    {
        var router = Router()
        routes(&router)
        let server = HTTPServer(configuration: .init(), router: router)
        try server.start()
        try await body(TestTerminal(server: "http://127.0.0.1:\(server.boundPort)"))
        await server.stop()
    }

    @Test func purgingTakesOneOfThreeForms() async throws {
        let routes: (inout Router) -> Void = { router in
            router.on(.delete, "/api/v1/trash/{id}") { request in
                #expect(request.parameters["id"] == "run-1")
                return .json(["purged": 1, "freed_bytes": 30])
            }
            router.on(.post, "/api/v1/trash/purge") { request in
                let body = try JSONValue.parse(try await request.body())
                return .json(["purged": body["older_than_days"] ?? .null, "freed_bytes": 0])
            }
        }
        try await withServer(routes) { terminal in
            #expect(await terminal.run(["trash", "purge", "run-1"]) == 0)
            #expect(await terminal.run(["trash", "purge", "--older-than", "7"]) == 0)
            #expect(await terminal.run(["trash", "purge", "--all"]) == 0)
            #expect(
                terminal.output == """
                    purged 1, which freed 30 bytes
                    purged 7, which freed 0 bytes
                    purged 0, which freed 0 bytes

                    """
            )
            #expect(await terminal.run(["trash", "purge"]) == 2)
            #expect(await terminal.run(["trash", "purge", "run-1", "--all"]) == 2)
        }
    }

    @Test func comparedRunsStandSideBySide() async throws {
        let answer: JSONValue = [
            "runs": [
                ["run_id": "a", "name": "one", "status": "FINISHED"],
                ["run_id": "b", "name": "two", "status": "FAILED"],
            ],
            "parameters": [
                ["key": "depth", "differs": true, "values": ["2", "8"]],
                ["key": "seed", "differs": false, "values": ["1", "1"]],
            ],
            "metrics": [], "tags": [],
        ]
        let routes: (inout Router) -> Void = { router in
            router.on(.get, "/api/v1/runs/compare") { request in
                #expect(request.query.all("run") == ["a", "b"])
                return .json(answer)
            }
        }
        try await withServer(routes) { terminal in
            #expect(await terminal.run(["runs", "compare", "a", "b", "--differing"]) == 0)
            #expect(
                terminal.output == """

                    runs
                    RUN  NAME  STATUS
                    a    one   FINISHED
                    b    two   FAILED

                    parameters
                    NAME   one  two  DIFFERS
                    depth  2    8    yes

                    """
            )
        }
    }

    @Test func aPromotionNeedsAReasonAndMovesTheChampion() async throws {
        let routes: (inout Router) -> Void = { router in
            router.on(.post, "/api/v1/models/{name}/aliases/{alias}") { request in
                let body = try JSONValue.parse(try await request.body())
                #expect(request.parameters["alias"] == "champion")
                #expect(body == ["version": 2, "reason": "AUC", "actor": "command line"])
                return .json(["change": ["from": 1]])
            }
        }
        try await withServer(routes) { terminal in
            #expect(await terminal.run(["models", "promote", "rain", "2"]) == 2)
            #expect(await terminal.run(["models", "promote", "rain", "x", "--reason", "AUC"]) == 2)
            #expect(await terminal.run(["models", "promote", "rain", "2", "--reason", "AUC"]) == 0)
            #expect(terminal.output == "rain@champion is version 2: moved\n")
        }
    }
}
