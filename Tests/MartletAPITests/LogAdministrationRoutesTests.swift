import Broker
import HTTPServer
import JSON
import Streams
import Testing

/// Settings of topics, consumer groups and users.
@Suite(.timeLimit(.minutes(2))) struct LogAdministrationRoutesTests {
    private func setting(_ topic: JSONValue, _ name: String) -> JSONValue? {
        topic["settings"]?.arrayValue?.first { $0["name"]?.stringValue == name }
    }

    @Test func settingsAreGivenChangedAndGivenBack() async throws {
        let api = try await APIFixture()
        let body: JSONValue = ["name": "t", "settings": ["retention.ms": "5000", "max.message.bytes": "3000"]]
        #expect(await api.send(.post, "/api/v1/topics", body).status == 201)
        let made = await api.send(.get, "/api/v1/topics/t").answer
        #expect(setting(made, "retention.ms") == ["name": "retention.ms", "value": "5000", "is_own": true])
        #expect(setting(made, "segment.ms")?["is_own"] == false)

        let changes: JSONValue = ["settings": ["retention.ms": nil, "cleanup.policy": "compact"], "partitions": 3]
        let changed = await api.send(.patch, "/api/v1/topics/t", changes)
        #expect(changed.status == 200)
        #expect(changed.answer["partitions"] == 3)
        #expect(setting(changed.answer, "retention.ms")?["value"] == "604800000")
        #expect(setting(changed.answer, "cleanup.policy")?["value"] == "compact")
        #expect(setting(changed.answer, "max.message.bytes")?["value"] == "3000")
        await api.broker.stop()
    }

    @Test func changesThatCannotBeAreRefused() async throws {
        let api = try await APIFixture()
        _ = await api.send(.post, "/api/v1/topics", ["name": "t", "partitions": 2])
        let refused: [(JSONValue, Int)] = [
            ([:], 400), (["settings": [:]], 400), (["settings": ["retention.ms": 5]], 400),
            (["settings": ["no.such": "1"]], 400), (["settings": ["retention.ms": "soon"]], 400),
            (["partitions": 1], 400), (["partitions": 0], 400),
        ]
        for (body, status) in refused {
            let (got, answer) = await api.send(.patch, "/api/v1/topics/t", body)
            #expect(got == status, "\(body): \(answer)")
        }
        #expect(await api.send(.patch, "/api/v1/topics/none", ["partitions": 3]).status == 404)
        await api.broker.stop()
    }

    @Test func groupsShowTheirLagAndGo() async throws {
        let api = try await APIFixture()
        _ = await api.send(.post, "/api/v1/topics", ["name": "t"])
        let messages: JSONValue = ["messages": [["value": "a"], ["value": "b"], ["value": "c"]]]
        #expect(await api.send(.post, "/api/v1/topics/t/messages", messages).status == 201)
        let streams = StreamConfiguration(bootstrapServers: "127.0.0.1:\(api.broker.boundPort ?? 0)")
        try await StreamAdmin(streams).group("readers").commit([TopicPartition("t", 0): 1])

        let listed = await api.send(.get, "/api/v1/groups").answer["items"]?.arrayValue
        #expect(listed == [["name": "readers", "state": "Empty", "members": 0, "topics": 1, "lag": 2]])
        let group = await api.send(.get, "/api/v1/groups/readers").answer
        #expect(
            group["partitions"] == [
                ["topic": "t", "partition": 0, "committed": 1, "low": 0, "high": 3, "lag": 2, "member": nil]
            ]
        )
        #expect(await api.send(.get, "/api/v1/groups/nobody").status == 404)
        #expect(await api.send(.delete, "/api/v1/groups/readers").status == 204)
        #expect(await api.send(.delete, "/api/v1/groups/readers").status == 404)
        await api.broker.stop()
    }

    @Test func aPasswordThatWasMadeIsShownOnce() async throws {
        let api = try await APIFixture()
        let made = await api.send(.post, "/api/v1/users", ["name": "ann"])
        #expect(made.status == 201)
        #expect(made.answer["password"]?.stringValue?.count == 40)
        let given = await api.send(.post, "/api/v1/users", ["name": "bob", "password": "battery staple"])
        #expect(given.answer["password"] == nil)
        let listed = await api.send(.get, "/api/v1/users").answer["items"]?.arrayValue ?? []
        #expect(listed.map { $0["name"] } == ["ann", "bob"])
        #expect(listed.allSatisfy { $0["password"] == nil })
        #expect(await api.send(.post, "/api/v1/users", ["name": "ann"]).status == 409)
        #expect(await api.send(.post, "/api/v1/users", ["name": "two words"]).status == 400)
        #expect(await api.send(.delete, "/api/v1/users/ann").status == 204)
        #expect(await api.send(.delete, "/api/v1/users/ann").status == 404)
        await api.broker.stop()
    }
}
