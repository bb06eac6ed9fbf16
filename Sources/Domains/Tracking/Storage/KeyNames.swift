internal import SQLStore
internal import Synchronization

/// The numbers of keys, remembered once their row is durable.
final class KeyNames: Sendable {
    private static let limit = 100_000

    private let known = Mutex<[String: Int64]>([:])

    /// The number of each key; missing ones get one.
    ///
    /// To be remembered once the transaction is durable.
    func numbers(for keys: [String], in transaction: any SQLTransaction) throws -> [String: Int64] {
        var numbers: [String: Int64] = [:]
        numbers.reserveCapacity(keys.count)
        known.withLock { known in
            for key in keys {
                numbers[key] = known[key]
            }
        }
        for key in keys where numbers[key] == nil {
            numbers[key] = try Self.findOrInsert(key, in: transaction)
        }
        return numbers
    }

    /// The number of a key; nil when nothing has it.
    func number(of key: String, in transaction: any SQLTransaction) throws -> Int64? {
        if let number = known.withLock({ $0[key] }) { return number }
        return try transaction.first(Statements.select, [.text(key)])?.int(0)
    }

    /// Remembers numbers that are durable.
    func remember(_ numbers: [String: Int64]) {
        known.withLock { known in
            if known.count + numbers.count > Self.limit { known.removeAll() }
            known.merge(numbers) { _, new in new }
        }
    }

    private static func findOrInsert(_ key: String, in transaction: any SQLTransaction) throws -> Int64 {
        if let row = try transaction.first(Statements.select, [.text(key)]) { return try row.int(0) }
        guard let row = try transaction.first(Statements.insert, [.text(key)]) else {
            preconditionFailure("an insert with RETURNING answers with its row")
        }
        return try row.int(0)
    }

    private enum Statements {
        static let select = "SELECT id FROM keys WHERE name = ?"
        static let insert = "INSERT INTO keys (name) VALUES (?) RETURNING id"
    }
}
