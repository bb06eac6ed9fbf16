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
        var writer = WireWriter(version: version)
        writer.int32(0)
        writer.int16(key.rawValue)
        writer.int16(version)
        writer.int32(1)
        writer.string("test")
        body(&writer)
        writer.patchInt32(Int32(writer.bytes.count - 4), at: 0)
        let sent = writer.bytes.withUnsafeBytes { send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
        guard sent == writer.bytes.count, let head = exactly(4) else { return nil }
        let length = head.reduce(0) { $0 << 8 | Int($1) }
        return exactly(length).map { Array($0.dropFirst(4)) }
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
