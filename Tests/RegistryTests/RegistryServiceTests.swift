import SQLStore
import Testing

@testable import Registry

@Suite struct RegistryServiceTests {
    private let fixture: RegistryFixture
    private var registry: RegistryService { fixture.registry }

    init() async throws {
        fixture = try await RegistryFixture()
    }

    @Test func aVersionKnowsItsRunItsFilesAndItsData() async throws {
        try await fixture.register("rain", versions: 1)
        let version = try await registry.version("rain", 1)
        #expect(version.run == "r1")
        #expect(version.location == "mlflow-artifacts:/0/models/m-1/artifacts")
        #expect(try await registry.modelFiles("rain", 1) == ["MLmodel": "/blobs/1"])
        let lineage = try await registry.lineage(of: "rain", 1)
        #expect(lineage.run == "r1")
        #expect(lineage.datasets.map(\.name) == ["weather"])
    }

    @Test(arguments: [[], ["name DESC"], ["version_number", "name"], ["creation_timestamp DESC"]])
    func versionsArePagedInEveryOrderWhileOthersComeIn(order: [String]) async throws {
        for name in ["rain", "snow"] { try await fixture.register(name, versions: 4) }
        for version in Int64(1)...4 {
            try await registry.setTag(RegistryTag("of", "rain \(version)"), of: "rain", version)
            try await registry.setAlias("a\(version)", of: "snow", to: version)
        }
        _ = try await registry.createModel("wind")
        var found: [ModelVersion] = []
        var token: String?
        repeat {
            let filter = "name IN ('rain', 'snow') AND version_number < 5"
            let search = RegistrySearch(filter: filter, orderBy: order, limit: 3, pageToken: token)
            let page = try await registry.searchVersions(search)
            found += page.items
            token = page.next
            _ = try await registry.createVersion(fixture.draft("rain", "models:/m-1", model: "m-1"))
        } while token != nil && found.count < 20
        #expect(
            found.map { "\($0.name) \($0.version)" }.sorted()
                == ["rain", "snow"].flatMap { name in
                    (1...4).map { "\(name) \($0)" }
                }
        )
        for version in found {
            #expect(version.tags == (version.name == "rain" ? [RegistryTag("of", "rain \(version.version)")] : []))
            #expect(version.aliases == (version.name == "snow" ? ["a\(version.version)"] : []))
        }
    }

    @Test func modelsArePagedWithTheirAliasesAndLatestVersions() async throws {
        for name in ["c", "a", "b"] {
            try await fixture.register(name, versions: 3)
            _ = try await registry.setStage(.production, of: name, 2)
            try await registry.setAlias("champion", of: name, to: 2)
            try await registry.setTag(RegistryTag("of", name), ofModel: name)
        }
        let first = try await registry.searchModels(RegistrySearch(filter: nil, orderBy: [], limit: 2, pageToken: nil))
        let next = try await registry.searchModels(
            RegistrySearch(filter: nil, orderBy: [], limit: 2, pageToken: first.next)
        )
        let found = first.items + next.items
        #expect(found.map(\.name) == ["a", "b", "c"])
        #expect(next.next == nil)
        for model in found {
            #expect(model.latestVersions.map(\.version) == [2, 3])
            #expect(model.latestVersions.map(\.aliases) == [["champion"], []])
            #expect(model.aliases.map(\.name) == ["champion"])
            #expect(model.tags == [RegistryTag("of", model.name)])
        }
    }

    @Test func promotionIsOneActWithAHistoryThatSurvivesReopening() async throws {
        try await fixture.register("rain", versions: 2)
        let moves = registry.aliasChanges()
        try await registry.setAlias("champion", of: "rain", to: 1, actor: "ada", reason: "first")
        try await registry.setAlias("champion", of: "rain", to: 2, actor: "gate", reason: "AUC 0.84 against 0.71")
        let again = try await registry.setAlias("champion", of: "rain", to: 2, actor: "gate", reason: "again")
        #expect(again == nil)
        #expect(try await registry.version("rain", alias: "champion").version == 2)
        var heard: [Int64?] = []
        for await move in moves {
            heard.append(move.to)
            if heard.count == 2 { break }
        }
        #expect(heard == [1, 2])
        fixture.database.close()
        let reopened = try await RegistryFixture(in: fixture.folder)
        let history = try await reopened.registry.aliasHistory(of: "rain", alias: "champion")
        #expect(history.map(\.from) == [1, nil])
        #expect(history.map(\.to) == [2, 1])
        #expect(history.first?.actor == "gate")
        #expect(history.first?.reason == "AUC 0.84 against 0.71")
    }

    @Test func aDeletedVersionTakesItsAliasesAlongAndItsNumberIsNotUsedAgain() async throws {
        try await fixture.register("rain", versions: 2)
        try await registry.setAlias("champion", of: "rain", to: 2)
        try await registry.deleteVersion("rain", 2)
        let error = await #expect(throws: RegistryError.self) { try await registry.version("rain", alias: "champion") }
        #expect(error?.message == "Registered model alias champion not found.")
        #expect(try await registry.aliasHistory(of: "rain").map(\.to) == [nil, 2])
        let next = try await registry.createVersion(fixture.draft("rain", "models:/m-1", model: "m-1"))
        #expect(next.version == 3)
        #expect(try await registry.version("rain", alias: "latest").version == 3)
    }

    @Test(arguments: [
        ("latest", "reserved"), ("LATEST", "reserved"), ("v1", "Version alias name 'v1' is reserved."),
        ("a b", "Invalid alias name: 'a b'"), (String(repeating: "a", count: 256), "maximum length of 255"),
    ])
    func unusableAliasesAreRefused(alias: String, fragment: String) async throws {
        try await fixture.register("rain", versions: 1)
        let error = await #expect(throws: RegistryError.self) {
            try await registry.setAlias(alias, of: "rain", to: 1)
        }
        #expect(error?.message.contains(fragment) == true)
    }

    @Test func stagesMoveAndArchive() async throws {
        try await fixture.register("rain", versions: 2)
        _ = try await registry.setStage(.production, of: "rain", 1)
        _ = try await registry.setStage(.production, of: "rain", 2, archivingOthers: true)
        #expect(try await registry.version("rain", 1).stage == .archived)
        let latest = try await registry.latestVersions(of: "rain", stages: [])
        #expect(latest.map(\.version) == [1, 2])
        await #expect(throws: RegistryError.self) {
            try await registry.setStage(.none, of: "rain", 1, archivingOthers: true)
        }
        #expect(throws: RegistryError.self) { try ModelStage(parsing: "Nope") }
        #expect(try ModelStage(parsing: "production") == .production)
    }

    @Test func renamingTakesEverythingAlong() async throws {
        try await fixture.register("rain", versions: 1)
        try await fixture.register("snow", versions: 0)
        try await registry.setAlias("champion", of: "rain", to: 1)
        _ = try await registry.renameModel("rain", to: "drizzle")
        #expect(try await registry.version("drizzle", alias: "champion").name == "drizzle")
        #expect(try await registry.aliasHistory(of: "drizzle").count == 1)
        let error = await #expect(throws: RegistryError.self) { try await registry.renameModel("drizzle", to: "snow") }
        #expect(error?.code == .alreadyExists)
        await #expect(throws: RegistryError.noModel("rain")) { try await registry.model("rain") }
    }

    @Test func promptsAreFoundOnlyWhenAskedFor() async throws {
        _ = try await registry.createModel("model")
        _ = try await registry.createModel("prompt", tags: [RegistryTag("mlflow.prompt.is_prompt", "true")])
        func names(_ filter: String?) async throws -> [String] {
            try await registry.searchModels(RegistrySearch(filter: filter)).items.map(\.name)
        }
        #expect(try await names(nil) == ["model"])
        #expect(try await names("name LIKE '%' AND tag.`mlflow.prompt.is_prompt` != 'true'") == ["model"])
        #expect(try await names("tags.`mlflow.prompt.is_prompt` = 'true'") == ["prompt"])
        let error = await #expect(throws: RegistryError.self) { try await registry.createModel("prompt") }
        #expect(error?.message.hasPrefix("Tried to create a registered model with name 'prompt'") == true)
    }

    @Test func searchesOfVersionsKnowTheirAttributes() async throws {
        try await fixture.register("rain", versions: 3)
        try await registry.setTag(RegistryTag("gate", "passed"), of: "rain", 2)
        func versions(_ filter: String, _ orderBy: [String] = ["version_number"]) async throws -> [Int64] {
            try await registry.searchVersions(RegistrySearch(filter: filter, orderBy: orderBy)).items.map(\.version)
        }
        #expect(try await versions("name = 'rain' AND version_number >= 2") == [2, 3])
        #expect(try await versions("run_id IN ('r1')", ["version_number DESC"]) == [3, 2, 1])
        #expect(try await versions("tags.gate = 'passed' OR version_number = '3'") == [2, 3])
        for (filter, fragment) in [
            ("current_stage = 'x'", "Invalid attribute key 'current_stage'"),
            ("version_number LIKE 'x'", "Invalid comparator for attribute version_number: LIKE"),
            ("name > 'x'", "Invalid comparator for attribute: >"), ("tags.a IS NULL", "not supported"),
            ("name = 1", "list of quoted string values for attributes. Got value 1"),
        ] {
            let error = await #expect(throws: RegistryError.self) { try await versions(filter) }
            #expect(error?.message.contains(fragment) == true, "\(error?.message ?? "")")
        }
    }

    @Test func pagesHoldEveryModelOnce() async throws {
        for index in 0..<5 { _ = try await registry.createModel("m\(index)") }
        var search = RegistrySearch(limit: 2)
        var names: [String] = []
        repeat {
            let page = try await registry.searchModels(search)
            names += page.items.map(\.name)
            search.pageToken = page.next
        } while search.pageToken != nil
        #expect(names == ["m0", "m1", "m2", "m3", "m4"])
    }

    @Test(arguments: ["a/b", "a:b", "  ", "..", ""])
    func unusableNamesAreRefused(name: String) async throws {
        let error = await #expect(throws: RegistryError.self) { try await registry.createModel(name) }
        #expect(error?.code == .invalidParameter)
    }
}
