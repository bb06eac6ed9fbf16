import Files
import TestSupport
import Testing

@testable import SQLStore

@Suite struct SQLiteDatabaseTests {
    private let folder: TemporaryDirectory
    private let database: SQLiteDatabase

    init() async throws {
        folder = try TemporaryDirectory()
        database = try SQLiteDatabase(path: folder.path + "/test.sqlite")
        try await database.migrate([
            Migration(id: "test-001", statements: ["CREATE TABLE items (id INTEGER PRIMARY KEY, name TEXT UNIQUE)"])
        ])
    }

    @Test func anAcknowledgedWriteIsThereAfterReopening() async throws {
        try await database.write { try $0.execute("INSERT INTO items (name) VALUES (?)", ["a"]) }
        database.close()
        let again = try SQLiteDatabase(path: folder.path + "/test.sqlite")
        let names = try await again.read { try $0.query("SELECT name FROM items").map { try $0.text("name") } }
        #expect(names == ["a"])
    }

    @Test func aFileThatIsNoDatabaseIsCorrupt() throws {
        let path = folder.path + "/noise.sqlite"
        try File.replace(path, with: Array(repeating: 0x41, count: 8_192))
        let error = #expect(throws: SQLError.self) { try SQLiteDatabase(path: path) }
        #expect(error?.code == .corrupt)
        #expect(error?.remedy.isEmpty == false)
    }

    @Test func aMissingFolderIsNamed() throws {
        let error = #expect(throws: SQLError.self) { try SQLiteDatabase(path: folder.path + "/none/test.sqlite") }
        #expect(error?.code == .unavailable)
        #expect(error?.message.contains("/none/test.sqlite") == true)
    }

    @Test func aFullDatabaseRefusesAndKeepsWhatItHas() async throws {
        try await database.write { try $0.execute("INSERT INTO items (name) VALUES (?)", ["kept"]) }
        _ = try await database.write { try $0.query("PRAGMA max_page_count=16") }
        let large = [SQLValue.text(String(repeating: "x", count: 1_000_000))]
        let error = await #expect(throws: SQLError.self) {
            try await database.write { try $0.execute("INSERT INTO items (name) VALUES (?)", large) }
        }
        let names = try await database.read { try $0.query("SELECT name FROM items").map { try $0.text(0) } }
        #expect(error?.code == .diskFull)
        #expect(names == ["kept"])
        try await database.write { try $0.execute("INSERT INTO items (name) VALUES (?)", ["small"]) }
    }
}
