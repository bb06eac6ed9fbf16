internal import JSON
internal import Primitives
internal import Telemetry

/// How `serve` was asked to run; nil where the default counts.
package struct ServeOptions: Sendable, Equatable {
    /// The value of `--data`.
    package var dataDirectory: String?
    /// The value of `--database`; may hold a password.
    package var database: String?
    /// The value of `--host`.
    package var host: String?
    /// The value of `--port`.
    package var httpPort: Int?
    /// The value of `--kafka-port`.
    package var kafkaPort: Int?
    /// The value of `--advertised-host`.
    package var advertisedHost: String?
    /// The value of `--python`.
    package var pythonEnvironment: String?
    /// The value of `--ui-dir`.
    package var uiDirectory: String?

    /// The defaults.
    package init() {}
}

/// How `demo` was asked to run.
package struct DemoOptions: Sendable, Equatable {
    /// The server inside it.
    package var server = ServeOptions()
    /// `--project`: the folder of the project; nil for the weather example.
    package var project: String?
    /// `--exit`: ends when the story is told, instead of leaving the server up.
    package var exits = false
    /// `--report`: where the report goes; nil for nowhere.
    package var report: String?

    /// The defaults.
    package init() {}
}

/// Starts servers; `Composition` hands one in.
package protocol ServerRunner: Sendable {
    /// Runs a server until it is stopped; throws an error whose description says what to do.
    func serve(_ options: ServeOptions) async throws

    /// Plays the demonstration; throws an error whose description says what to do.
    func demo(_ options: DemoOptions) async throws
}

/// `serve`, `demo` and `version`.
enum ServerCommands {
    private static let options: [OptionSpecification] = [
        .value("--data", "FOLDER", "Everything the server keeps; .martlet without"),
        .value("--database", "ADDRESS", "postgres://user@host/name; $MARTLET_DATABASE, else SQLite in the folder"),
        .value("--host", "ADDRESS", "Where to listen; 127.0.0.1 without"),
        .value("--port", "PORT", "Page and APIs; 8080 without, 0 takes a free one"),
        .value("--kafka-port", "PORT", "Kafka's protocol; 9092 without, 0 takes a free one"),
        .value("--advertised-host", "NAME", "The host that Kafka clients are told; that of --host without"),
        .value("--python", "FOLDER", "The Python environment; $MARTLET_VENV, else .venv without"),
        .value("--ui-dir", "FOLDER", "Serves the page from a folder, for work on it"),
        .value("--log-level", "LEVEL", "debug, info, warning or error; info without"),
    ]

    static func serve(_ runner: any ServerRunner) -> CommandSpecification {
        CommandSpecification(
            name: "serve",
            summary: "Runs the server until SIGTERM or Ctrl-C",
            options: options,
            isClient: false
        ) { invocation, _ in
            try await runner.serve(try serveOptions(invocation))
        }
    }

    static func demo(_ runner: any ServerRunner) -> CommandSpecification {
        CommandSpecification(
            name: "demo",
            summary: "Runs a server and plays the loop on fifty years of weather",
            options: [
                .flag("--exit", "Ends when the story is told, instead of leaving the server up"),
                .value("--report", "FILE", "Writes the report as JSON"),
                .value("--project", "FOLDER", "Another project; examples/weather without"),
            ] + options,
            isClient: false
        ) { invocation, _ in
            var options = DemoOptions()
            options.server = try serveOptions(invocation)
            options.project = invocation.value("--project")
            options.exits = invocation.has("--exit")
            options.report = invocation.value("--report")
            try await runner.demo(options)
        }
    }

    static let version = CommandSpecification(
        name: "version",
        summary: "Prints the version of this program",
        options: [.flag("--json", "Prints JSON")],
        isClient: false
    ) { _, context in
        context.report.line(
            "martlet \(ProductVersion.current)",
            ["name": "martlet", "version": .string(ProductVersion.current)]
        )
    }

    private static func serveOptions(_ invocation: Invocation) throws(CommandFailure) -> ServeOptions {
        var options = ServeOptions()
        options.dataDirectory = invocation.value("--data")
        options.database = invocation.value("--database")
        options.host = invocation.value("--host")
        options.httpPort = try invocation.integer("--port", 0...65_535)
        options.kafkaPort = try invocation.integer("--kafka-port", 0...65_535)
        options.advertisedHost = invocation.value("--advertised-host")
        options.pythonEnvironment = invocation.value("--python")
        options.uiDirectory = invocation.value("--ui-dir")
        if let name = invocation.value("--log-level") { Logger.level = try level(name) }
        return options
    }

    private static func level(_ name: String) throws(CommandFailure) -> LogLevel {
        guard let level = LogLevel.allCases.first(where: { "\($0)" == name }) else {
            throw .usage("--log-level is one of debug, info, warning, error; not '\(name)'")
        }
        return level
    }
}
