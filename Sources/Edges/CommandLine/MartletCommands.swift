internal import JSON

/// The command line: `martlet <command> …`.
///
/// All commands but `serve`, `demo`, `drift`, `version` and `report` of files talk to a server through its API.
package struct MartletCommands: Sendable {
    private let groups: [CommandGroup]
    private let streams: CommandStreams

    /// Makes the command line; `runner` is what `serve` and `demo` start.
    ///
    /// - Parameters:
    ///   - runner: what `serve` and `demo` start.
    ///   - streams: where the commands read and print.
    ///   - environments: Python environments that may hold the library which reads files; asked when one is read.
    package init(
        runner: any ServerRunner,
        streams: CommandStreams = .standard,
        environments: @escaping @Sendable () -> [String] = { [] }
    ) {
        self.streams = streams
        let files = FileDesk(environments: environments)
        groups = [
            .single(ServerCommands.serve(runner)),
            .single(ServerCommands.demo(runner)),
            TopicCommands.group,
            UserCommands.group,
            DatasetCommands.group,
            RunCommands.group,
            ModelCommands.group,
            TrashCommands.group,
            LoopCommands.group,
            .single(DriftCommand.drift(files)),
            MonitorCommands.group,
            .single(ReportCommand.report(files)),
            .single(ServerCommands.version),
        ]
    }

    /// Runs one command; `arguments` are the words after the program's name.
    ///
    /// - Returns: The status for the process to end with.
    package func run(_ arguments: [String]) async -> Int32 {
        do {
            try await dispatch(arguments)
            return ExitStatus.ok.rawValue
        } catch let failure as CommandFailure {
            streams.writeError("martlet: \(failure.message)\n")
            if failure.status == .usage { streams.writeError("'martlet --help' says more\n") }
            return failure.status.rawValue
        } catch {
            streams.writeError("martlet: \(error)\n")
            return ExitStatus.failed.rawValue
        }
    }

    private func dispatch(_ arguments: [String]) async throws {
        guard let word = arguments.first else {
            streams.writeError(HelpText.program(groups))
            throw CommandFailure.usage("a command is missing")
        }
        if ["--help", "-h", "help"].contains(word) { return streams.write(HelpText.program(groups)) }
        if word == "--version" { return try await dispatch(["version"]) }
        guard let group = groups.first(where: { $0.name == word }) else {
            let hint = NearestWord.hint(for: word, among: groups.map(\.name))
            throw CommandFailure.usage("there is no command '\(word)'\(hint)")
        }
        try await run(group, arguments.dropFirst())
    }

    private func run(_ group: CommandGroup, _ arguments: ArraySlice<String>) async throws {
        if group.isSingle { return try await run(group.commands[0], in: group, arguments) }
        guard let word = arguments.first, !["--help", "-h"].contains(word) else {
            if arguments.isEmpty { return try await run(group.commands[0], in: group, []) }
            return streams.write(HelpText.group(group))
        }
        if word.hasPrefix("-") { return try await run(group.commands[0], in: group, arguments) }
        guard let command = group.commands.first(where: { $0.name == word }) else {
            let hint = NearestWord.hint(for: word, among: group.commands.map(\.name))
            throw CommandFailure.usage("there is no command '\(group.name) \(word)'\(hint)")
        }
        try await run(command, in: group, arguments.dropFirst())
    }

    private func run(
        _ command: CommandSpecification,
        in group: CommandGroup,
        _ arguments: ArraySlice<String>
    ) async throws {
        let invocation = try ArgumentParser(command: command).parse(arguments)
        if invocation.has("--help") { return streams.write(HelpText.command(command, in: group)) }
        try await command.action(invocation, CommandContext(invocation, streams))
    }
}

/// What a command works with: the server, and where to print.
struct CommandContext: Sendable {
    let streams: CommandStreams
    let report: Report
    private let server: String

    init(_ invocation: Invocation, _ streams: CommandStreams) {
        self.streams = streams
        report = Report(streams: streams, isJSON: invocation.has("--json"))
        server = invocation.value("--server") ?? streams.environment("MARTLET_SERVER") ?? "http://127.0.0.1:8080"
    }

    func client() throws(CommandFailure) -> APIClient { try APIClient(server: server) }
}
