package import LogStorage

/// How one server runs.
///
/// Defaults are those of `martlet serve` without options.
package struct ServerConfiguration: Sendable, Hashable {
    /// The folder that holds everything: log, database, artifacts, lake, logs.
    ///
    /// A backup is a copy of it.
    package var dataDirectory = ".martlet"
    /// `postgres://…` for the metadata, which may hold a password; nil for SQLite in ``dataDirectory``.
    package var database: String?
    /// The address that both listeners bind to.
    package var host = "127.0.0.1"
    /// The address that the log binds to; nil for ``host``.
    package var kafkaHost: String?
    /// Whether everybody may come from other machines, without a login.
    package var allowsAnonymous = false
    /// Whether clients on this machine must log in to the log too.
    package var requiresLogin = false
    /// The port of the APIs and the page; 0 for any free one.
    package var httpPort = 8_080
    /// The port of the Kafka protocol; 0 for any free one.
    package var kafkaPort = 9_092
    /// The host that Kafka clients are told to connect to; nil for ``host``.
    package var advertisedHost: String?
    /// The port that Kafka clients are told to connect to; nil for the bound one.
    package var advertisedPort: Int?
    /// The log's settings by Kafka's names for those of a node.
    package var logSettings: [String: String] = [:]
    /// When the log's records go to the disk: what a power cut may take back.
    package var flushPolicy = FlushPolicy.always
    /// The cluster that stands in for the embedded log; nil for the log of our own.
    package var kafka: OutsideKafka?
    /// The Python environment for jobs, and for the libraries of DuckDB and ONNX Runtime; nil to look for one.
    package var pythonEnvironment: String?
    /// Serves the page from this folder instead of the binary's own copy, for work on it.
    package var uiDirectory: String?
    /// Where artifacts lie: `s3://bucket/prefix`; nil for the data folder.
    package var artifacts: String?
    /// The address of the S3-compatible store; nil for Amazon's.
    package var s3Endpoint: String?
    /// The region of the bucket; nil for `$AWS_REGION`, else `us-east-1`.
    package var s3Region: String?
    /// A file with the keys for S3; nil for the environment.
    package var s3Credentials: String?
    /// Names besides `localhost` and private addresses under which the APIs answer; `*` for all.
    package var allowedHosts: [String] = []
    /// After how many days what was deleted goes for good; 0 for never.
    package var trashDays = 30
    /// Whether webhooks may be sent without TLS and to addresses of this machine and of private networks.
    package var allowsPrivateWebhooks = false
    /// The relay that mails about alerts are handed to, `smtp://` or `smtps://`; nil for none.
    package var mailRelay: String?
    /// The address that these mails come from.
    package var mailSender = "martlet@localhost"
    /// Where people reach the page, for links in alerts; nil for the address that is listened on.
    package var publicURL: String?
    /// How long a stop may take for each part.
    package var stopDeadline: Duration = .seconds(10)

    /// The defaults.
    package init() {}

    /// The address at which this machine reaches the page and the APIs.
    var reachableHost: String { Self.reachable(host) }

    /// The address that the log binds to.
    var logHost: String { kafkaHost ?? host }

    /// The address at which this machine reaches the log.
    var reachableLogHost: String { Self.reachable(logHost) }

    private static func reachable(_ host: String) -> String {
        ["0.0.0.0", "::", ""].contains(host) ? "127.0.0.1" : host
    }

    private static func isLoopback(_ host: String) -> Bool {
        host == "localhost" || host == "::1" || host.hasPrefix("127.")
    }

    /// Checks what can be checked without touching anything; throws ``ConfigurationError``.
    package func validate() throws(ConfigurationError) {
        for (option, port) in [("--port", httpPort), ("--kafka-port", kafkaPort)] where !(0...65_535).contains(port) {
            throw ConfigurationError("\(option) must be from 0 to 65535, not \(port)")
        }
        guard httpPort == 0 || httpPort != kafkaPort || kafka != nil else {
            throw ConfigurationError("--port and --kafka-port must differ; both are \(httpPort)")
        }
        guard (0...36_500).contains(trashDays) else {
            throw ConfigurationError("--trash-days must be from 0 to 36500, not \(trashDays)")
        }
        guard !dataDirectory.isEmpty else { throw ConfigurationError("--data must name a folder") }
        if let mailRelay, !mailRelay.hasPrefix("smtp://"), !mailRelay.hasPrefix("smtps://") {
            throw ConfigurationError("--smtp must begin with smtp:// or smtps://")
        }
        guard mailSender.contains("@"), mailSender.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw ConfigurationError("--mail-from must be a mail address, not '\(mailSender)'")
        }
        guard !host.isEmpty else { throw ConfigurationError("--host must name an address") }
        guard kafkaHost?.isEmpty != true else { throw ConfigurationError("--kafka-host must name an address") }
        guard allowsAnonymous || Self.isLoopback(host) else {
            throw ConfigurationError(
                """
                the page and the APIs have no login, and other machines can reach \(host): give --allow-anonymous to open \
                them to everybody there, or --kafka-host \(host) instead of --host to open only the log, which has one
                """
            )
        }
    }
}

/// A setting that cannot work, in words that name it.
package struct ConfigurationError: Error, Sendable, CustomStringConvertible {
    /// The setting and what it should be.
    package let description: String

    init(_ description: String) {
        self.description = description
    }
}
