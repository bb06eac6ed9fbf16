/// Statements on one connection, inside one transaction.
///
/// Thread rule: the thread of its connection, and only while its closure runs.
final class PostgresTransaction: SQLTransaction {
    private let connection: PostgresConnection

    init(_ connection: PostgresConnection) {
        self.connection = connection
    }

    func execute(_ sql: String, _ arguments: [SQLValue]) throws -> Int {
        try execute(sql, rows: [arguments])
    }

    func execute(_ sql: String, rows: [[SQLValue]]) throws -> Int {
        var changed = 0
        try connection.run(sql, rows) { changed += $0.changes }
        return changed
    }

    func query(_ sql: String, _ arguments: [SQLValue]) throws -> [SQLRow] {
        var rows: [SQLRow] = []
        try forEach(sql, arguments) { rows.append($0) }
        return rows
    }

    func forEach(_ sql: String, _ arguments: [SQLValue], _ body: (SQLRow) throws -> Void) throws {
        var rows: [SQLRow] = []
        try connection.run(sql, [arguments]) { result in try result.forEach { rows.append($0) } }
        for row in rows { try body(row) }
    }
}
