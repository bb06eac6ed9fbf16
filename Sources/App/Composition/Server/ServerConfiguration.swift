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
    /// The port of the APIs and the page; 0 for any free one.
    package var httpPort = 8_080
    /// The port of the Kafka protocol; 0 for any free one.
    package var kafkaPort = 9_092
    /// The host that Kafka clients are told to connect to; nil for ``host``.
    package var advertisedHost: String?
    /// The Python environment for jobs, and for the libraries of DuckDB and ONNX Runtime; nil to look for one.
    package var pythonEnvironment: String?
    /// Serves the page from this folder instead of the binary's own copy, for work on it.
    package var uiDirectory: String?
    /// How long a stop may take for each part.
    package var stopDeadline: Duration = .seconds(10)

    /// The defaults.
    package init() {}

    /// The address at which this machine reaches the listeners.
    var reachableHost: String { ["0.0.0.0", "::", ""].contains(host) ? "127.0.0.1" : host }

    /// Checks what can be checked without touching anything; throws ``ConfigurationError``.
    package func validate() throws(ConfigurationError) {
        for (option, port) in [("--port", httpPort), ("--kafka-port", kafkaPort)] where !(0...65_535).contains(port) {
            throw ConfigurationError("\(option) must be from 0 to 65535, not \(port)")
        }
        guard httpPort == 0 || httpPort != kafkaPort else {
            throw ConfigurationError("--port and --kafka-port must differ; both are \(httpPort)")
        }
        guard !dataDirectory.isEmpty else { throw ConfigurationError("--data must name a folder") }
        guard !host.isEmpty else { throw ConfigurationError("--host must name an address") }
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
