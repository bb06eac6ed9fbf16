package import LogStorage

/// How the log listens, what it takes and when it flushes.
package struct BrokerConfiguration: Sendable {
    /// The folder of the log.
    package var dataDirectory: String
    /// The address to listen on.
    package var host: String
    /// The port to listen on; 0 for any that is free.
    package var port: Int
    /// What clients are told to dial; the listening address when nil.
    package var advertisedHost: String?
    /// The port that clients are told to dial; the bound one when nil.
    package var advertisedPort: Int?
    /// Whether clients that do not say who they are may connect from other machines.
    package var allowsAnonymousFromAnywhere: Bool
    /// Whether clients must say who they are also where only this machine can connect.
    package var alwaysRequiresLogin: Bool
    /// When what was written goes to the disk.
    package var flushPolicy: FlushPolicy
    /// How many threads the clients' sockets are spread over.
    package var socketThreads = 2
    /// Bounds on what clients may ask.
    package var limits: Limits
    /// What applies where a client does not say.
    package var defaults: Defaults

    /// Bounds on what clients may ask.
    package struct Limits: Sendable {
        /// The most connections at a time.
        package var connections = 20_000
        /// The largest Produce request.
        package var requestBytes = 100 << 20
        /// The largest request of any other kind.
        package var otherRequestBytes = 8 << 20
        /// The most bytes of requests that have begun to come, over all connections.
        package var unfinishedRequestBytes = 256 << 20
        /// How many bytes of whole requests may wait to be worked on before no further ones are read.
        package var handedOverRequestBytes = 32 << 20
        /// The most bytes of answers in memory, records aside, that one client may ask for and not read.
        package var unreadAnswerBytes = 64 << 20
        /// The most bytes of records in one answer.
        package var fetchBytes = 55 << 20
        /// The most partitions of all topics together.
        package var partitions = 20_000
        /// The shortest silence that a group member may ask for.
        package var sessionTimeoutMinimumMilliseconds: Int32 = 6_000
        /// The longest silence that a group member may ask for.
        package var sessionTimeoutMaximumMilliseconds: Int32 = 1_800_000
        /// The most groups.
        package var groups = 50_000
        /// The most members of a group.
        package var groupMembers = 10_000
        /// The longest a transaction may stay open.
        package var transactionTimeoutMilliseconds: Int32 = 900_000
        /// The largest request of a client that has to log in and has not yet.
        package var loginRequestBytes = 64 << 10
        /// How long a client may take to log in.
        package var loginSeconds = 30
        /// How long a connection stays, unheard, after it was told that it cannot log in, unless the client closes it.
        ///
        /// Some clients lose an answer that comes together with the end of the connection.
        package var farewellMilliseconds: Int64 = 2_000
        /// How long a connection may be silent.
        package var idleConnectionSeconds = 600

        /// The standard bounds.
        package init() {}
    }

    /// What applies where a client does not say.
    package struct Defaults: Sendable {
        /// Whether an unknown topic is created when somebody asks for it.
        package var createsTopics = true
        /// How many partitions a new topic gets.
        package var partitions: Int32 = 1
        /// Whether more replicas than nodes are taken as one.
        package var acceptsAnyReplicationFactor = false
        /// How long an empty group waits for more members before its first generation.
        package var initialRebalanceDelayMilliseconds = 100
        /// How often retention and compaction look.
        package var cleanupMilliseconds: Int64 = 15_000
        /// How long the offsets of an empty group are kept.
        package var offsetsRetentionMinutes = 10_080
        /// How long an idle producer's sequence numbers are kept.
        package var producerExpirationMilliseconds: Int64 = 86_400_000
        /// How long an idle transactional id is kept.
        package var transactionalIDExpirationMilliseconds: Int64 = 604_800_000

        /// The standard values.
        package init() {}
    }

    /// A configuration with standard limits.
    package init(
        dataDirectory: String,
        host: String = "127.0.0.1",
        port: Int = 0,
        advertisedHost: String? = nil,
        flushPolicy: FlushPolicy = .always
    ) {
        self.dataDirectory = dataDirectory
        self.host = host
        self.port = port
        self.advertisedHost = advertisedHost
        self.flushPolicy = flushPolicy
        allowsAnonymousFromAnywhere = false
        alwaysRequiresLogin = false
        limits = Limits()
        defaults = Defaults()
    }

    /// Whether clients must say who they are.
    package var requiresLogin: Bool { alwaysRequiresLogin || !(isLoopback || allowsAnonymousFromAnywhere) }

    /// Whether only programs on this machine can connect.
    var isLoopback: Bool { host == "localhost" || host == "::1" || host.hasPrefix("127.") }

    /// What clients are told to dial.
    var addressForClients: String {
        if let advertisedHost { return advertisedHost }
        return host == "0.0.0.0" || host == "::" || host.isEmpty ? "127.0.0.1" : host
    }
}
