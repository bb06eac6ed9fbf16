import SQLStore
import SQLStoreTestSupport
import TestSupport
import Testing

@testable import Pipelines

@Suite(.timeLimit(.minutes(10))) struct JobServiceTests {
    private let directory: TemporaryDirectory
    private let database: any SQLDatabase
    private let jobs: JobService

    init() async throws {
        directory = try TemporaryDirectory()
        database = try await TestDatabase.open(in: directory.path, name: "test")
        try await database.migrate(PipelinesSchema.migrations)
        jobs = JobService(database: database, logDirectory: "\(directory.path)/logs", maximumRunning: 1)
    }

    private func job(_ script: String, timeout: Duration = .seconds(30)) -> JobSpecification {
        JobSpecification(
            project: "weather",
            name: "train",
            executable: "/bin/sh",
            arguments: ["-c", script],
            environment: ["PATH": "/usr/bin:/bin"],
            directory: directory.path,
            timeout: timeout,
            links: ["run_id": "r1"]
        )
    }

    @Test func `a job that succeeds is on record with its log`() async throws {
        let done = try await jobs.run(job("echo trained"))
        #expect(done.state == .succeeded)
        #expect(try await jobs.job(done.id) == done)
        #expect(jobs.logTail(of: done) == "trained\n")
        #expect(done.links == ["run_id": "r1"])
    }

    @Test func `a job that fails tells its exit code and its last lines`() async throws {
        let failure = await #expect(throws: JobFailure.self) { try await jobs.run(job("echo no data >&2; exit 3")) }
        #expect(failure?.job.state == .failed)
        #expect(failure?.description.contains("exit code 3") == true)
        #expect(failure?.description.contains("no data") == true)
        #expect(try await jobs.jobs(project: "weather").map(\.state) == [.failed])
        #expect(try await jobs.jobs(project: "other").isEmpty)
    }

    @Test func `a job that hangs is ended at its limit`() async throws {
        let failure = await #expect(throws: JobFailure.self) {
            try await jobs.run(job("sleep 1000", timeout: .milliseconds(50)))
        }
        #expect(failure?.job.state == .timedOut)
    }

    @Test func `a program that is not there is a failed job`() async throws {
        var specification = job("")
        specification.executable = "/nowhere/python"
        let failure = await #expect(throws: JobFailure.self) { try await jobs.run(specification) }
        #expect(failure?.description.contains("/nowhere/python") == true)
    }

    @Test func `jobs beyond the limit are refused, and a stop ends those that run as lost`() async throws {
        let jobs = jobs
        let specification = job("echo here; sleep 1000")
        let running = Task { try await jobs.run(specification) }
        while try await jobs.jobs().isEmpty { try await Task.sleep(for: .milliseconds(2)) }
        let refused = await #expect(throws: JobFailure.self) { try await jobs.run(job("true")) }
        #expect(refused?.description.contains("1 jobs are running already") == true)
        while !jobs.logTail(of: try #require(try await jobs.jobs().first)).contains("here") {
            try await Task.sleep(for: .milliseconds(2))
        }
        await jobs.stopJobs(of: "other")
        await jobs.stopJobs(of: "weather")
        let failure = await #expect(throws: JobFailure.self) { try await running.value }
        #expect(failure?.job.state == .lost)
    }

    @Test func `what a dead server left running is lost at the next start`() async throws {
        let done = try await jobs.run(job("true"))
        try await database.write { try $0.execute("UPDATE jobs SET state = 'running'") }
        try await jobs.recover()
        let job = try #require(try await jobs.job(done.id))
        #expect(job.state == .lost)
        #expect(job.outcome == "the server stopped while it ran")
    }
}
