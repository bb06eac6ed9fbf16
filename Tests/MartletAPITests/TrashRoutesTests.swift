import Broker
import HTTPServer
import JSON
import Registry
import Testing
import Tracking
import Trash

@Suite(.timeLimit(.minutes(10))) struct TrashRoutesTests {
    private func run(_ name: String, bytes: [UInt8], in api: APIFixture) async throws -> RunInfo {
        var draft = RunDraft(experiment: .standard)
        draft.name = name
        let info = try await api.tracking.createRun(draft).info
        let folder = try #require(ArtifactPath(location: info.artifactLocation))
        try await api.tracking.artifacts.store(bytes, at: folder.appending(ArtifactPath(parsing: "a")))
        return info
    }

    @Test func whatWasDeletedIsListedRestoredAndPurged() async throws {
        let api = try await APIFixture()
        let first = try await run("first", bytes: [1, 2, 3], in: api)
        let second = try await run("second", bytes: [1, 2, 3], in: api)
        for id in [first.id, second.id] { #expect(await api.send(.delete, "/api/v1/runs/\(id)").status == 204) }
        let listed = await api.send(.get, "/api/v1/trash").answer["items"]?.arrayValue ?? []
        #expect(Set(listed.compactMap { $0["name"]?.stringValue }) == ["first", "second"])
        #expect(listed.allSatisfy { $0["bytes"] == 3 && $0["frees_bytes"] == 0 }, "they share their content")
        let page = await api.send(.get, "/api/v1/trash?limit=1").answer
        #expect(page["next"] == "1")
        #expect(await api.send(.get, "/api/v1/trash?limit=1&cursor=1").answer["next"] == .null)

        #expect(await api.send(.post, "/api/v1/trash/run-\(first.id)/restore", [:]).answer["kind"] == "run")
        #expect(await api.send(.post, "/api/v1/trash/run-\(first.id)/restore", [:]).status == 404)
        #expect(await api.send(.get, "/api/v1/runs/\(first.id)").answer["deleted"] == false)
        let purged = await api.send(.delete, "/api/v1/trash/run-\(second.id)")
        #expect(purged.answer == ["purged": 1, "freed_bytes": 0])
        #expect(await api.send(.get, "/api/v1/runs/\(second.id)").status == 404)
        #expect(await api.send(.delete, "/api/v1/trash/run-\(second.id)").status == 404)

        #expect(await api.send(.delete, "/api/v1/runs/\(first.id)").status == 204)
        let old = await api.send(.post, "/api/v1/trash/purge", ["older_than_days": 1])
        #expect(old.answer == ["purged": 0, "freed_bytes": 0])
        let all = await api.send(.post, "/api/v1/trash/purge", ["older_than_days": 0])
        #expect(all.answer == ["purged": 1, "freed_bytes": 3])
        #expect(await api.send(.post, "/api/v1/trash/purge", [:]).status == 400)
        #expect(await api.send(.post, "/api/v1/trash/run-x/restore", ["name": "y"]).status == 404)
        await api.broker.stop()
    }

    @Test func aVersionRegisteredWhileItsRunIsPurgedHasItsFilesOrIsRefused() async throws {
        let api = try await APIFixture()
        _ = try await api.registry.createModel("rain")
        for index in UInt8(0)..<20 {
            let info = try await run("r\(index)", bytes: [index, 1, 2], in: api)
            try await api.tracking.deleteRun(info.id)
            var draft = ModelVersionDraft(name: "rain", source: info.artifactLocation)
            draft.run = info.id.text
            async let freed = api.trash.purge("run-\(info.id)")
            async let registered = try? api.registry.createVersion(draft)
            let (bytes, version) = try await (freed, registered)
            #expect(bytes == (version == nil ? 3 : 0))
            if let version { #expect(try await api.registry.modelFiles("rain", version.version).count == 1) }
        }
        await api.broker.stop()
    }

    @Test func emptyingItTwiceAtOnceIsNoFailure() async throws {
        let api = try await APIFixture()
        for index in UInt8(0)..<5 {
            let info = try await run("r", bytes: [index, index, index], in: api)
            try await api.tracking.deleteRun(info.id)
        }
        let trash = api.trash
        async let first = trash.purge(deletedBefore: .max)
        async let second = trash.purge(deletedBefore: .max)
        let (one, other) = try await (first, second)
        #expect(one.items + other.items == 5)
        #expect(one.bytes + other.bytes == 15)
        await api.broker.stop()
    }

    @Test func theServicePurgesWhatHasExpiredAndSweeps() async throws {
        let api = try await APIFixture()
        let info = try await run("kept", bytes: [1], in: api)
        try await api.tracking.deleteRun(info.id)
        _ = try await api.registry.createModel("rain")
        try await api.registry.deleteModel("rain")
        let (before, _) = try await api.trash.list(limit: 10)
        #expect(before.map(\.item.kind) == [.registeredModel, .run])
        #expect(before.allSatisfy { ($0.expiresAt ?? 0) - $0.item.deletedAt == 30 * 86_400_000 })
        let service = api.trash
        let running = Task { try await service.run() }
        await service.stop()
        try await running.value
        let (after, _) = try await api.trash.list(limit: 10)
        #expect(after == before, "thirty days are not over")
        await api.broker.stop()
    }
}
