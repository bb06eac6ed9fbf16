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

    @Test func everyKindOfValueReturnsAsItWasStored() async throws {
        let values: [SQLValue] = [
            .null, .int(.min), .int(.max), .double(-0.5), .double(.infinity), .text(""), .text("été \u{0} 🐦"),
            .blob([]), .blob([0, 255, 1]),
        ]
        let found = try await database.read { transaction in
            try values.map { try transaction.first("SELECT ?", [$0])?[0] }
        }
        #expect(found == values)
    }

    @Test func anAcknowledgedWriteIsThereAfterReopening() async throws {
        try await database.write { try $0.execute("INSERT INTO items (name) VALUES (?)", ["a"]) }
        database.close()
        let again = try SQLiteDatabase(path: folder.path + "/test.sqlite")
        let names = try await again.read { try $0.query("SELECT name FROM items").map { try $0.text("name") } }
        #expect(names == ["a"])
    }

    @Test func aThrowingBodyUndoesItsOwnChangesOnly() async throws {
        struct Refused: Error {}
        let database = database
        let refusals = await withTaskGroup(of: Bool.self, returning: Int.self) { group in
            for index in 0..<200 {
                group.addTask {
                    do {
                        try await database.write { transaction in
                            try transaction.execute("INSERT INTO items (name) VALUES (?)", [.text("n\(index)")])
                            if index.isMultiple(of: 2) { throw Refused() }
                        }
                        return false
                    } catch {
                        return error is Refused
                    }
                }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        let names = try await database.read { try $0.query("SELECT name FROM items").map { try $0.text(0) } }
        #expect(refusals == 100)
        #expect(Set(names) == Set((0..<200).filter { !$0.isMultiple(of: 2) }.map { "n\($0)" }))
    }

    @Test func aReadSeesEveryWriteAcknowledgedBefore() async throws {
        for index in 1...50 {
            try await database.write { try $0.execute("INSERT INTO items (name) VALUES (?)", [.text("\(index)")]) }
            let count = try await database.read { try $0.first("SELECT count(*) FROM items")?.int(0) }
            #expect(count == Int64(index))
        }
    }

    @Test func aDuplicateIsAUniqueConstraintError() async throws {
        try await database.write { try $0.execute("INSERT INTO items (name) VALUES (?)", ["a"]) }
        let error = await #expect(throws: SQLError.self) {
            try await database.write { try $0.execute("INSERT INTO items (name) VALUES (?)", ["a"]) }
        }
        #expect(error?.code == .uniqueConstraint)
    }

    @Test func aReaderCannotWrite() async throws {
        let error = await #expect(throws: SQLError.self) {
            try await database.read { try $0.execute("INSERT INTO items (name) VALUES ('x')") }
        }
        #expect(error?.code == .readOnly)
    }

    @Test func aWrongNumberOfArgumentsIsAnError() async throws {
        let error = await #expect(throws: SQLError.self) {
            try await database.read { try $0.query("SELECT ?, ?", [1]) }
        }
        #expect(error?.code == .statement)
    }

    @Test func manyRowsShareOneStatement() async throws {
        let rows = (0..<1_000).map { [SQLValue.text("row \($0)")] }
        let changed = try await database.write {
            try $0.execute("INSERT OR IGNORE INTO items (name) VALUES (?)", rows: rows + rows)
        }
        #expect(changed == 1_000)
    }

    @Test func moreStatementsThanTheCacheHoldsStillRun() async throws {
        let sum = try await database.read { transaction in
            try (0..<600).reduce(into: Int64(0)) { sum, index in
                sum += try transaction.first("SELECT \(index)")?.int(0) ?? 0
            }
        }
        #expect(sum == 179_700)
    }

    @Test func migrationsAreAppliedOnceAndAFailedListChangesNothing() async throws {
        let again = Migration(id: "test-001", statements: ["CREATE TABLE items (id INTEGER)"])
        let good = Migration(id: "test-002", statements: ["CREATE TABLE others (id INTEGER)"])
        try await database.migrate([again])
        let error = await #expect(throws: SQLError.self) {
            try await database.migrate([again, good, Migration(id: "test-003", statements: ["CREATE NONSENSE"])])
        }
        let tables = try await database.read {
            try $0.query("SELECT name FROM sqlite_schema WHERE name = 'others'").count
        }
        #expect(error?.code == .migration)
        #expect(tables == 0)
    }

    @Test func aClosedDatabaseSaysSo() async throws {
        database.close()
        database.close()
        let error = await #expect(throws: SQLError.self) { try await database.read { _ in } }
        #expect(error?.code == .closed)
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

    @Test(arguments: [("r.in$", "rain", true), ("^x", "rain", false), ("(", "rain", false)])
    func regularExpressionsSearch(pattern: String, value: String, matches: Bool) async throws {
        let found = try await database.read {
            try $0.first("SELECT ? REGEXP ?", [.text(value), .text(pattern)])?.int(0)
        }
        #expect(found == (matches ? 1 : 0))
    }

    @Test func likeMindsCase() async throws {
        let row = try await database.read { try $0.first("SELECT 'Abc' LIKE 'a%', 'Abc' LIKE 'A%'") }
        #expect(row?.values == [.int(0), .int(1)])
    }
}
