import Synchronization

@testable import CommandLine

/// Runs commands and keeps what they print.
final class TestTerminal: Sendable {
    private let written = Mutex((output: "", errors: ""))
    private let lines: Mutex<[String]>
    private let server: String?
    let runner = TestRunner()

    init(server: String? = nil, lines: [String] = []) {
        self.server = server
        self.lines = Mutex(lines)
    }

    var output: String { written.withLock { $0.output } }
    var errors: String { written.withLock { $0.errors } }

    func run(_ arguments: [String]) async -> Int32 {
        let streams = CommandStreams(
            write: { text in self.written.withLock { $0.output += text } },
            writeError: { text in self.written.withLock { $0.errors += text } },
            readLine: { self.lines.withLock { $0.isEmpty ? nil : $0.removeFirst() } },
            environment: { $0 == "MARTLET_SERVER" ? self.server : nil }
        )
        return await MartletCommands(runner: runner, streams: streams).run(arguments)
    }
}

/// Keeps what it was asked to run.
final class TestRunner: ServerRunner {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    private let state = Mutex((served: [ServeOptions](), played: [DemoOptions](), failure: String?.none))

    var served: [ServeOptions] { state.withLock { $0.served } }
    var played: [DemoOptions] { state.withLock { $0.played } }

    func fail(with message: String) { state.withLock { $0.failure = message } }

    func serve(_ options: ServeOptions) async throws {
        state.withLock { $0.served.append(options) }
        if let failure = state.withLock({ $0.failure }) { throw Failure(description: failure) }
    }

    func demo(_ options: DemoOptions) async throws {
        state.withLock { $0.played.append(options) }
    }
}
