import SQLStore
import Synchronization
import TestSupport
import Testing

@testable import Registry

/// Keeps what it is told, or refuses it.
private final class Journal: RegistryJournal {
    struct Refused: Error {}

    private let events = Mutex<[RegistryEvent]>([])
    private let refuses = Mutex(false)

    var all: [RegistryEvent] { events.withLock { $0 } }

    func refuse() { refuses.withLock { $0 = true } }

    func record(_ event: RegistryEvent, in transaction: any SQLTransaction) throws {
        if refuses.withLock({ $0 }) { throw Refused() }
        events.withLock { $0.append(event) }
    }
}

@Suite struct RegistryJournalTests {
    private let folder: TemporaryDirectory
    private let journal = Journal()
    private let registry: RegistryService

    init() async throws {
        folder = try TemporaryDirectory()
        let database = try SQLiteDatabase(path: folder.path + "/martlet.sqlite")
        var origins = KnownOrigins()
        origins.runs = ["r1": "mlflow-artifacts:/0/r1/artifacts"]
        registry = try await RegistryService.open(database: database, origins: origins, journal: journal)
    }

    private func version(_ name: String, tags: [RegistryTag] = []) async throws -> ModelVersion {
        var draft = ModelVersionDraft(name: name, source: "mlflow-artifacts:/0/r1/artifacts/model")
        draft.run = "r1"
        draft.tags = tags
        return try await registry.createVersion(draft)
    }

    @Test func everyChangeIsTold() async throws {
        _ = try await registry.createModel("m", description: "d", tags: [RegistryTag("a", "b")])
        let made = try await version("m")
        try await registry.setTag(RegistryTag("k", "v"), ofModel: "m")
        try await registry.deleteTag("k", ofModel: "m")
        try await registry.setTag(RegistryTag("k", "v"), of: "m", 1)
        try await registry.deleteTag("k", of: "m", 1)
        try await registry.setAlias("champion", of: "m", to: 1)
        try await registry.deleteAlias("champion", of: "m")
        let changes: [RegistryChange] = [
            .modelCreated(description: "d", tags: [RegistryTag("a", "b")]), .versionCreated(made),
            .modelTagSet(RegistryTag("k", "v")), .modelTagDeleted(key: "k"),
            .versionTagSet(version: 1, RegistryTag("k", "v")), .versionTagDeleted(version: 1, key: "k"),
            .aliasSet("champion", version: 1), .aliasDeleted("champion"),
        ]
        #expect(journal.all == changes.map { RegistryEvent(model: "m", isPrompt: false, change: $0) })
    }

    @Test func changesOfPromptsAreToldAsSuch() async throws {
        let isPrompt = RegistryTag("mlflow.prompt.is_prompt", "true")
        _ = try await registry.createModel("p", tags: [isPrompt])
        try await registry.setTag(RegistryTag("k", "v"), ofModel: "p")
        #expect(journal.all.map(\.isPrompt) == [true, true])
    }

    @Test func whatTheJournalRefusesDoesNotHappen() async throws {
        _ = try await registry.createModel("m")
        _ = try await version("m")
        journal.refuse()
        await #expect(throws: Journal.Refused.self) { try await registry.createModel("n") }
        await #expect(throws: RegistryError.self) { try await registry.model("n") }
        await #expect(throws: Journal.Refused.self) { try await registry.setAlias("champion", of: "m", to: 1) }
        #expect(try await registry.model("m").aliases.isEmpty)
        #expect(try await registry.aliasHistory(of: "m").isEmpty)
    }
}
