internal import CPlatform
internal import Execution
internal import Files
internal import Glibc
internal import Primitives

/// A running child: its output goes to a log of bounded length, its end is watched, and it is torn down as a group.
///
/// The child leads a session of its own, so that what it starts ends with it; it dies with this process however that
/// ends. Thread-safe.
package final class ChildProcess: Sendable {
    /// The system's id of the child.
    package let processID: Int32

    private let ended: OneShot<ExitStatus>
    private let output: ChildOutput

    /// The thread that all children are started from: the system ties a child's life to the thread that made it.
    private static let spawner = DedicatedThread(name: "spawner")

    private init(processID: Int32, pidfd: Int32, output: ChildOutput) {
        self.processID = processID
        self.output = output
        let ended = OneShot<ExitStatus>()
        self.ended = ended
        let watcher = DedicatedThread(name: "child-\(processID)")
        watcher.submit {
            output.copy(untilEndOf: pidfd)
            // What the child started and left behind must not live on.
            _ = martlet_signal_group(processID, SIGKILL)
            ended.succeed(ChildProcess.reap(processID))
            close(pidfd)
            _ = watcher
        }
    }

    /// Starts a child; throws ``SpawnError`` naming the step that failed.
    package static func spawn(_ request: SpawnRequest) async throws -> ChildProcess {
        try await spawner.run { try start(request) }
    }

    /// Waits for the end of the child.
    package func wait() async -> ExitStatus {
        (try? await ended.value) ?? .exited(-1)
    }

    /// True once the child has ended.
    package var hasEnded: Bool { ended.isDone }

    /// The last lines of the output, at most 64 KiB.
    package var outputTail: String { output.tail }

    /// Asks the child and all it started to end, and after `grace` makes them; returns how it ended.
    package func terminate(grace: Duration = .seconds(5)) async -> ExitStatus {
        if ended.isDone { return await wait() }
        _ = martlet_signal_group(processID, SIGTERM)
        let inTime = await withDeadline(grace) { [ended] in _ = try? await ended.value }
        if !inTime { _ = martlet_signal_group(processID, SIGKILL) }
        return await wait()
    }

    /// Waits for the end at most `limit`, then tears the child down; the flag tells whether that was needed.
    package func wait(atMost limit: Duration) async -> (status: ExitStatus, timedOut: Bool) {
        let inTime = await withDeadline(limit) { [ended] in _ = try? await ended.value }
        if inTime { return (await wait(), false) }
        return (await terminate(), true)
    }

    private static func start(_ request: SpawnRequest) throws -> ChildProcess {
        let output = try ChildOutput(logPath: request.logPath, limitBytes: request.logLimitBytes)
        var arguments = CStringArray([request.executable] + request.arguments)
        var environment = CStringArray(request.environment.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" })
        defer {
            arguments.free()
            environment.free()
        }
        var processID: pid_t = 0
        var pidfd: Int32 = -1
        var step: UnsafePointer<CChar>?
        let result = request.executable.withCString { executable in
            request.directory.withCString { directory in
                var raw = martlet_spawn_request(
                    executable: executable,
                    arguments: arguments.pointer,
                    environment: environment.pointer,
                    directory: directory,
                    output: output.writeEnd,
                    memory_limit_bytes: UInt64(request.memoryLimitBytes ?? 0),
                    file_limit: 0
                )
                return martlet_spawn(&raw, &processID, &pidfd, &step)
            }
        }
        output.closeWriteEnd()
        guard result == 0 else {
            let reason = SystemError(call: "spawn", subject: request.executable, number: result).reason
            let stepName = step.map { String(cString: $0) } ?? "start"
            throw SpawnError(description: "cannot \(stepName) \(request.executable): \(reason)")
        }
        return ChildProcess(processID: processID, pidfd: pidfd, output: output)
    }

    private static func reap(_ processID: Int32) -> ExitStatus {
        let raw = martlet_reap(processID)
        return raw >= 1_000 ? .signalled(raw - 1_000) : .exited(raw)
    }
}

/// A null-terminated array of C strings that must be freed once.
private struct CStringArray {
    let pointer: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
    private let count: Int

    init(_ strings: [String]) {
        count = strings.count
        pointer = .allocate(capacity: strings.count + 1)
        for (index, string) in strings.enumerated() { (pointer + index).initialize(to: strdup(string)) }
        (pointer + strings.count).initialize(to: nil)
    }

    mutating func free() {
        for index in 0..<count { Glibc.free(pointer[index]) }
        pointer.deallocate()
    }
}
