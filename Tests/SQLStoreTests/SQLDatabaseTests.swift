import SQLStoreTestSupport
import TestSupport
import Testing

@testable import SQLStore

/// What every database does alike.
@Suite struct SQLDatabaseTests {
    private let folder: TemporaryDirectory

    init() throws {
        folder = try TemporaryDirectory()
    }

    private func open(_ kind: TestDatabase) async throws -> any SQLDatabase {
        let database = try await kind.open(in: folder.path)
        try await database.migrate([
            Migration(id: "test-001", statements: ["CREATE TABLE items (id INTEGER PRIMARY KEY, name TEXT UNIQUE)"])
        ])
        return database
    }

    @Test(arguments: TestDatabase.allCases) func everyKindOfValueReturnsAsItWasStored(kind: TestDatabase) async throws {
        let database = try await open(kind)
        let values: [SQLValue] = [
            .null, .int(.min), .int(.max), .double(-0.5), .double(.infinity), .text(""), .text("été 🐦"),
            .blob([]), .blob([0, 255, 1]),
        ]
        let found = try await database.read { transaction in
            try values.map { try transaction.first("SELECT ?", [$0])?[0] }
        }
        #expect(found == values)
    }

    @Test(arguments: TestDatabase.allCases) func manyKeysAreAskedForOnceEach(kind: TestDatabase) async throws {
        let database = try await open(kind)
        let found = try await database.write { transaction in
            let rows = (1...1_500).map { [SQLValue.int($0), .text("n\($0)")] }
            try transaction.execute("INSERT INTO items (id, name) VALUES (?, ?)", rows: rows)
            var single: [Int64] = []
            try transaction.forEach("SELECT id FROM items WHERE id IN", in: (1...1_100).map { Int64($0 * 2) }) { row in
                single.append(try row.int(0))
            }
            var groups = 0
            try transaction.forEach("SELECT id FROM items WHERE id IN", in: [3, 4, 5], then: "GROUP BY id") { _ in
                groups += 1
            }
            var pairs: [Int64] = []
            let wanted = (1...700).map { (Int64($0), Int64($0 % 2)) }
            try transaction.forEach(
                pairs: wanted,
                { "SELECT i.id FROM \($0) CROSS JOIN items i WHERE i.id = k.column1 AND k.column2 = 1" },
                { pairs.append(try $0.int(0)) }
            )
            try transaction.forEach("SELECT id FROM items WHERE id IN", in: []) { _ in pairs = [] }
            return (single.sorted(), groups, pairs.sorted())
        }
        #expect(found.0 == (1...750).map { $0 * 2 })
        #expect(found.1 == 3)
        #expect(found.2 == (1...700).filter { !$0.isMultiple(of: 2) }.map(Int64.init))
    }

    @Test(arguments: TestDatabase.allCases) func aThrowingBodyUndoesItsOwnChangesOnly(kind: TestDatabase) async throws {
        let database = try await open(kind)
        struct Refused: Error {}
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

    @Test(arguments: TestDatabase.allCases) func aReadSeesEveryWriteAcknowledgedBefore(kind: TestDatabase) async throws
    {
        let database = try await open(kind)
        for index in 1...50 {
            try await database.write { try $0.execute("INSERT INTO items (name) VALUES (?)", [.text("\(index)")]) }
            let count = try await database.read { try $0.first("SELECT count(*) FROM items")?.int(0) }
            #expect(count == Int64(index))
        }
    }

    @Test(arguments: TestDatabase.allCases) func aDuplicateIsAUniqueConstraintError(kind: TestDatabase) async throws {
        let database = try await open(kind)
        try await database.write { try $0.execute("INSERT INTO items (name) VALUES (?)", ["a"]) }
        let error = await #expect(throws: SQLError.self) {
            try await database.write { try $0.execute("INSERT INTO items (name) VALUES (?)", ["a"]) }
        }
        #expect(error?.code == .uniqueConstraint)
    }

    @Test(arguments: TestDatabase.allCases) func aReaderCannotWrite(kind: TestDatabase) async throws {
        let database = try await open(kind)
        let error = await #expect(throws: SQLError.self) {
            try await database.read { try $0.execute("INSERT INTO items (name) VALUES ('x')") }
        }
        #expect(error?.code == .readOnly)
    }

    @Test(arguments: TestDatabase.allCases) func aWrongNumberOfArgumentsIsAnError(kind: TestDatabase) async throws {
        let database = try await open(kind)
        let error = await #expect(throws: SQLError.self) {
            try await database.read { try $0.query("SELECT ?, ?", [1]) }
        }
        #expect(error?.code == .statement)
    }

    @Test(arguments: TestDatabase.allCases) func manyRowsShareOneStatement(kind: TestDatabase) async throws {
        let database = try await open(kind)
        let rows = (0..<1_000).map { [SQLValue.text("row \($0)")] }
        let changed = try await database.write {
            try $0.execute("INSERT INTO items (name) VALUES (?) ON CONFLICT DO NOTHING", rows: rows + rows)
        }
        #expect(changed == 1_000)
    }

    @Test(arguments: TestDatabase.allCases) func moreStatementsThanTheCacheHoldsStillRun(
        kind: TestDatabase
    ) async throws {
        let database = try await open(kind)
        let sum = try await database.read { transaction in
            try (0..<600).reduce(into: Int64(0)) { sum, index in
                sum += try transaction.first("SELECT \(index)")?.int(0) ?? 0
            }
        }
        #expect(sum == 179_700)
    }

    @Test(arguments: TestDatabase.allCases) func migrationsAreAppliedOnceAndAFailedListChangesNothing(
        kind: TestDatabase
    ) async throws {
        let database = try await open(kind)
        let again = Migration(id: "test-001", statements: ["CREATE TABLE items (id INTEGER)"])
        let good = Migration(id: "test-002", statements: ["CREATE TABLE others (id INTEGER)"])
        try await database.migrate([again])
        let error = await #expect(throws: SQLError.self) {
            try await database.migrate([again, good, Migration(id: "test-003", statements: ["CREATE NONSENSE"])])
        }
        let tables = try await database.read {
            try kind == .sqlite
                ? $0.query("SELECT name FROM sqlite_schema WHERE name = 'others'").count
                : $0.query("SELECT 1 WHERE to_regclass('others') IS NOT NULL").count
        }
        #expect(error?.code == .migration)
        #expect(tables == 0)
    }

    @Test(arguments: TestDatabase.allCases) func aClosedDatabaseSaysSo(kind: TestDatabase) async throws {
        let database = try await open(kind)
        database.close()
        database.close()
        let error = await #expect(throws: SQLError.self) { try await database.read { _ in } }
        #expect(error?.code == .closed)
    }

    @Test(arguments: TestDatabase.allCases, [("r.in$", "rain", true), ("^x", "rain", false)])
    func regularExpressionsSearch(kind: TestDatabase, example: (String, String, Bool)) async throws {
        let database = try await open(kind)
        let (pattern, value, matches) = example
        let found = try await database.read {
            try $0.first("SELECT ? REGEXP ?", [.text(value), .text(pattern)])?.int(0)
        }
        #expect(found == (matches ? 1 : 0))
    }

    @Test(arguments: TestDatabase.allCases) func likeMindsCaseAndKnowsNoEscape(kind: TestDatabase) async throws {
        let database = try await open(kind)
        let row = try await database.read {
            try $0.first("SELECT 'Abc' LIKE ?, 'Abc' LIKE ?, 'a%c' LIKE ?", ["a%", "A%", "a\\%c"])
        }
        #expect(row?.values == [.int(0), .int(1), .int(0)])
    }

    @Test(arguments: TestDatabase.allCases) func textSortsByCodePoint(kind: TestDatabase) async throws {
        let database = try await open(kind)
        let given = ["é", "b", "B", "_", "a", "Z", "1"]
        try await database.write {
            try $0.execute("INSERT INTO items (name) VALUES (?)", rows: given.map { [.text($0)] })
        }
        let found = try await database.read {
            try $0.query("SELECT name FROM items ORDER BY name").map { try $0.text(0) }
        }
        #expect(found == ["1", "B", "Z", "_", "a", "b", "é"])
    }

    @Test(arguments: TestDatabase.allCases) func rowsAreNumberedFromOne(kind: TestDatabase) async throws {
        let database = try await open(kind)
        let ids = try await database.write { transaction in
            try ["a", "b"].map {
                try transaction.query("INSERT INTO items (name) VALUES (?) RETURNING id", [$0])[0].int(0)
            }
        }
        #expect(ids == [1, 2])
    }

    @Test(arguments: TestDatabase.allCases) func writesOfManyCallersTakeTurns(kind: TestDatabase) async throws {
        let database = try await open(kind)
        try await database.write { try $0.execute("INSERT INTO items (id, name) VALUES (1, '0')") }
        try await withThrowingTaskGroup { group in
            for _ in 0..<100 {
                group.addTask {
                    try await database.write { transaction in
                        let value = try transaction.first("SELECT name FROM items WHERE id = 1")?.text(0) ?? ""
                        let next = String((Int(value) ?? 0) + 1)
                        try transaction.execute("UPDATE items SET name = ? WHERE id = 1", [.text(next)])
                    }
                }
            }
            try await group.waitForAll()
        }
        let count = try await database.read { try $0.first("SELECT name FROM items")?.text(0) }
        #expect(count == "100")
    }

    @Test(arguments: TestDatabase.allCases) func sumsOfIntegersAreNumbers(kind: TestDatabase) async throws {
        let database = try await open(kind)
        let values: [Int64] = [0, 7, 10_000, 120_000_000, -34_567, 999_999_999_999]
        for value in values {
            let found = try await database.read {
                try $0.first("SELECT sum(v) FROM (SELECT ? AS v) AS t", [.int(value)])
            }
            #expect(try found?.int(0) == value)
        }
    }
}
