internal import Glibc

extension HTTPClient {
    /// The addresses that a host name stands for now; those of an address are itself.
    ///
    /// Blocks one of the client's threads. What a name stands for may change before a connection is made; that is why
    /// the client looks at the address of the connection as well.
    ///
    /// - Parameter host: a name or an address, without brackets.
    /// - Returns: the addresses, each once.
    /// - Throws: `ClientError` with code `unreachable` when the name stands for none.
    package func addresses(of host: String) async throws -> [NetworkAddress] {
        try await onThread { try NetworkAddress.resolve(host) }
    }
}

extension NetworkAddress {
    fileprivate static func resolve(_ host: String) throws(ClientError) -> [NetworkAddress] {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let failure = getaddrinfo(host, nil, &hints, &list)
        guard failure == 0 else {
            let reason = String(cString: gai_strerror(failure))
            throw ClientError(code: .unreachable, message: "cannot resolve host '\(host)': \(reason)")
        }
        defer { freeaddrinfo(list) }
        var found: [NetworkAddress] = []
        var next = list
        while let entry = next {
            if let address = NetworkAddress(entry.pointee), !found.contains(address) { found.append(address) }
            next = entry.pointee.ai_next
        }
        return found
    }

    private init?(_ entry: addrinfo) {
        guard let address = UnsafeRawPointer(entry.ai_addr) else { return nil }
        switch entry.ai_family {
        case AF_INET:
            let number = address.loadUnaligned(as: sockaddr_in.self).sin_addr
            self.init(withUnsafeBytes(of: number) { Array($0) })
        case AF_INET6:
            let number = address.loadUnaligned(as: sockaddr_in6.self).sin6_addr
            self.init(withUnsafeBytes(of: number) { Array($0) })
        default: return nil
        }
    }
}
