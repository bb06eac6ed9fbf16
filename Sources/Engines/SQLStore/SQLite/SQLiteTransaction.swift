/// Statements on one connection, inside one transaction.
///
/// Thread rule: the thread of its connection, and only while its closure runs.
final class SQLiteTransaction: SQLTransaction {
    private let connection: SQLiteConnection

    init(_ connection: SQLiteConnection) {
        self.connection = connection
    }

    func execute(_ sql: String, _ arguments: [SQLValue]) throws -> Int {
        try connection.statement(sql).run(arguments)
        return connection.changes
    }

    func execute(_ sql: String, rows: [[SQLValue]]) throws -> Int {
        let statement = try connection.statement(sql)
        var changed = 0
        for row in rows {
            try statement.run(row)
            changed += connection.changes
        }
        return changed
    }

    func query(_ sql: String, _ arguments: [SQLValue]) throws -> [SQLRow] {
        var rows: [SQLRow] = []
        try forEach(sql, arguments) { rows.append($0) }
        return rows
    }

    func forEach(_ sql: String, _ arguments: [SQLValue], _ body: (SQLRow) throws -> Void) throws {
        try connection.statement(sql).run(arguments, body)
    }
}
