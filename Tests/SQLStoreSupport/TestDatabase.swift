internal import Glibc
internal import Primitives
package import SQLStore

/// The databases that tests of domains run on: SQLite, or PostgreSQL where `MARTLET_TEST_DATABASE` is `postgres`.
package enum TestDatabase: String, CaseIterable, Sendable {
    case sqlite
    case postgres

    /// What this process tests with.
    package static let current =
        getenv("MARTLET_TEST_DATABASE").flatMap { TestDatabase(rawValue: String(cString: $0)) } ?? .sqlite

    /// The database `name` that belongs to `folder`: the same one for the same two.
    package static func open(in folder: String, name: String = "martlet") async throws -> any SQLDatabase {
        try await current.open(in: folder, name: name)
    }

    /// The database `name` of this kind that belongs to `folder`.
    package func open(in folder: String, name: String = "martlet") async throws -> any SQLDatabase {
        switch self {
        case .sqlite: return try SQLiteDatabase(path: "\(folder)/\(name).sqlite")
        case .postgres: return try await PostgresDatabase.open(Self.location(in: folder, name: name), readers: 2)
        }
    }

    /// A schema of this process's PostgreSQL server that belongs to `folder`.
    package static func location(in folder: String, name: String = "martlet") async throws -> PostgresLocation {
        let address = try PostgresCluster.shared.get().address
        let schema = "t" + SHA256.hex(Array("\(folder)/\(name)".utf8)).prefix(24)
        let server = try await PostgresDatabase.open(PostgresLocation(parsing: address), readers: 1)
        defer { server.close() }
        try await server.write { try $0.execute("CREATE SCHEMA IF NOT EXISTS \(schema)") }
        let separator = address.contains("?") ? "&" : "?"
        return try PostgresLocation(parsing: "\(address)\(separator)options=-csearch_path%3D\(schema)")
    }
}
