import Glibc
import KafkaWire

/// A client that speaks frames, for tests of what real clients would not do.
final class WireClient {
    private let socket: Int32

    init?(port: Int) {
        socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var timeout = timeval(tv_sec: 120, tv_usec: 0)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port).bigEndian)
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status == 0 else { return nil }
    }

    deinit { close(socket) }

    /// Sends a request and returns the answer's body after its correlation id; nil when the connection was closed.
    func call(_ key: ApiKey, _ version: Int16, _ body: (inout WireWriter) -> Void = { _ in }) -> [UInt8]? {
        guard send(Self.frame(key, version, body)) else { return nil }
        return receive()?.body
    }

    /// The bytes of a request.
    static func frame(
        _ key: ApiKey,
        _ version: Int16,
        correlation: Int32 = 1,
        _ body: (inout WireWriter) -> Void = { _ in }
    ) -> [UInt8] {
        var writer = WireWriter(version: version)
        writer.int32(0)
        writer.int16(key.rawValue)
        writer.int16(version)
        writer.int32(correlation)
        writer.string("test")
        body(&writer)
        writer.patchInt32(Int32(writer.bytes.count - 4), at: 0)
        return writer.bytes
    }

    /// Sends bytes as they are; false when the connection was closed.
    func send(_ bytes: [UInt8]) -> Bool {
        var done = 0
        while done < bytes.count {
            let sent = bytes.withUnsafeBytes { raw in
                Glibc.send(socket, raw.baseAddress?.advanced(by: done), raw.count - done, Int32(MSG_NOSIGNAL))
            }
            guard sent > 0 else { return false }
            done += sent
        }
        return true
    }

    /// Whether the server has closed the connection, and nothing is left to read.
    var isAtEnd: Bool {
        var byte: UInt8 = 0
        return recv(socket, &byte, 1, Int32(MSG_PEEK | MSG_DONTWAIT)) == 0
    }

    /// Says that nothing more will be sent.
    func endSending() { shutdown(socket, Int32(SHUT_WR)) }

    /// The next answer; nil when the connection was closed.
    func receive() -> (correlation: Int32, body: [UInt8])? {
        guard let head = exactly(4) else { return nil }
        guard let answer = exactly(head.reduce(0) { $0 << 8 | Int($1) }) else { return nil }
        return (answer.prefix(4).reduce(0) { $0 << 8 | Int32($1) }, Array(answer.dropFirst(4)))
    }

    private func exactly(_ count: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        var done = 0
        while done < count {
            let got = bytes.withUnsafeMutableBytes { recv(socket, $0.baseAddress?.advanced(by: done), count - done, 0) }
            guard got > 0 else { return nil }
            done += got
        }
        return bytes
    }
}
