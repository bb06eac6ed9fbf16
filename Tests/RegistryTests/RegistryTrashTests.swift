import Testing

@testable import Registry

@Suite struct RegistryTrashTests {
    private let fixture: RegistryFixture
    private var registry: RegistryService { fixture.registry }

    init() async throws {
        fixture = try await RegistryFixture()
    }

    @Test func aDeletedModelComesBackAsItWas() async throws {
        try await fixture.register("rain", versions: 3)
        try await registry.setTag(RegistryTag("team", "weather"), ofModel: "rain")
        try await registry.setTag(RegistryTag("k", "v"), of: "rain", 2)
        _ = try await registry.setDescription("says if it rains", ofModel: "rain")
        _ = try await registry.setStage(.production, of: "rain", 2)
        try await registry.setAlias("champion", of: "rain", to: 2, actor: "ann", reason: "best")
        try await registry.deleteVersion("rain", 3)
        let before = try await (registry.model("rain"), registry.versions(of: "rain"))

        try await registry.deleteModel("rain", actor: "bob")
        await #expect(throws: RegistryError.self) { try await registry.model("rain") }
        let item = try #require(try await registry.trash().first)
        #expect((item.name, item.version, item.actor, item.versions) == ("rain", nil, "bob", 3))

        try await registry.restore(trashed: item.id, as: nil, actor: "ann")
        let after = try await (registry.model("rain"), registry.versions(of: "rain"))
        #expect(after.0.tags == before.0.tags)
        #expect(after.0.aliases == before.0.aliases)
        #expect(after.0.description == before.0.description)
        #expect(after.1 == before.1)
        #expect(try await registry.trash().map(\.version) == [3], "what was in the trash by itself is there again")
        #expect(try await registry.createVersion(fixture.draft("rain", "models:/m-1", model: "m-1")).version == 4)
        let moves = try await registry.aliasHistory(of: "rain", alias: "champion")
        #expect(moves.map(\.to) == [2, nil, 2])
        #expect(moves.map(\.reason) == ["the model was restored", "the model was deleted", "best"])
    }

    @Test func aVersionComesBackWithoutItsAliases() async throws {
        try await fixture.register("rain", versions: 2)
        try await registry.setAlias("champion", of: "rain", to: 2)
        let before = try await registry.version("rain", 2)
        try await registry.deleteVersion("rain", 2, actor: "ann")
        _ = try await registry.renameModel("rain", to: "snow")
        let item = try #require(try await registry.trash().first)
        #expect((item.name, item.version, item.actor) == ("snow", 2, "ann"))
        try await registry.restore(trashed: item.id, as: nil, actor: "ann")
        let after = try await registry.version("snow", 2)
        #expect((after.source, after.run, after.createdAt) == (before.source, before.run, before.createdAt))
        #expect(after.aliases.isEmpty)
        #expect(try await registry.trash().isEmpty)
    }

    @Test func aNameThatIsTakenNeedsAnother() async throws {
        try await fixture.register("rain", versions: 1)
        try await registry.deleteModel("rain")
        try await fixture.register("rain", versions: 2)
        let item = try #require(try await registry.trash().first)
        let error = await #expect(throws: RegistryError.self) {
            try await registry.restore(trashed: item.id, as: nil, actor: "ann")
        }
        #expect(error?.code == .alreadyExists)
        await #expect(throws: RegistryError.self) {
            try await registry.restore(trashed: item.id, as: "a/b", actor: "ann")
        }
        try await registry.restore(trashed: item.id, as: "old rain", actor: "ann")
        #expect(try await registry.versions(of: "old rain").map(\.name) == ["old rain"])
        #expect(try await registry.versions(of: "rain").count == 2)
    }

    @Test func locationsCountAsLongAsAVersionCanComeBack() async throws {
        let place = "mlflow-artifacts:/0/models/m-1/artifacts"
        try await fixture.register("rain", versions: 1)
        #expect(try await registry.locationsInUse() == [place])
        try await registry.deleteModel("rain")
        let item = try #require(try await registry.trash().first)
        #expect(try await registry.locationsInUse() == [place])
        #expect(try await registry.locationsInUse(besidesTrashed: item.id).isEmpty)
        #expect(try await registry.locations(ofTrashed: item.id) == [place])
        try await registry.purge(trashed: item.id)
        #expect(try await registry.locationsInUse().isEmpty)
        await #expect(throws: RegistryError.self) { try await registry.purge(trashed: item.id) }
        await #expect(throws: RegistryError.self) {
            try await registry.restore(trashed: item.id, as: nil, actor: "ann")
        }
    }
}
