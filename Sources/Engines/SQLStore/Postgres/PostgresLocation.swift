internal import CPostgres

/// Where a PostgreSQL database is, and how to sign in.
///
/// The description never holds a password.
package struct PostgresLocation: Sendable, CustomStringConvertible {
    private static let lengthLimit = 4_096
    /// What we set unless the address does: a server that is gone is noticed within half a minute.
    private static let defaults = [
        "application_name": "martlet", "connect_timeout": "10", "keepalives_idle": "15", "keepalives_interval": "5",
        "keepalives_count": "3", "tcp_user_timeout": "30000",
    ]

    /// The database, server and user, for messages.
    package let description: String
    /// The settings of a connection by libpq's names.
    let settings: [String: String]

    /// Reads `postgres://user:password@host:port/database?setting=value`.
    ///
    /// What is left out comes from libpq's environment variables (`PGPASSWORD`, `PGPASSFILE`, …) and defaults.
    ///
    /// - Throws: `SQLError` with code `unavailable` for any other text, without repeating it: it may hold a password.
    package init(parsing text: String) throws(SQLError) {
        let isAddress = text.hasPrefix("postgres://") || text.hasPrefix("postgresql://")
        guard isAddress, text.utf8.count <= Self.lengthLimit, let given = Self.parse(text) else {
            throw SQLError(
                .unavailable,
                "the address of the database cannot be read",
                remedy: "Write it as postgres://user@host:5432/database; encode special characters as %XX."
            )
        }
        settings = Self.defaults.merging(given) { $1 }.merging(["client_encoding": "UTF8"]) { $1 }
        let host = given["host"] ?? given["hostaddr"] ?? "the local socket"
        let port = given["port"].map { ":\($0)" } ?? ""
        let user = given["user"].map { " as \($0)" } ?? ""
        description = "PostgreSQL database \(given["dbname"] ?? "of that name")\(user) at \(host)\(port)"
    }

    /// The text without the password.
    func masking(_ text: String) -> String {
        guard let password = settings["password"], !password.isEmpty else { return text }
        return text.split(separator: password, omittingEmptySubsequences: false).joined(separator: "***")
    }

    private static func parse(_ text: String) -> [String: String]? {
        guard let options = PQconninfoParse(text, nil) else { return nil }
        defer { PQconninfoFree(options) }
        var given: [String: String] = [:]
        var option = options
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val { given[String(cString: keyword)] = String(cString: value) }
            option += 1
        }
        return given
    }
}
