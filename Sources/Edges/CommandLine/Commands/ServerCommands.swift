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
    /// The value of `--advertised-port`.
    package var advertisedPort: Int?
    /// The value of `--kafka-host`.
    package var kafkaHost: String?
    /// `--allow-anonymous`: who does not say who it is may come from other machines.
    package var allowsAnonymous = false
    /// `--require-login`: also clients on this machine must log in to the log.
    package var requiresLogin = false
    /// The values of `--log-setting`, by name.
    package var logSettings: [String: String] = [:]
    /// The value of `--flush`.
    package var flush: FlushOption?
    /// The value of `--kafka`.
    package var kafka: String?
    /// The values of `--kafka-properties`: files.
    package var kafkaPropertyFiles: [String] = []
    /// The values of `--kafka-property`.
    package var kafkaProperties: [String] = []
    /// The value of `--kafka-wait`, seconds.
    package var kafkaWait: Int?
    /// The value of `--python`.
    package var pythonEnvironment: String?
    /// The value of `--ui-dir`.
    package var uiDirectory: String?
    /// The value of `--artifacts`.
    package var artifacts: String?
    /// The value of `--s3-endpoint`.
    package var s3Endpoint: String?
    /// The value of `--s3-region`.
    package var s3Region: String?
    /// The value of `--s3-credentials`.
    package var s3Credentials: String?
    /// The names of `--allowed-hosts`.
    package var allowedHosts: [String]?
    /// The value of `--trash-days`.
    package var trashDays: Int?
    /// Whether `--allow-private-webhooks` was given.
    package var allowsPrivateWebhooks = false
    /// The value of `--smtp`, else of `$MARTLET_SMTP`.
    package var mailRelay: String?
    /// The value of `--mail-from`.
    package var mailSender: String?
    /// The value of `--public-url`.
    package var publicURL: String?

    /// The defaults.
    package init() {}
}

/// When the log's records go to the disk, as `--flush` says.
package enum FlushOption: Sendable, Equatable {
    /// Before each answer.
    case always
    /// Every so often.
    case every(milliseconds: Int)
    /// When the system likes.
    case never
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
        .value("--kafka-host", "ADDRESS", "Where the log listens; that of --host without"),
        .values("--log-setting", "NAME=VALUE", "A node's setting of Kafka's, such as num.partitions=3; again for more"),
        .flag("--allow-anonymous", "Opens addresses of other machines to everybody, without a login"),
        .flag("--require-login", "Clients on this machine must log in to the log too"),
        .value("--advertised-host", "NAME", "The host that Kafka clients are told; that of --host without"),
        .value("--advertised-port", "PORT", "The port that Kafka clients are told; that of the log without"),
        .value(
            "--flush",
            "WHEN",
            "Records to the disk: always (before each answer), every so many ms, never; always without"
        ),
        .value("--kafka", "HOST:PORT", "Uses this Kafka cluster instead of the embedded log; several with commas"),
        .values("--kafka-property", "NAME=VALUE", "A client setting for --kafka, such as security.protocol=SSL"),
        .values("--kafka-properties", "FILE", "A file of such settings, name=value a line; keeps secrets off the list"),
        .value("--kafka-wait", "SECONDS", "How long a start waits for that cluster; 30 without"),
        .value("--python", "FOLDER", "The Python environment; $MARTLET_VENV, else .venv without"),
        .value("--ui-dir", "FOLDER", "Serves the page from a folder, for work on it"),
        .value("--artifacts", "PLACE", "Where artifacts lie: s3://bucket/prefix; the data folder without"),
        .value("--s3-endpoint", "URL", "The S3-compatible store; Amazon's without"),
        .value("--s3-region", "REGION", "The bucket's region; $AWS_REGION, else us-east-1 without"),
        .value("--s3-credentials", "FILE", "The keys for S3; $AWS_ACCESS_KEY_ID and $AWS_SECRET_ACCESS_KEY without"),
        .value("--allowed-hosts", "NAMES", "Names to answer to besides localhost and private addresses; * for all"),
        .value("--trash-days", "DAYS", "When what was deleted goes for good; 30 without, 0 for never"),
        .flag("--allow-private-webhooks", "Sends webhooks by http and into private networks as well"),
        .value("--smtp", "URL", "The relay for mails about alerts, smtp:// or smtps://; $MARTLET_SMTP, else none"),
        .value("--mail-from", "ADDRESS", "Where these mails come from; martlet@localhost without"),
        .value("--public-url", "URL", "Where people reach the page, for links in alerts"),
        .value("--log-level", "LEVEL", "debug, info, warning or error; info without"),
    ]

    static func serve(_ runner: any ServerRunner) -> CommandSpecification {
        CommandSpecification(
            name: "serve",
            summary: "Runs the server until SIGTERM or Ctrl-C",
            options: options,
            isClient: false
        ) { invocation, context in
            try await runner.serve(try serveOptions(invocation, context))
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
        ) { invocation, context in
            var options = DemoOptions()
            options.server = try serveOptions(invocation, context)
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

    private static func serveOptions(
        _ invocation: Invocation,
        _ context: CommandContext
    ) throws(CommandFailure) -> ServeOptions {
        var options = ServeOptions()
        options.dataDirectory = invocation.value("--data")
        options.database = invocation.value("--database")
        options.host = invocation.value("--host")
        options.httpPort = try invocation.integer("--port", 0...65_535)
        options.kafkaPort = try invocation.integer("--kafka-port", 0...65_535)
        options.kafkaHost = invocation.value("--kafka-host")
        options.allowsAnonymous = invocation.has("--allow-anonymous")
        options.requiresLogin = invocation.has("--require-login")
        options.logSettings = try invocation.pairs("--log-setting")
        options.advertisedHost = invocation.value("--advertised-host")
        options.advertisedPort = try invocation.integer("--advertised-port", 1...65_535)
        options.flush = try invocation.value("--flush").map(flush)
        options.kafka = invocation.value("--kafka")
        options.kafkaPropertyFiles = invocation.allValues("--kafka-properties")
        options.kafkaProperties = invocation.allValues("--kafka-property")
        options.kafkaWait = try invocation.integer("--kafka-wait", 1...3_600)
        try checkKafka(options)
        options.pythonEnvironment = invocation.value("--python")
        options.uiDirectory = invocation.value("--ui-dir")
        options.artifacts = invocation.value("--artifacts")
        options.s3Endpoint = invocation.value("--s3-endpoint")
        options.s3Region = invocation.value("--s3-region")
        options.allowedHosts = invocation.value("--allowed-hosts").map { $0.split(separator: ",").map(String.init) }
        options.trashDays = try invocation.integer("--trash-days", 0...36_500)
        options.s3Credentials = invocation.value("--s3-credentials")
        options.allowsPrivateWebhooks = invocation.has("--allow-private-webhooks")
        options.mailRelay = invocation.value("--smtp") ?? context.streams.environment("MARTLET_SMTP")
        options.mailSender = invocation.value("--mail-from")
        options.publicURL = invocation.value("--public-url")
        if let name = invocation.value("--log-level") { Logger.level = try level(name) }
        return options
    }

    private static func flush(_ text: String) throws(CommandFailure) -> FlushOption {
        switch text {
        case "always": return .always
        case "never": return .never
        default:
            guard let milliseconds = Int(text), (1...3_600_000).contains(milliseconds) else {
                throw .usage("--flush is always, never, or a number of milliseconds from 1 to 3600000; not '\(text)'")
            }
            return .every(milliseconds: milliseconds)
        }
    }

    /// A cluster of somebody else's and a log of our own exclude each other.
    private static func checkKafka(_ options: ServeOptions) throws(CommandFailure) {
        if options.kafka != nil {
            guard options.kafkaPort == nil, options.kafkaHost == nil, options.advertisedHost == nil,
                options.advertisedPort == nil, !options.requiresLogin, options.logSettings.isEmpty, options.flush == nil
            else {
                throw .usage(
                    "with --kafka there is no log of our own: leave out --kafka-port, --kafka-host, --advertised-host, "
                        + "--advertised-port, --require-login, --log-setting and --flush"
                )
            }
        } else if !options.kafkaProperties.isEmpty || !options.kafkaPropertyFiles.isEmpty || options.kafkaWait != nil {
            throw .usage(
                "--kafka-property, --kafka-properties and --kafka-wait are about the cluster that --kafka names; name one"
            )
        }
    }

    private static func level(_ name: String) throws(CommandFailure) -> LogLevel {
        guard let level = LogLevel.allCases.first(where: { "\($0)" == name }) else {
            throw .usage("--log-level is one of debug, info, warning, error; not '\(name)'")
        }
        return level
    }
}
