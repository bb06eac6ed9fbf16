internal import Files
internal import Glibc
internal import JSON
internal import Primitives
internal import Processes
package import SQLStore
internal import Synchronization

/// Runs users' programs as supervised processes and keeps what became of each.
///
/// A crash of a job is a record with its exit code and log, never silence; jobs that the server left behind when it
/// died are marked `lost` at the next start. Thread-safe.
package final class JobService: Sendable {
    private let database: any SQLDatabase
    private let logDirectory: String
    private let maximumRunning: Int
    private let children = Mutex<[String: ChildProcess?]>([:])
    private let isStopping = Mutex(false)

    /// Jobs in `database`, which has ``PipelinesSchema/migrations``, with logs in `logDirectory`.
    package init(database: any SQLDatabase, logDirectory: String, maximumRunning: Int = 4) {
        self.database = database
        self.logDirectory = logDirectory
        self.maximumRunning = maximumRunning
    }

    /// Marks jobs that were running when the server died; call before any job is started.
    package func recover() async throws {
        let now = WallClock.nowMilliseconds()
        try await database.write { transaction in
            try transaction.execute(
                "UPDATE jobs SET state = ?, outcome = ?, ended_at_ms = ? WHERE state = ?",
                [
                    .text(Job.State.lost.rawValue), "the server stopped while it ran", .int(now),
                    .text(Job.State.running.rawValue),
                ]
            )
        }
    }

    /// Runs a job to its end and returns it; throws ``JobFailure`` where it did not succeed.
    package func run(_ specification: JobSpecification) async throws -> Job {
        let id = RandomID.hex()
        var job = Job(
            id: id,
            project: specification.project,
            name: specification.name,
            state: .running,
            outcome: "",
            links: specification.links,
            logPath: "\(logDirectory)/\(id).log",
            startedAt: WallClock.nowMilliseconds()
        )
        guard reserve(id) else {
            job.state = .failed
            job.outcome = "\(maximumRunning) jobs are running already"
            throw JobFailure(job: job, outputTail: "")
        }
        defer { children.withLock { _ = $0.removeValue(forKey: id) } }
        try await save(job)
        let tail = await execute(specification, job: &job)
        job.endedAt = WallClock.nowMilliseconds()
        try await save(job)
        guard job.state == .succeeded else { throw JobFailure(job: job, outputTail: tail) }
        return job
    }

    /// Ends all running jobs, which are then `lost`; for the stop of the server.
    package func stopAll() async {
        isStopping.withLock { $0 = true }
        let running = children.withLock { $0.values.compactMap { $0 } }
        await withTaskGroup(of: Void.self) { group in
            for child in running { group.addTask { _ = await child.terminate() } }
        }
    }

    /// The newest jobs first.
    package func jobs(project: String? = nil, limit: Int = 200) async throws -> [Job] {
        let rows = try await database.read { transaction in
            try transaction.query(
                """
                SELECT \(JobService.columns) FROM jobs WHERE (? = '' OR project = ?)
                ORDER BY started_at_ms DESC, id LIMIT ?
                """,
                [.text(project ?? ""), .text(project ?? ""), .int(Int64(limit))]
            )
        }
        return try rows.map(JobService.job)
    }

    /// One job; nil where there is none.
    package func job(_ id: String) async throws -> Job? {
        let row = try await database.read { transaction in
            try transaction.first("SELECT \(JobService.columns) FROM jobs WHERE id = ?", [.text(id)])
        }
        return try row.map(JobService.job)
    }

    /// The last `limit` bytes of a job's output; empty where it wrote nothing.
    package func logTail(of job: Job, limit: Int = 64 << 10) -> String {
        guard let length = try? File.length(job.logPath),
            let file = try? FileDescriptor(path: job.logPath, mode: .read)
        else { return "" }
        var bytes = [UInt8](repeating: 0, count: min(limit, length))
        let count = bytes.withUnsafeMutableBytes { (try? file.read(into: $0, at: max(0, length - limit))) ?? 0 }
        return String(decoding: bytes[..<count], as: UTF8.self)
    }

    private func reserve(_ id: String) -> Bool {
        children.withLock { children in
            guard children.count < maximumRunning else { return false }
            children[id] = .some(nil)
            return true
        }
    }

    /// Runs the process and writes its end into `job`; returns the end of its output.
    private func execute(_ specification: JobSpecification, job: inout Job) async -> String {
        let child: ChildProcess
        do {
            child = try await ChildProcess.spawn(
                SpawnRequest(
                    executable: specification.executable,
                    arguments: specification.arguments,
                    environment: specification.environment,
                    directory: specification.directory,
                    logPath: job.logPath
                )
            )
        } catch {
            job.state = .failed
            job.outcome = "\(error)"
            return ""
        }
        let id = job.id
        children.withLock { $0[id] = child }
        let (status, timedOut) = await child.wait(atMost: specification.timeout)
        job.outcome = timedOut ? "longer than \(specification.timeout), \(status)" : "\(status)"
        job.state = timedOut ? .timedOut : status.isSuccess ? .succeeded : .failed
        if job.state == .failed, isStopping.withLock({ $0 }) { job.state = .lost }
        return String(decoding: child.outputTail.utf8.suffix(4 << 10), as: UTF8.self)
    }

    private static let columns = "id, project, name, state, outcome, links, log_path, started_at_ms, ended_at_ms"

    private func save(_ job: Job) async throws {
        let links = JSONObject(job.links.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) })
        let text = String(decoding: JSONValue.object(links).serialized(), as: UTF8.self)
        try await database.write { transaction in
            try transaction.execute(
                """
                INSERT INTO jobs (\(JobService.columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (id) DO UPDATE SET
                    state = excluded.state, outcome = excluded.outcome, ended_at_ms = excluded.ended_at_ms
                """,
                [
                    .text(job.id), .text(job.project), .text(job.name), .text(job.state.rawValue), .text(job.outcome),
                    .text(text), .text(job.logPath), .int(job.startedAt), SQLValue(job.endedAt),
                ]
            )
        }
    }

    private static func job(_ row: SQLRow) throws -> Job {
        let links = try JSONValue.parse(try row.text(5)).objectValue ?? [:]
        return Job(
            id: try row.text(0),
            project: try row.text(1),
            name: try row.text(2),
            state: Job.State(rawValue: try row.text(3)) ?? .failed,
            outcome: try row.text(4),
            links: Dictionary(links.pairs.map { ($0, $1.stringValue ?? "") }) { $1 },
            logPath: try row.text(6),
            startedAt: try row.int(7),
            endedAt: try row.optionalInt(8)
        )
    }
}
