import Files
import Glibc
import TestSupport
import Testing

@testable import Processes

@Suite(.timeLimit(.minutes(10))) struct ChildProcessTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    private var logPath: String { "\(directory.path)/logs/job.log" }

    private func shell(_ script: String, limit: Int = 1 << 20, memory: Int? = nil) -> SpawnRequest {
        SpawnRequest(
            executable: "/bin/sh",
            arguments: ["-c", script],
            environment: ["NAME": "martlet", "PATH": "/usr/bin:/bin"],
            directory: directory.path,
            logPath: logPath,
            logLimitBytes: limit,
            memoryLimitBytes: memory
        )
    }

    private func log() throws -> String { String(decoding: try File.read(logPath), as: UTF8.self) }

    @Test func `output, environment, folder and exit code come through`() async throws {
        let child = try await ChildProcess.spawn(shell("echo hello $NAME; pwd; echo oops >&2; env | wc -l; exit 3"))
        #expect(await child.wait() == .exited(3))
        let lines = try log().split(separator: "\n").map(String.init)
        #expect(lines[0] == "hello martlet")
        #expect(lines[1] == directory.path)
        #expect(lines[2] == "oops")
        #expect(child.outputTail.contains("oops"))
    }

    @Test func `a program that is not there is an error that names it`() async {
        var request = shell("")
        request.executable = "/nowhere/python"
        let error = await #expect(throws: SpawnError.self) { try await ChildProcess.spawn(request) }
        #expect(error?.description == "cannot execute /nowhere/python: No such file or directory")
    }

    @Test func `output beyond the limit is dropped and counted, and the end is still told`() async throws {
        let child = try await ChildProcess.spawn(shell("yes | head -c 200000; echo the end", limit: 1_000))
        #expect(await child.wait() == .exited(0))
        let text = try log()
        #expect(text.utf8.count < 1_200)
        #expect(text.contains("bytes beyond the limit were dropped"))
        #expect(child.outputTail.hasSuffix("the end\n"))
    }

    @Test func `a child that ignores SIGTERM is killed after the grace`() async throws {
        let child = try await ChildProcess.spawn(shell("trap '' TERM; echo ready; while true; do sleep 0.05; done"))
        while !child.outputTail.contains("ready") { try await Task.sleep(for: .milliseconds(5)) }
        #expect(await child.terminate(grace: .milliseconds(50)) == .signalled(SIGKILL))
    }

    @Test func `what a child started ends with it`() async throws {
        let child = try await ChildProcess.spawn(shell("sleep 1000 & echo $!; exit 0"))
        #expect(await child.wait() == .exited(0))
        let grandchild = try #require(Int32(child.outputTail.split(separator: "\n").first ?? ""))
        while kill(grandchild, 0) == 0 { try await Task.sleep(for: .milliseconds(5)) }
    }

    @Test func `a child that hangs is torn down at the limit`() async throws {
        let child = try await ChildProcess.spawn(shell("sleep 1000"))
        let (status, timedOut) = await child.wait(atMost: .milliseconds(50))
        #expect(timedOut)
        #expect(status == .signalled(SIGTERM))
    }

    @Test func `a child with a memory limit cannot take more`() async throws {
        let program = "x = ' ' * (512 << 20)"
        var request = shell("", memory: 256 << 20)
        request.executable = "/usr/bin/python3"
        request.arguments = ["-c", program]
        let child = try await ChildProcess.spawn(request)
        #expect(await child.wait() == .exited(1))
        #expect(child.outputTail.contains("MemoryError"))
    }

    @Test func `no descriptor of the parent but the standard ones reaches the child`() async throws {
        let leaked = open("/dev/null", O_RDONLY)
        defer { close(leaked) }
        let child = try await ChildProcess.spawn(shell("ls /proc/self/fd"))
        _ = await child.wait()
        let numbers = Set(child.outputTail.split(separator: "\n").compactMap { Int32($0) })
        #expect(!numbers.contains(leaked))
    }
}
