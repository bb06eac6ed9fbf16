internal import CPlatform
internal import Glibc
internal import Primitives

/// A bound TCP socket that takes connections.
final class Listener: Sendable {
    /// The descriptor.
    let descriptor: Int32
    /// The port that it is bound to.
    let port: Int

    /// Binds and listens.
    ///
    /// - Throws: ``BrokerError`` that says when the port is in use.
    init(host: String, port: Int) throws(BrokerError) {
        guard (0...65_535).contains(port) else { throw .address(host, port, "a port is a number from 0 to 65535") }
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_PASSIVE
        var found: UnsafeMutablePointer<addrinfo>?
        let status = getaddrinfo(host.isEmpty ? nil : host, String(port), &hints, &found)
        guard status == 0, let found else { throw .address(host, port, String(cString: gai_strerror(status))) }
        defer { freeaddrinfo(found) }
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let socket = Glibc.socket(found.pointee.ai_family, type, 0)
        guard socket >= 0 else { throw .system("socket") }
        var on: Int32 = 1
        setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
        guard bind(socket, found.pointee.ai_addr, found.pointee.ai_addrlen) == 0, listen(socket, 1024) == 0 else {
            let number = errno
            close(socket)
            if number == EADDRINUSE { throw .portInUse(host, port) }
            throw .address(host, port, SystemError(call: "bind", subject: host, number: number).reason)
        }
        descriptor = socket
        self.port = Self.boundPort(socket)
    }

    deinit { close(descriptor) }

    private static func boundPort(_ socket: Int32) -> Int {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                guard getsockname(socket, address, &length) == 0 else { return 0 }
                return address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                    Int(UInt16(bigEndian: $0.pointee.sin_port))
                }
            }
        }
    }

    /// The address of a connection's other end, for DescribeGroups: `/127.0.0.1`.
    static func peerName(of socket: Int32) -> String {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        var name = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        let status = withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address -> Int32 in
                guard getpeername(socket, address, &length) == 0 else { return -1 }
                return getnameinfo(address, length, &name, socklen_t(name.count), nil, 0, NI_NUMERICHOST)
            }
        }
        guard status == 0 else { return "/unknown" }
        return "/" + String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
