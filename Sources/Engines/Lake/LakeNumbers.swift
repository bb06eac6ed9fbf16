/// A column of numbers that stays in its file and is read anew whenever its values are asked for.
///
/// It lives as long as the call of ``LakeReader/withNumbers(_:of:_:)`` that gave it. `@unchecked`: only the thread of that
/// call uses it.
package final class LakeNumbers: @unchecked Sendable {
    /// Why a pass ended early, if one did; what was found of the column is then worth nothing.
    package private(set) var failure: LakeError?

    private let connection: LakeConnection
    private let value: String
    private let rows: String

    /// A column that is `value`, an expression over `rows`, a table function in SQL.
    init(_ connection: LakeConnection, _ value: String, _ rows: String) {
        (self.connection, self.value, self.rows) = (connection, value, rows)
    }

    /// Shows the values in order and in blocks until `body` says false; NaN stands for none.
    ///
    /// About five nanoseconds a value, and memory of a block.
    package func forEachBlock(_ body: (UnsafeBufferPointer<Double>) -> Bool) {
        do throws(LakeError) {
            try connection.forEachBlock(of: value, in: rows, isHeld: false, body)
        } catch {
            failure = failure ?? error
        }
    }
}
