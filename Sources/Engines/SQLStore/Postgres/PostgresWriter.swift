/// The one writer of this process: runs all waiting writes, each in a savepoint, and commits them together.
///
/// An advisory lock makes the writers of several processes take turns, so that a closure may read, decide and write as
/// if it were alone, as on SQLite.
///
/// Thread rule: the writer's thread.
struct PostgresWriter {
    private static let groupLimit = 1_024
    /// The first key is ours ("Mart"); the second tells schemas of one database apart.
    private static let lock = "SELECT pg_advisory_xact_lock(1298231924, hashtext(current_schema()))"

    private let connection: PostgresConnection
    private let transaction: PostgresTransaction

    init(_ location: PostgresLocation) {
        connection = PostgresConnection(location)
        transaction = PostgresTransaction(connection)
    }

    /// Serves the queue until it is closed and empty.
    func run(_ queue: WorkQueue<any SQLWork>) {
        while let group = queue.take(Self.groupLimit) {
            commit(group)
        }
        connection.close()
    }

    private func commit(_ group: [any SQLWork]) {
        var failure: (any Error)?
        do {
            try connection.open()
            connection.enqueue("BEGIN")
            connection.enqueue(Self.lock)
            for work in group {
                try runInSavepoint(work)
            }
            try connection.run("COMMIT")
        } catch {
            failure = error
            rollBack()
        }
        for work in group {
            work.answer(failure)
        }
    }

    /// Throws only when the whole transaction is lost.
    private func runInSavepoint(_ work: any SQLWork) throws {
        connection.enqueue("SAVEPOINT body")
        let error = work.perform(in: transaction)
        guard connection.isOpen else { throw error ?? SQLError.closed }
        if error == nil, !connection.hasFailedTransaction {
            connection.enqueue("RELEASE SAVEPOINT body")
        } else {
            // A body that went on after a failed statement ends here too: PostgreSQL has stored nothing of it.
            try connection.run("ROLLBACK TO SAVEPOINT body")
            connection.enqueue("RELEASE SAVEPOINT body")
            if error == nil { throw SQLError(.statement, "a write went on after one of its statements had failed") }
        }
    }

    private func rollBack() {
        guard connection.isOpen else { return }
        do {
            try connection.run("ROLLBACK")
        } catch {
            // The transaction ends with the connection; the error that matters is the first one.
            connection.close()
        }
    }
}
