import Primitives
import SQLStore
import TestSupport
import Testing

@testable import Access

struct UserDirectoryTests {
    private let folder: TemporaryDirectory
    private var path: String { "\(folder.path)/martlet.sqlite" }

    init() throws { folder = try TemporaryDirectory() }

    private func open() async throws -> (SQLiteDatabase, UserDirectory) {
        let database = try SQLiteDatabase(path: path)
        return (database, try await UserDirectory.open(database: database))
    }

    @Test func usersAreKeptOverARestart() async throws {
        let (database, directory) = try await open()
        let ann = try await directory.add("ann", password: "correct horse")
        _ = try await directory.add("bob@example.org", password: "battery staple")
        try await directory.remove("bob@example.org")
        database.close()
        let (again, reopened) = try await open()
        #expect(reopened.users == [ann])
        let keys = try #require(reopened.passwordKeys(of: "ann"))
        #expect(keys.match(password: Array("correct horse".utf8)))
        #expect(!keys.match(password: Array("correct horsf".utf8)))
        #expect(reopened.passwordKeys(of: "bob@example.org") == nil)
        again.close()
    }

    @Test func aUserOfBeforeSHA512StillLogsInWithWhatThereWas() async throws {
        let (database, directory) = try await open()
        _ = try await directory.add("ann", password: "correct horse")
        _ = try await database.write { transaction in
            try transaction.execute("UPDATE users SET stored_key_512 = NULL, server_key_512 = NULL", [])
        }
        database.close()
        let (again, reopened) = try await open()
        let keys = try #require(reopened.passwordKeys(of: "ann"))
        #expect(keys.sha512 == nil)
        #expect(keys.match(password: Array("correct horse".utf8)))
        again.close()
    }

    @Test func noPasswordIsInTheDatabase() async throws {
        let (database, directory) = try await open()
        defer { database.close() }
        _ = try await directory.add("ann", password: "correct horse")
        let rows = try await database.read { try $0.query("SELECT * FROM users") }
        #expect(rows.count == 1)
        #expect(!rows.flatMap(\.values).contains { "\($0)".contains("correct horse") })
    }

    @Test func equalPasswordsHaveDifferentKeys() async throws {
        let (database, directory) = try await open()
        defer { database.close() }
        _ = try await directory.add("ann", password: "correct horse")
        _ = try await directory.add("bob", password: "correct horse")
        let keys = ["ann", "bob"].map { directory.passwordKeys(of: $0) }
        #expect(keys[0]?.sha256 != keys[1]?.sha256)
        #expect(keys[0]?.sha512 != nil && keys[0]?.sha512 != keys[1]?.sha512)
    }

    @Test(arguments: [
        ("", "long enough", AccessError.Code.invalid), ("two words", "long enough", .invalid),
        ("martlet", "long enough", .invalid), ("ann", "short", .invalid), ("ann", "long\0enough", .invalid),
        ("taken", "long enough", .userExists),
    ])
    func whatCannotBeIsRefused(name: String, password: String, code: AccessError.Code) async throws {
        let (database, directory) = try await open()
        defer { database.close() }
        _ = try await directory.add("taken", password: "a first password")
        let error = await #expect(throws: AccessError.self) { try await directory.add(name, password: password) }
        #expect(error?.code == code)
        #expect(directory.users.map(\.name) == ["taken"])
    }

    @Test func anUnknownUserCannotBeRemoved() async throws {
        let (database, directory) = try await open()
        defer { database.close() }
        let error = await #expect(throws: AccessError.self) { try await directory.remove("nobody") }
        #expect(error?.code == .unknownUser)
    }
}
