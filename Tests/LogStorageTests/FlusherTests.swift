import Files
import TestSupport
import Testing

@testable import LogStorage

struct FlusherTests {
    /// What one job came to.
    private func outcome(of job: FlushJob) async -> [FlushJob.Owner: StorageError]? {
        let (finished, report) = AsyncStream<Void>.makeStream()
        let flusher = Flusher { report.yield(()) }
        flusher.submit(job)
        for await _ in finished { break }
        return flusher.takeResult()
    }

    @Test func aJobIsReportedOnceWhenAllItsFilesAreFlushed() async throws {
        let folder = try TemporaryDirectory()
        var job = FlushJob()
        for index in 0..<100 {
            job.files.append((.partition(index), try LogFile(path: "\(folder.path)/\(index)")))
        }
        job.directories.append((.partition(0), folder.path))
        #expect(await outcome(of: job)?.isEmpty == true)
    }

    @Test func aFailureIsToldOfTheOwnerOfTheFile() async throws {
        let folder = try TemporaryDirectory()
        var job = FlushJob()
        for index in 0..<20 {
            // A device that cannot be flushed stands for a disk that fails.
            let path = index % 5 == 0 ? "/dev/null" : "\(folder.path)/\(index)"
            job.files.append((.partition(index), try LogFile(path: path)))
        }
        job.files.append((.journal, try LogFile(path: "\(folder.path)/journal")))
        let failures = await outcome(of: job)
        #expect(failures.map { Set($0.keys) } == Set([0, 5, 10, 15].map { FlushJob.Owner.partition($0) }))
    }

    @Test func aJobWithoutFilesStillRemovesFolders() async throws {
        let folder = try TemporaryDirectory()
        let old = try LogFile(path: "\(folder.path)/old")
        #expect(try old.length() == 0)
        #expect(await outcome(of: FlushJob(removals: ["\(folder.path)/old"]))?.isEmpty == true)
        #expect(!File.exists("\(folder.path)/old"))
    }

    @Test func jobsFollowEachOther() async throws {
        let folder = try TemporaryDirectory()
        let (finished, report) = AsyncStream<Void>.makeStream()
        let flusher = Flusher { report.yield(()) }
        var rounds = 0
        let files = try (0..<3).map { try LogFile(path: "\(folder.path)/\($0)") }
        flusher.submit(FlushJob(files: files.map { (.journal, $0) }))
        for await _ in finished {
            #expect(flusher.takeResult()?.isEmpty == true)
            #expect(flusher.takeResult() == nil)
            rounds += 1
            if rounds == 50 { break }
            flusher.submit(FlushJob(files: files.map { (.journal, $0) }))
        }
        #expect(rounds == 50)
    }
}
