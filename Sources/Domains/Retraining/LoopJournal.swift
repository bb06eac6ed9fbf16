internal import JSON
internal import Primitives
package import SQLStore

/// Hears of every new step, after it is durable.
package protocol LoopJournalObserver: Sendable {
    /// A step was recorded.
    func didRecord(_ step: LoopStep) async
}

/// The audit of the loop: steps are added, never changed.
package final class LoopJournal: Sendable {
    private static let columns = "id, project, number, kind, title, at_ms, row_number, numbers, links"

    private let database: any SQLDatabase
    private let observer: any LoopJournalObserver

    /// A journal in `database`, which has ``RetrainingSchema/migrations``.
    package init(database: any SQLDatabase, observer: any LoopJournalObserver) {
        self.database = database
        self.observer = observer
    }

    /// Records an event; durable when it returns.
    ///
    /// The same key gives the step that is there already.
    @discardableResult
    package func record(_ event: NewLoopStep, project: String) async throws -> LoopStep {
        let now = WallClock.nowMilliseconds()
        let (step, isNew) = try await database.write { transaction in
            try LoopJournal.insert(event, project: project, at: now, in: transaction)
        }
        if isNew { await observer.didRecord(step) }
        return step
    }

    /// All steps of a project in their order, at most `limit` of the newest.
    package func steps(project: String, limit: Int = 10_000) async throws -> [LoopStep] {
        let rows = try await database.read { transaction in
            try transaction.query(
                "SELECT \(LoopJournal.columns) FROM loop_steps WHERE project = ? ORDER BY number DESC LIMIT ?",
                [.text(project), .int(Int64(limit))]
            )
        }
        return try rows.reversed().map(LoopJournal.step)
    }

    /// One step by its id or its number; nil where there is none.
    package func step(project: String, id: String) async throws -> LoopStep? {
        let row = try await database.read { transaction in
            try transaction.first(
                "SELECT \(LoopJournal.columns) FROM loop_steps WHERE project = ? AND (id = ? OR number = ?)",
                [.text(project), .text(id), .int(Int64(id) ?? -1)]
            )
        }
        return try row.map(LoopJournal.step)
    }

    private static func insert(
        _ event: NewLoopStep,
        project: String,
        at now: Int64,
        in transaction: any SQLTransaction
    ) throws -> (LoopStep, Bool) {
        let known = try transaction.first(
            "SELECT \(columns) FROM loop_steps WHERE project = ? AND event_key = ?",
            [.text(project), .text(event.key)]
        )
        if let known { return (try step(known), false) }
        let last = try transaction.first(
            "SELECT COALESCE(MAX(number), 0) FROM loop_steps WHERE project = ?",
            [.text(project)]
        )
        let step = LoopStep(
            id: RandomID.hex(),
            project: project,
            number: Int(try last?.int(0) ?? 0) + 1,
            kind: event.kind,
            title: event.title,
            at: now,
            row: event.row,
            numbers: event.numbers,
            links: event.links
        )
        try transaction.execute(
            "INSERT INTO loop_steps (\(columns), event_key) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                .text(step.id), .text(project), .int(Int64(step.number)), .text(step.kind.rawValue), .text(step.title),
                .int(now), SQLValue(step.row.map(Int64.init)), .text(JSONValue.object(step.numbers).text),
                .text(JSONValue.object(step.links).text), .text(event.key),
            ]
        )
        return (step, true)
    }

    private static func step(_ row: SQLRow) throws -> LoopStep {
        LoopStep(
            id: try row.text(0),
            project: try row.text(1),
            number: Int(try row.int(2)),
            kind: LoopStep.Kind(rawValue: try row.text(3)) ?? .failed,
            title: try row.text(4),
            at: try row.int(5),
            row: try row.optionalInt(6).map(Int.init),
            numbers: try JSONValue.parse(try row.text(7)).objectValue ?? [:],
            links: try JSONValue.parse(try row.text(8)).objectValue ?? [:]
        )
    }
}

extension JSONValue {
    /// The compact text, for a column.
    var text: String { String(decoding: serialized(), as: UTF8.self) }
}
