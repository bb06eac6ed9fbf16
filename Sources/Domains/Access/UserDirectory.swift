internal import Execution
package import Primitives
package import SQLStore
internal import Synchronization

/// A user without its secret.
package struct User: Sendable, Equatable {
    /// The name to log in with.
    package let name: String
    /// When it was added, Unix time in milliseconds.
    package let createdAt: Int64
}

/// The users that may log in, and what is kept of their passwords: salted keys, never the password.
///
/// Everybody is in memory too, so that a login waits for no database. Thread-safe.
package final class UserDirectory: Sendable {
    private struct Entry {
        let user: User
        let keys: PasswordKeys
    }

    /// What is in memory, and which reading of the table it is from.
    private struct Known {
        var entries: [String: Entry] = [:]
        var lastReading: UInt64 = 0
        var reading: UInt64 = 0
    }

    /// The name of the server itself among the log's clients, which no user can have.
    package static let reservedName = "martlet"
    /// The most users.
    package static let mostUsers = 10_000
    /// The length of a password in bytes.
    package static let passwordLength = 8...512

    private static let columns =
        "name, salt, iterations, stored_key, server_key, created_at_ms, stored_key_512, server_key_512"

    private let database: any SQLDatabase
    private let known = Mutex(Known())
    private let removals = Mutex<[@Sendable (String) -> Void]>([])
    private let hashing = BlockingPool(name: "passwords", threads: 1)

    private init(database: any SQLDatabase) { self.database = database }

    /// Brings the table up to date and reads it.
    package static func open(database: any SQLDatabase) async throws -> UserDirectory {
        try await database.migrate(AccessSchema.migrations)
        let directory = UserDirectory(database: database)
        try await directory.reload()
        return directory
    }

    /// Adds a user, durable when it returns; the password itself is kept nowhere.
    ///
    /// - Throws: ``AccessError`` for a name or password that cannot be, a name that is taken, or too many users.
    package func add(_ name: String, password: String) async throws -> User {
        try Self.check(name: name)
        try Self.check(password: password)
        try known.withLock { known throws(AccessError) in
            if known.entries[name] != nil { throw .userExists(name) }
            if known.entries.count >= Self.mostUsers { throw .tooMany(Self.mostUsers) }
        }
        let keys = try await hashing.run { PasswordKeys(password: Array(password.utf8)) }
        let entry = Entry(user: User(name: name, createdAt: WallClock.nowMilliseconds()), keys: keys)
        let isNew = try await database.write { transaction in
            try transaction.execute(
                """
                INSERT INTO users (\(Self.columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (name) DO NOTHING
                """,
                Self.values(entry)
            ) == 1
        }
        try await reload()
        guard isNew else { throw AccessError.userExists(name) }
        return entry.user
    }

    /// Has something told of each user that was removed from here on, after it cannot log in any more.
    package func onRemoval(_ action: @escaping @Sendable (String) -> Void) {
        removals.withLock { $0.append(action) }
    }

    /// Removes a user, who cannot log in from then on.
    ///
    /// - Throws: ``AccessError`` where there is no such user.
    package func remove(_ name: String) async throws {
        let count = try await database.write { transaction in
            try transaction.execute("DELETE FROM users WHERE name = ?", [.text(name)])
        }
        try await reload()
        guard count == 1 else { throw AccessError.unknownUser(name) }
        for action in removals.withLock({ $0 }) { action(name) }
    }

    /// All users by name.
    package var users: [User] {
        known.withLock { $0.entries.values.map(\.user) }.sorted { $0.name < $1.name }
    }

    /// What is kept of a user's password; nil where there is no such user.
    package func passwordKeys(of name: String) -> PasswordKeys? {
        known.withLock { $0.entries[name]?.keys }
    }

    /// Reads the table; of two readings at a time the one that began later counts, since it saw more.
    private func reload() async throws {
        let reading = known.withLock { known in
            known.lastReading += 1
            return known.lastReading
        }
        let rows = try await database.read { transaction in
            try transaction.query("SELECT \(Self.columns) FROM users")
        }
        let entries = Dictionary(uniqueKeysWithValues: try rows.map(Self.entry).map { ($0.user.name, $0) })
        known.withLock { known in
            guard reading > known.reading else { return }
            known.reading = reading
            known.entries = entries
        }
    }
}

extension UserDirectory {
    private static func check(name: String) throws(AccessError) {
        let isLegal = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"),
                UInt8(ascii: "@"):
                true
            default: false
            }
        }
        guard isLegal, (1...128).contains(name.utf8.count) else {
            throw .invalid("a user's name has 1 to 128 letters, digits and . _ - @; '\(name.prefix(130))' has others")
        }
        guard name != reservedName else { throw .invalid("'\(name)' is the server itself: choose another name") }
    }

    private static func check(password: String) throws(AccessError) {
        guard passwordLength.contains(password.utf8.count) else {
            let range = "\(passwordLength.lowerBound) to \(passwordLength.upperBound)"
            throw .invalid("a password has \(range) bytes; this one has \(password.utf8.count)")
        }
        guard !password.utf8.contains(0) else { throw .invalid("a password has no NUL byte") }
    }

    private static func values(_ entry: Entry) -> [SQLValue] {
        [
            .text(entry.user.name), .text(Base64.encode(entry.keys.salt)), .int(Int64(entry.keys.iterations)),
            .text(Base64.encode(entry.keys.sha256.storedKey)), .text(Base64.encode(entry.keys.sha256.serverKey)),
            .int(entry.user.createdAt),
            entry.keys.sha512.map { .text(Base64.encode($0.storedKey)) } ?? .null,
            entry.keys.sha512.map { .text(Base64.encode($0.serverKey)) } ?? .null,
        ]
    }

    private static func entry(_ row: SQLRow) throws -> Entry {
        let name = try row.text(0)
        guard let salt = Base64.decode(try row.text(1)), let sha256 = try pair(row, 3, 4, .sha256),
            let keys = PasswordKeys(
                salt: salt,
                iterations: Int(try row.int(2)),
                sha256: sha256,
                sha512: try pair(row, 6, 7, .sha512)
            )
        else {
            throw AccessError.invalid("the keys of user '\(name)' in the database are damaged: delete that row")
        }
        return Entry(user: User(name: name, createdAt: try row.int(5)), keys: keys)
    }

    private static func pair(
        _ row: SQLRow,
        _ stored: Int,
        _ server: Int,
        _ hash: ScramHash
    ) throws -> PasswordKeys.Pair? {
        guard let storedKey = try row.optionalText(stored).flatMap(Base64.decode),
            let serverKey = try row.optionalText(server).flatMap(Base64.decode)
        else { return nil }
        return PasswordKeys.Pair(storedKey: storedKey, serverKey: serverKey, for: hash)
    }
}
