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
    /// A job under way; the child is nil until it is started.
    private struct Running {
        let project: String
        var child: ChildProcess?
        var isStopping = false
    }

    private let database: any SQLDatabase
    private let logDirectory: String
    private let maximumRunning: Int
    private let running = Mutex<[String: Running]>([:])

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
        guard reserve(id, project: specification.project) else {
            job.state = .failed
            job.outcome = "\(maximumRunning) jobs are running already"
            throw JobFailure(job: job, outputTail: "")
        }
        defer { running.withLock { _ = $0.removeValue(forKey: id) } }
        try await save(job)
        let tail = await execute(specification, job: &job)
        job.endedAt = WallClock.nowMilliseconds()
        try await save(job)
        guard job.state == .succeeded else { throw JobFailure(job: job, outputTail: tail) }
        return job
    }

    /// Ends the running jobs of a project, which are then `lost`; for the stop of the project.
    package func stopJobs(of project: String) async {
        let children = running.withLock { running in
            for (id, job) in running where job.project == project { running[id]?.isStopping = true }
            return running.values.filter { $0.project == project }.compactMap(\.child)
        }
        await withTaskGroup(of: Void.self) { group in
            for child in children { group.addTask { _ = await child.terminate() } }
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

    private func reserve(_ id: String, project: String) -> Bool {
        running.withLock { running in
            guard running.count < maximumRunning else { return false }
            running[id] = Running(project: project)
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
        let isStoppingAlready = running.withLock { running in
            running[id]?.child = child
            return running[id]?.isStopping ?? false
        }
        if isStoppingAlready { _ = await child.terminate() }
        let (status, timedOut) = await child.wait(atMost: specification.timeout)
        job.outcome = timedOut ? "longer than \(specification.timeout), \(status)" : "\(status)"
        job.state = timedOut ? .timedOut : status.isSuccess ? .succeeded : .failed
        if job.state == .failed, running.withLock({ $0[id]?.isStopping ?? false }) { job.state = .lost }
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
