internal import CPostgres

extension SQLError {
    /// The error that a result of the server reports.
    ///
    /// Errors about data say what kind they are and no more: PostgreSQL's own words would repeat the value.
    init(postgres result: OpaquePointer?, _ location: PostgresLocation) {
        let state = result.flatMap { cpostgres_sqlstate($0) }.map { String(cString: $0) } ?? ""
        let words = result.flatMap { cpostgres_primary_message($0) }.map { String(cString: $0) } ?? "no answer"
        let (code, remedy) = Self.meaning(ofState: state)
        let detail: String
        switch code {
        case .invalidPattern: detail = "the regular expression cannot be read"
        case .unstorableText: detail = "a text holds a NUL character, which PostgreSQL cannot store"
        case _ where state.hasPrefix("22"): detail = "a value does not fit its column"
        default: detail = words
        }
        self.init(code, "\(location): \(location.masking(detail)) (\(state))", remedy: remedy)
    }

    /// The connection ended while it was needed.
    static func connectionLost(_ location: PostgresLocation, during what: String) -> SQLError {
        SQLError(
            .connectionLost,
            "\(location): the connection was lost \(what)",
            remedy: "The next request connects anew; check that the server runs."
        )
    }

    private static func meaning(ofState state: String) -> (Code, String) {
        switch state {
        case "22021": return (.unstorableText, "")
        case "2201B": return (.invalidPattern, "")
        case "23505": return (.uniqueConstraint, "")
        case "23503": return (.foreignKeyConstraint, "")
        case "25006": return (.readOnly, "Connect to the primary server, with a user that may write.")
        case "42501": return (.readOnly, "Grant this user the rights to create and change tables in the database.")
        case "53100": return (.diskFull, "Free space on the volume of the PostgreSQL server, then try again.")
        case "53300": return (.unavailable, "Raise max_connections of the PostgreSQL server.")
        case "57P01", "57P02", "57P03": return (.connectionLost, "The next request connects anew.")
        case "40001", "40P01", "55P03", "57014": return (.busy, "Another server holds the database; try again.")
        case "XX001", "XX002": return (.corrupt, "Restore the database from a backup.")
        default: break
        }
        switch state.prefix(2) {
        case "08": return (.connectionLost, "The next request connects anew.")
        case "23": return (.constraint, "")
        case "53": return (.unavailable, "Give the PostgreSQL server more resources.")
        case "58": return (.inputOutput, "Check the volume and the log of the PostgreSQL server.")
        default: return (.statement, "")
        }
    }
}
