internal import HTTPClient

/// What webhooks may look like, and which addresses they may name.
struct WebhookRules: Sendable {
    private static let nameLimit = 63
    private static let urlLimit = 500
    private static let descriptionLimit = 1_000
    private static let secretLimit = 1_000

    /// Whether receivers may be reached without TLS and in private networks.
    let allowsPrivateReceivers: Bool
    /// Looks host names up.
    let client: HTTPClient

    /// Checks a name.
    static func check(name: String) throws(WebhookError) {
        let bytes = Array(name.utf8)
        let isPlain = bytes.allSatisfy { $0.isLetterOrDigit || [0x2D, 0x2E, 0x5F].contains($0) }
        guard isPlain, bytes.count <= nameLimit, bytes.first?.isLetterOrDigit == true,
            bytes.last?.isLetterOrDigit == true
        else {
            throw .invalid(
                "Webhook name '\(name)' is invalid. It must start and end with a letter or digit, be less than 63 "
                    + "characters long, and contain only letters, digits, dots (.), underscores (_), and hyphens (-)."
            )
        }
    }

    /// Checks what people say of it, and the key.
    static func check(description: String?, secret: String?) throws(WebhookError) {
        guard description?.unicodeScalars.count ?? 0 <= descriptionLimit else {
            throw .invalid("'description' exceeds the maximum length of \(descriptionLimit) characters")
        }
        guard secret?.unicodeScalars.count ?? 0 <= secretLimit else {
            throw .invalid("'secret' exceeds the maximum length of \(secretLimit) characters")
        }
    }

    /// Checks what it wants to hear of.
    static func check(events: [WebhookEvent]) throws(WebhookError) {
        guard !events.isEmpty else { throw .invalid("Webhook events must be a non-empty list of events: [].") }
    }

    /// Checks the address of a receiver.
    ///
    /// A name that stands for no address now is taken: every connection is looked at again when it is made.
    func check(url: String) async throws {
        let host = try parse(url)
        guard !allowsPrivateReceivers else { return }
        if host.isNumeric, NetworkAddress(host.name) == nil {
            throw WebhookError.invalid("Webhook URL host '\(host.name)' is not a canonical IP address literal.")
        }
        guard let addresses = try? await client.addresses(of: host.name) else { return }
        for address in addresses where !address.isPublic {
            throw WebhookError.invalid(
                "Webhook URL must not resolve to a non-public IP address. '\(host.name)' resolves to \(address)."
            )
        }
    }

    private struct Host {
        let name: String

        /// Whether it looks like an address, as `127.1` and `2130706433` do.
        var isNumeric: Bool {
            name.contains(":") || name.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == 0x2E }
                || name.lowercased().hasPrefix("0x")
        }
    }

    private func parse(_ url: String) throws(WebhookError) -> Host {
        guard url.contains(where: { !$0.isWhitespace }) else {
            throw .invalid("Webhook URL cannot be empty or just whitespace: '\(url)'")
        }
        guard url.unicodeScalars.count <= Self.urlLimit else {
            throw .invalid("'url' exceeds the maximum length of \(Self.urlLimit) characters")
        }
        guard url.unicodeScalars.allSatisfy({ $0.value > 0x20 && $0.value < 0x7F && $0 != "\\" }) else {
            throw .invalid("Webhook URL must be ASCII without blanks and backslashes; encode what is not: '\(url)'")
        }
        let opening = url.firstRange(of: "://").map { url[$0.upperBound...].prefix { !"/?#".contains($0) } } ?? ""
        guard opening.contains("[") == opening.contains("]") else {
            throw .invalid("Invalid webhook URL '\(url)': a bracket of its address has no partner")
        }
        let scheme = url.firstRange(of: "://").map { String(url[..<$0.lowerBound]).lowercased() } ?? ""
        let allowed = allowsPrivateReceivers ? ["https", "http"] : ["https"]
        guard allowed.contains(scheme) else {
            throw .invalid(
                "Invalid webhook URL scheme: '\(scheme)'. Allowed schemes are: \(allowed.joined(separator: ", "))."
            )
        }
        let rest = url.dropFirst(scheme.count + 3)
        let authority = rest.prefix { !"/?#".contains($0) }
        guard !authority.contains("@") else { throw .invalid("Webhook URL must not hold a user name: '\(url)'") }
        let name =
            authority.hasPrefix("[")
            ? authority.dropFirst().prefix { $0 != "]" } : authority.prefix { $0 != ":" }
        guard !name.isEmpty else { throw .invalid("Webhook URL must include a hostname: '\(url)'") }
        return Host(name: String(name))
    }
}

extension UInt8 {
    fileprivate var isLetterOrDigit: Bool {
        (0x30...0x39).contains(self) || (0x41...0x5A).contains(self) || (0x61...0x7A).contains(self)
    }
}
