/// Settings of librdkafka that an operator gives for a cluster of theirs: security, addresses, sizes, compression.
///
/// Bounded, and held against a list: what Martlet's promises rest on (idempotence, offsets, order) cannot be changed.
/// Values may be secrets, so no error and no description repeats one.
package struct ClientProperties: Sendable, Hashable, CustomStringConvertible {
    /// The most settings that are taken.
    package static let maximumCount = 100
    /// The longest name in bytes.
    package static let maximumNameBytes = 200
    /// The longest value in bytes; a certificate in PEM fits.
    package static let maximumValueBytes = 16 << 10
    /// The largest file of settings in bytes.
    package static let maximumFileBytes = 256 << 10

    /// What may be set; a name that ends with a dot stands for all that begin so.
    private static let allowed = [
        "security.protocol", "sasl.", "ssl.", "enable.ssl.certificate.verification",
        "enable.sasl.oauthbearer.unsecure.jwt", "socket.", "broker.address.", "broker.version.fallback",
        "api.version.", "client.id", "client.rack", "client.dns.lookup", "metadata.", "topic.metadata.",
        "connections.max.idle.ms", "reconnect.backoff.", "retry.backoff.", "request.timeout.ms", "compression.",
        "message.max.bytes", "receive.message.max.bytes", "fetch.message.max.bytes", "max.partition.fetch.bytes",
        "fetch.max.bytes", "fetch.wait.max.ms", "max.in.flight", "linger.ms", "batch.size", "debug", "log_level",
    ]

    /// The settings by name.
    package private(set) var values: [String: String] = [:]

    /// No settings.
    package init() {}

    /// The names alone.
    package var description: String { values.keys.sorted().joined(separator: ", ") }

    /// Takes `name=value`; replaces what was taken under that name before.
    ///
    /// - Throws: `StreamError` with code `configuration`, which names the setting and not its value.
    package mutating func add(_ assignment: some StringProtocol) throws(StreamError) {
        guard let equals = assignment.firstIndex(of: "=") else {
            throw StreamError(.configuration, "a Kafka setting is given as name=value; there is one without =")
        }
        let name = Self.trimmed(assignment[..<equals])
        let value = Self.trimmed(assignment[assignment.index(after: equals)...])
        guard !name.isEmpty, name.utf8.count <= Self.maximumNameBytes else {
            throw StreamError(
                .configuration,
                "the name of a Kafka setting has 1 to \(Self.maximumNameBytes) bytes, not \(name.utf8.count)"
            )
        }
        guard value.utf8.count <= Self.maximumValueBytes, !value.utf8.contains(0) else {
            throw StreamError(
                .configuration,
                "the value of \(name) is longer than \(Self.maximumValueBytes) bytes, or holds a zero byte"
            )
        }
        guard Self.allowed.contains(where: { $0.hasSuffix(".") ? name.hasPrefix($0) : name == $0 }) else {
            throw StreamError(
                .configuration,
                "the Kafka setting \(name) is not for you to choose: what can be set is "
                    + Self.allowed.map { $0.hasSuffix(".") ? "\($0)*" : $0 }.joined(separator: ", ")
            )
        }
        guard values[name] != nil || values.count < Self.maximumCount else {
            throw StreamError(.configuration, "there are more than \(Self.maximumCount) Kafka settings")
        }
        values[name] = value
    }

    /// Takes the lines of a file: `name=value` each, `#` and `!` begin a comment, as in the files of Java clients.
    ///
    /// - Throws: `StreamError` with code `configuration`, which names the file and the line.
    package mutating func add(file text: String, named path: String) throws(StreamError) {
        for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let line = Self.trimmed(line)
            if line.isEmpty || line.hasPrefix("#") || line.hasPrefix("!") { continue }
            do throws(StreamError) {
                try add(line)
            } catch {
                throw StreamError(.configuration, "\(path), line \(number + 1): \(error.message)")
            }
        }
    }

    private static func trimmed(_ text: some StringProtocol) -> String {
        var text = Substring(text)
        while let first = text.first, first.isWhitespace { text.removeFirst() }
        while let last = text.last, last.isWhitespace { text.removeLast() }
        return String(text)
    }
}

/// Where a cluster is reached: `host:port`, several with commas between.
package struct BootstrapServers: Sendable, Hashable, CustomStringConvertible {
    private static let maximumCount = 32
    private static let maximumBytes = 4_096

    /// The text as librdkafka takes it.
    package let description: String

    /// Reads the addresses; a port is required, a host with colons stands in brackets.
    ///
    /// - Throws: `StreamError` with code `configuration` that names the address.
    package init(_ text: String) throws(StreamError) {
        let addresses = text.split(separator: ",", omittingEmptySubsequences: false)
        guard text.utf8.count <= Self.maximumBytes, addresses.count <= Self.maximumCount else {
            throw StreamError(.configuration, "a cluster is given by at most \(Self.maximumCount) addresses")
        }
        for address in addresses where !Self.isAddress(address) {
            throw StreamError(.configuration, "'\(address)' is no address of a Kafka broker: give host:port")
        }
        description = text
    }

    private static func isAddress(_ address: Substring) -> Bool {
        guard let colon = address.lastIndex(of: ":"), let port = UInt16(address[address.index(after: colon)...]),
            port > 0
        else { return false }
        let host = address[..<colon]
        let isBracketed = host.hasPrefix("[") && host.hasSuffix("]") && host.count > 2
        let allowed = host.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "/") }
        return !host.isEmpty && allowed && (isBracketed || !host.contains(":"))
    }
}
