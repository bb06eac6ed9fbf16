package import CommandLine
internal import Glibc
internal import LogStorage
internal import Synchronization

/// Starts servers for the command line, and stops what runs when a signal asks for it.
package final class CommandServerRunner: ServerRunner {
    private struct State {
        var stop: (@Sendable () -> Void)?
        var isStopping = false
    }

    private let state = Mutex(State())

    /// A runner that runs nothing yet.
    package init() {}

    /// The Python environment that a command without a server finds its libraries in; none where there is none.
    package static func environments() -> [String] {
        PythonEnvironment.find(nil).map { [$0.directory] } ?? []
    }

    /// Runs a server until a stop is asked for.
    package func serve(_ options: ServeOptions) async throws {
        var configuration = ServerConfiguration()
        configuration.apply(options)
        let server = MartletServer(configuration)
        try await server.start()
        keep { server.stop() }
        try await server.run()
    }

    /// Plays the demonstration; fails where a check of its project does not hold.
    package func demo(_ options: DemoOptions) async throws {
        var demonstration = DemonstrationOptions()
        demonstration.server.apply(options.server)
        demonstration.projectFolder = options.project
        demonstration.exits = options.exits
        demonstration.reportPath = options.report
        let player = Demonstration(demonstration)
        keep { player.stop() }
        guard try await player.run() == 0 else {
            throw LoopError("not every check of the project holds: see the lines marked ✗ above")
        }
    }

    /// Asks what runs to end; false where nothing does.
    package func stop() -> Bool {
        let stop = state.withLock { state in
            state.isStopping = true
            return state.stop
        }
        stop?()
        return stop != nil
    }

    private func keep(_ stop: @escaping @Sendable () -> Void) {
        let isStopping = state.withLock { state in
            state.stop = stop
            return state.isStopping
        }
        if isStopping { stop() }
    }
}

extension ServerConfiguration {
    /// Takes over what was given on the command line.
    mutating func apply(_ options: ServeOptions) {
        dataDirectory = options.dataDirectory ?? dataDirectory
        // An address with a password does not belong on a command line, which every user of the machine can read.
        database = options.database ?? getenv("MARTLET_DATABASE").map { String(cString: $0) } ?? database
        host = options.host ?? host
        httpPort = options.httpPort ?? httpPort
        kafkaPort = options.kafkaPort ?? kafkaPort
        kafkaHost = options.kafkaHost
        allowsAnonymous = options.allowsAnonymous
        requiresLogin = options.requiresLogin
        logSettings = options.logSettings
        advertisedPort = options.advertisedPort
        advertisedHost = options.advertisedHost ?? advertisedHost
        flushPolicy = options.flush.map(FlushPolicy.init) ?? flushPolicy
        if let servers = options.kafka {
            kafka = OutsideKafka(bootstrapServers: servers)
            kafka?.propertyFiles = options.kafkaPropertyFiles
            kafka?.properties = options.kafkaProperties
            if let seconds = options.kafkaWait { kafka?.connectWithin = .seconds(seconds) }
        }
        pythonEnvironment = options.pythonEnvironment ?? pythonEnvironment
        uiDirectory = options.uiDirectory ?? uiDirectory
        artifacts = options.artifacts ?? artifacts
        s3Endpoint = options.s3Endpoint ?? s3Endpoint
        s3Region = options.s3Region ?? s3Region
        allowedHosts = options.allowedHosts ?? allowedHosts
        trashDays = options.trashDays ?? trashDays
        s3Credentials = options.s3Credentials ?? s3Credentials
        allowsPrivateWebhooks = options.allowsPrivateWebhooks || allowsPrivateWebhooks
        mailRelay = options.mailRelay ?? mailRelay
        mailSender = options.mailSender ?? mailSender
        publicURL = options.publicURL ?? publicURL
    }
}

extension FlushPolicy {
    /// The policy that an option of the command line names.
    fileprivate init(_ option: FlushOption) {
        switch option {
        case .always: self = .always
        case .every(let milliseconds): self = .every(milliseconds: milliseconds)
        case .never: self = .never
        }
    }
}
