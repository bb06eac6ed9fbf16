/// One reader: runs each waiting read on a snapshot of its own.
///
/// Thread rule: the reader's thread.
struct SQLiteReader {
    private let connection: SQLiteConnection
    private let transaction: SQLiteTransaction

    init(_ connection: SQLiteConnection) {
        self.connection = connection
        self.transaction = SQLiteTransaction(connection)
    }

    /// Serves the queue until it is closed and empty.
    func run(_ queue: WorkQueue<any SQLWork>) {
        while let taken = queue.take(1) {
            for work in taken {
                work.answer(snapshot(work))
            }
        }
    }

    private func snapshot(_ work: any SQLWork) -> (any Error)? {
        do {
            try transaction.execute("BEGIN")
        } catch {
            return error
        }
        _ = work.perform(in: transaction)
        do {
            try transaction.execute("COMMIT")
            return nil
        } catch {
            // A read has nothing to lose; what matters is that no snapshot stays open.
            try? connection.run("ROLLBACK")
            return nil
        }
    }
}
