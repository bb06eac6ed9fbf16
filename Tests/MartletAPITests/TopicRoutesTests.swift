import Broker
import HTTPServer
import JSON
import Testing

@Suite(.timeLimit(.minutes(10))) struct TopicRoutesTests {
    @Test func topicsAreMadeWrittenReadAndDeleted() async throws {
        let api = try await APIFixture()
        #expect(await api.send(.post, "/api/v1/topics", ["name": "t", "partitions": 2]).status == 201)
        #expect(await api.send(.post, "/api/v1/topics", ["name": "t"]).status == 409)

        let messages: JSONValue = [
            "messages": [
                ["value": ["n": 1], "partition": 1, "timestamp": 86_400_000],
                ["value": "text", "key": "k", "partition": 1],
                ["value": nil, "key": "k", "partition": 1],
            ]
        ]
        let written = await api.send(.post, "/api/v1/topics/t/messages", messages)
        #expect(written.status == 201)
        #expect(written.answer["offsets"] == [0, 1, 2])

        let read = await api.send(.get, "/api/v1/topics/t/messages?partition=1&from=oldest")
        let items = try #require(read.answer["items"]?.arrayValue)
        #expect(items.map { $0["value"] } == [["n": 1], "text", JSONValue.null])
        #expect(items.map { $0["encoding"] } == ["json", "text", "none"])
        #expect(items.first?["time"] == "1970-01-02T00:00:00.000Z")
        #expect(read.answer["next"] == .null)

        let page = await api.send(.get, "/api/v1/topics/t/messages?partition=1&offset=1&limit=1")
        #expect(page.answer["items"]?.arrayValue?.map { $0["offset"] } == [1])
        #expect(page.answer["next"] == "2")
        let newest = await api.send(.get, "/api/v1/topics/t/messages?partition=1&limit=1")
        #expect(newest.answer["items"]?[0]?["offset"] == 2)

        let topic = await api.send(.get, "/api/v1/topics/t").answer
        #expect(topic["messages"] == 3)
        #expect(topic["partition_offsets"]?[1] == ["partition": 1, "low": 0, "high": 3])
        #expect(await api.send(.get, "/api/v1/topics").answer["items"]?[0]?["name"] == "t")

        #expect(await api.send(.delete, "/api/v1/topics/t").status == 204)
        #expect(await api.send(.get, "/api/v1/topics/t").status == 404)
        await api.broker.stop()
    }

    @Test func badRequestsAreNamed() async throws {
        let api = try await APIFixture()
        _ = await api.send(.post, "/api/v1/topics", ["name": "t"])
        let refused: [(String, Int)] = [
            ("/api/v1/topics/none", 404), ("/api/v1/topics/none/messages", 404),
            ("/api/v1/topics/t/messages?partition=7", 404), ("/api/v1/topics/t/messages?offset=9", 416),
            ("/api/v1/topics/t/messages?limit=0", 400), ("/api/v1/topics/t/messages?limit=x", 400),
            ("/api/v1/topics/t/messages?from=middle", 400), ("/api/v1/topics/t/messages?form=oldest", 400),
        ]
        for (target, status) in refused {
            let (got, answer) = await api.send(.get, target)
            #expect(got == status, "\(target)")
            #expect(answer["error"]?["message"]?.stringValue?.isEmpty == false)
        }
        let bodies: [JSONValue] = [
            ["messages": []], ["messages": ["x"]], ["messages": [["key": "k"]]], [:], [1],
            ["messages": [["value": 1, "partition": 3]]], ["messages": [["value": 1, "key": 3]]],
        ]
        for body in bodies {
            #expect(await api.send(.post, "/api/v1/topics/t/messages", body).status == 400, "\(body)")
        }
        #expect(await api.send(.post, "/api/v1/topics", ["name": "u"], contentType: "text/plain").status == 415)
        #expect(await api.send(.get, "/api/v1/topics/t").answer["messages"] == 0)
        await api.broker.stop()
    }
}
