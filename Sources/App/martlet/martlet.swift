internal import CommandLine
internal import Composition
internal import Execution
internal import Glibc

@main
struct MartletProgram {
    /// Signals are blocked before any thread exists; the main thread then does nothing but wait for them.
    static func main() {
        ProcessSignals.blockAll()
        let runner = CommandServerRunner()
        let arguments = Array(Swift.CommandLine.arguments.dropFirst())
        Task.detached {
            let status = await MartletCommands(runner: runner, environments: CommandServerRunner.environments)
                .run(arguments)
            exit(status)
        }
        let first = ProcessSignals.waitForStop()
        if !runner.stop() { exit(128 + first) }
        // A second signal does not wait for an orderly end.
        let second = ProcessSignals.waitForStop()
        _exit(128 + second)
    }
}
