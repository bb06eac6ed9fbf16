/// The one writer: takes all waiting writes, runs each in a savepoint, commits them together, then answers.
///
/// Thread rule: the writer's thread.
struct SQLiteWriter {
    private static let groupLimit = 1_024

    private let connection: SQLiteConnection
    private let transaction: SQLiteTransaction

    init(_ connection: SQLiteConnection) {
        self.connection = connection
        self.transaction = SQLiteTransaction(connection)
    }

    /// Serves the queue until it is closed and empty.
    func run(_ queue: WorkQueue<any SQLWork>) {
        while let group = queue.take(Self.groupLimit) {
            commit(group)
        }
    }

    private func commit(_ group: [any SQLWork]) {
        var failure: (any Error)?
        do {
            try transaction.execute("BEGIN IMMEDIATE")
            for work in group {
                try runInSavepoint(work)
            }
            try transaction.execute("COMMIT")
        } catch {
            failure = error
            if !connection.isAutocommit {
                // The group is lost either way; the error that matters is the first one.
                try? connection.run("ROLLBACK")
            }
        }
        for work in group {
            work.answer(failure)
        }
    }

    /// Throws only when the whole transaction is lost.
    private func runInSavepoint(_ work: any SQLWork) throws {
        try transaction.execute("SAVEPOINT body")
        guard let error = work.perform(in: transaction) else {
            try transaction.execute("RELEASE body")
            return
        }
        // SQLite rolls the whole transaction back by itself on a full disk and the like.
        guard !connection.isAutocommit else { throw error }
        try transaction.execute("ROLLBACK TO body")
        try transaction.execute("RELEASE body")
    }
}
