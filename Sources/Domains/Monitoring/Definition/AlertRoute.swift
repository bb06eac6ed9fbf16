/// Where alerts of a monitor are sent.
package struct AlertRoute: Sendable, Hashable {
    /// The kinds of receivers.
    package enum Target: Sendable, Hashable {
        /// A POST of the alert as JSON; with a secret, signed in `X-Martlet-Signature` (HMAC-SHA-256 of the body).
        case webhook(url: String, secret: String?)
        /// A POST of `{"text": …}`, which Slack, Mattermost and others take.
        case slack(url: String)
        /// A mail to each address, by the server's mail relay.
        case email(addresses: [String])
        /// A record in a topic, the alert's fingerprint as key.
        case topic(String)
    }

    /// The route's name, unique in its monitor.
    package var name: String

    /// The receiver.
    package var target: Target

    /// Alerts below this are not sent.
    package var minimumSeverity: AlertSeverity

    /// Describes a route.
    package init(name: String, target: Target, minimumSeverity: AlertSeverity = .info) {
        self.name = name
        self.target = target
        self.minimumSeverity = minimumSeverity
    }

    /// `webhook`, `slack`, `email` or `topic`.
    package var kind: String {
        switch target {
        case .webhook: "webhook"
        case .slack: "slack"
        case .email: "email"
        case .topic: "topic"
        }
    }

    /// What is wrong with the route, in words; nil when nothing is.
    var problem: String? {
        switch target {
        case .webhook(let url, _), .slack(let url):
            let isAddress = url.hasPrefix("https://") || url.hasPrefix("http://")
            return isAddress ? nil : "'\(name)' needs an address that begins with https:// or http://"
        case .email(let addresses):
            if addresses.isEmpty || addresses.count > 50 { return "'\(name)' needs 1 to 50 addresses" }
            let wrong = addresses.first { !AlertRoute.isMailAddress($0) }
            return wrong.map { "'\(name)': '\($0)' is no mail address" }
        case .topic(let topic): return topic.isEmpty ? "'\(name)' names no topic" : nil
        }
    }

    /// One `@` between two parts without white space, controls or what could end a line or an address.
    private static func isMailAddress(_ text: String) -> Bool {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        let isPlain = text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !"<>(),;:\"\\[]".utf8.contains($0) }
        return parts.count == 2 && !parts[0].isEmpty && !parts[1].isEmpty && isPlain && text.utf8.count <= 254
    }
}

extension AlertSeverity: Comparable {
    package static func < (one: AlertSeverity, other: AlertSeverity) -> Bool { one.rank < other.rank }

    private var rank: Int {
        switch self {
        case .info: 0
        case .warn: 1
        case .page: 2
        }
    }
}
