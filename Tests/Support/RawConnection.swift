internal import Glibc
internal import Primitives

/// A blocking TCP connection to a server of the test, for bytes that no well-behaved client sends.
package final class RawConnection {
    private let number: Int32

    /// Connects to `port` on 127.0.0.1; a read gives up after `patience` seconds: a guard against a hang, not a measure.
    package init(port: Int, patience: Int = 120) throws {
        number = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var limit = timeval(tv_sec: patience, tv_usec: 0)
        setsockopt(number, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(number, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { throw SystemError(call: "connect", subject: "port \(port)") }
    }

    deinit {
        close(number)
    }

    /// Sends all of the bytes.
    package func send(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.send(number, $0.baseAddress.map { $0 + sent }, bytes.count - sent, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw SystemError(call: "send", subject: "the server") }
            sent += count
        }
    }

    /// Sends a text.
    package func send(_ text: String) throws {
        try send(Array(text.utf8))
    }

    /// Reads what there is, waiting for the first byte; empty where the server has closed.
    package func read() throws -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        let count = recv(number, &buffer, buffer.count, 0)
        guard count >= 0 else { throw SystemError(call: "recv", subject: "the server") }
        return Array(buffer[..<count])
    }

    /// Reads until the text stands in what came, or the server closes.
    package func read(until text: String) throws -> String {
        var all: [UInt8] = []
        while !String(decoding: all, as: UTF8.self).contains(text) {
            let more = try read()
            if more.isEmpty { break }
            all += more
        }
        return String(decoding: all, as: UTF8.self)
    }
}
