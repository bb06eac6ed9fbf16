/// One reader: runs each waiting read on a snapshot of its own.
///
/// Thread rule: the reader's thread.
struct PostgresReader {
    private let connection: PostgresConnection
    private let transaction: PostgresTransaction

    init(_ location: PostgresLocation) {
        connection = PostgresConnection(location)
        transaction = PostgresTransaction(connection)
    }

    /// Serves the queue until it is closed and empty.
    func run(_ queue: WorkQueue<any SQLWork>) {
        while let taken = queue.take(1) {
            for work in taken {
                serve(work)
            }
        }
        connection.close()
    }

    private func serve(_ work: any SQLWork) {
        do {
            // A read changes nothing: one that lost its connection is read again on a new one.
            if try isLost(snapshot(work)) { _ = try snapshot(work) }
        } catch {
            work.answer(error)
            return
        }
        work.answer(nil)
        end()
    }

    private func snapshot(_ work: any SQLWork) throws -> (any Error)? {
        try connection.open()
        connection.enqueue("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        return work.perform(in: transaction)
    }

    private func isLost(_ error: (any Error)?) -> Bool {
        (error as? SQLError)?.code == .connectionLost
    }

    private func end() {
        guard connection.isOpen else { return }
        do {
            try connection.run("ROLLBACK")
        } catch {
            // The read is answered; the next one connects anew.
            connection.close()
        }
    }
}
