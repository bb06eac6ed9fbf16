internal import CDuckDB

/// A column of numbers that stays in its file and is read anew whenever its values are asked for.
///
/// It lives as long as the call of ``Lake/withNumbers(_:of:_:)`` that gave it. `@unchecked`: only the thread of that call
/// uses it.
package final class LakeNumbers: @unchecked Sendable {
    /// Why a pass ended early, if one did; what was found of the column is then worth nothing.
    package private(set) var failure: LakeError?

    private let connection: LakeConnection
    private let sql: String

    fileprivate init(_ connection: LakeConnection, _ sql: String) {
        (self.connection, self.sql) = (connection, sql)
    }

    /// Shows the values in order and in blocks until `body` says false; NaN stands for none.
    ///
    /// About five nanoseconds a value, and memory of a block.
    package func forEachBlock(_ body: (UnsafeBufferPointer<Double>) -> Bool) {
        do throws(LakeError) {
            try connection.forEachBlock(ofDoubles: sql, body)
        } catch {
            failure = failure ?? error
        }
    }
}

extension Lake {
    /// Runs `body` on one of the lake's threads with a column of numbers or truth values that is not held in memory.
    ///
    /// - Parameters:
    ///   - column: the column.
    ///   - source: the file.
    ///   - body: what to do with it.
    /// - Returns: what `body` gives.
    /// - Throws: ``LakeError`` where there is no such column, it holds no numbers, or reading it fails on the way; what
    ///   `body` throws.
    package func withNumbers<T: Sendable>(
        _ column: String,
        of source: LakeSource,
        _ body: @escaping @Sendable (LakeNumbers) throws -> T
    ) async throws -> T {
        let sql = try source.selectNumbers(column, rows: nil)
        return try await withConnection { connection in
            let numbers = LakeNumbers(connection, sql)
            let found = try body(numbers)
            if let failure = numbers.failure { throw failure }
            return found
        }
    }
}
