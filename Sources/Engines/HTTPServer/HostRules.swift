internal import Glibc

/// Which names a server answers to, so that pages of other sites cannot reach it through a browser.
///
/// A page may point a name of its own at this machine (DNS rebinding) and then read all answers; the `Host` header
/// tells. A page may also send a form or a request without reading the answer; the `Origin` header tells. Addresses of
/// private networks, the name of this machine and `localhost` are answered; other names must be allowed.
package struct HostRules: Sendable {
    /// What a refused `Host` is told, as MLflow's server says it.
    private static let rebinding = "Invalid Host header - possible DNS rebinding attack detected"
    private static let crossOrigin = "Cross-origin request blocked"
    /// Answered under any name: they say no more than that the server is there.
    private static let openPaths: Set<String> = ["/health", "/healthz", "/readyz", "/version"]

    private let listed: Set<String>
    private let own: Set<String>
    private let suffixes: [String]
    private let allowsAll: Bool

    /// Rules that allow some names besides those that are always allowed.
    ///
    /// - Parameter allowed: names without ports; `*.example.com` for all below one, `*` for every name.
    package init(allowed: [String]) {
        let allowed = allowed.map { $0.lowercased() }
        allowsAll = allowed.contains("*")
        suffixes = allowed.filter { $0.hasPrefix("*.") }.map { String($0.dropFirst()) }
        var buffer = [CChar](repeating: 0, count: 256)
        let hasName = gethostname(&buffer, buffer.count - 1) == 0
        let name = String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        own = ["localhost", hasName && !name.isEmpty ? name.lowercased() : "localhost"]
        listed = Set(allowed)
    }

    /// The refusal of a request; nil for one that is to be answered.
    func refusal(of request: HTTPRequest) -> HTTPResponse? {
        guard let field = request.headers["Host"] else { return nil }
        if !Self.openPaths.contains(request.path), !admits(Self.name(of: field)) {
            let remedy = "To use this server under that name start it with --allowed-hosts."
            return .text("\(Self.rebinding)\n\(remedy)\n", status: 403)
        }
        guard [.post, .put, .patch, .delete].contains(request.method), let origin = request.headers["Origin"] else {
            return nil
        }
        return isOwn(origin, host: field) ? nil : .text("\(Self.crossOrigin)\n", status: 403)
    }

    private func isOwn(_ origin: String, host: String) -> Bool {
        guard let scheme = ["http://", "https://"].first(where: origin.lowercased().hasPrefix) else { return false }
        let place = origin.dropFirst(scheme.count).lowercased()
        return place == host.lowercased() || isListed(Self.name(of: String(place)))
    }

    private func admits(_ name: String) -> Bool {
        allowsAll || isListed(name) || own.contains(name) || Self.isPrivateAddress(name)
    }

    private func isListed(_ name: String) -> Bool {
        listed.contains(name) || suffixes.contains { name.hasSuffix($0) }
    }

    /// The name or address of a `Host` header, without its port and in lower case.
    private static func name(of host: String) -> String {
        if host.hasPrefix("["), let end = host.firstIndex(of: "]") {
            return String(host[host.index(after: host.startIndex)..<end]).lowercased()
        }
        let parts = host.split(separator: ":", omittingEmptySubsequences: false)
        return (parts.count > 2 ? host : String(parts.first ?? "")).lowercased()
    }

    /// Whether a text is an address of this machine or of a private network: RFC 1918, 4193 and link-local ones.
    private static func isPrivateAddress(_ text: String) -> Bool {
        var four = in_addr()
        if inet_pton(AF_INET, text, &four) == 1 {
            let number = UInt32(bigEndian: four.s_addr)
            let networks: [(UInt32, UInt32)] = [
                (0x7F00_0000, 8), (0x0A00_0000, 8), (0xAC10_0000, 12), (0xC0A8_0000, 16), (0xA9FE_0000, 16),
            ]
            return number == 0 || networks.contains { number >> (32 - $1) == $0 >> (32 - $1) }
        }
        var six = in6_addr()
        guard inet_pton(AF_INET6, text, &six) == 1 else { return false }
        let bytes = withUnsafeBytes(of: six) { Array($0) }
        let isLoopback = bytes.dropLast().allSatisfy { $0 == 0 } && (bytes[15] == 1 || bytes[15] == 0)
        return isLoopback || bytes[0] & 0xFE == 0xFC || bytes[0] == 0xFE && bytes[1] & 0xC0 == 0x80
    }
}
