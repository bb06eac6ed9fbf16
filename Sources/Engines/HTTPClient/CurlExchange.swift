internal import CCurl
internal import Glibc
internal import Primitives
internal import Synchronization

/// Idle handles of libcurl, each with its open connections.
final class CurlHandles: Sendable {
    /// A handle; one exchange uses it at a time.
    struct Handle: @unchecked Sendable {  // passed on under the lock, used by one thread
        let pointer: OpaquePointer
    }

    private let idle = Mutex<[Handle]>([])

    deinit {
        for handle in idle.withLock({ $0 }) { martlet_curl_destroy(handle.pointer) }
    }

    func take() throws(ClientError) -> Handle {
        if let handle = idle.withLock({ $0.popLast() }) { return handle }
        guard let pointer = martlet_curl_create() else {
            throw ClientError(code: .broken, message: "no memory for an HTTP client")
        }
        return Handle(pointer: pointer)
    }

    func giveBack(_ handle: Handle) {
        idle.withLock { $0.append(handle) }
    }
}

/// One request and its answer, on the thread that performs it.
final class CurlExchange: Sendable {
    /// What becomes of the body.
    enum Sink: Sendable {
        case collect(limit: Int)
        case give(@Sendable (UnsafeRawBufferPointer) throws -> Void)
    }

    private struct State {
        var response = ClientResponse()
        var failure: (any Error)?
    }

    private static let errorBodyLimit = 1 << 20

    private let request: ClientRequest
    private let sink: Sink
    private let publicAddressesOnly: Bool
    private let state = Mutex(State())
    private let isCancelled = Atomic<Bool>(false)

    init(_ request: ClientRequest, _ sink: Sink, publicAddressesOnly: Bool = false) {
        self.request = request
        self.sink = sink
        self.publicAddressesOnly = publicAddressesOnly
    }

    func cancel() { isCancelled.store(true, ordering: .relaxed) }

    /// Blocks until the answer is there.
    func perform(_ handles: CurlHandles) throws -> ClientResponse {
        let handle = try handles.take()
        defer { handles.giveBack(handle) }
        let (failure, message) = withRequest { raw in
            var callbacks = CurlExchange.callbacks(Unmanaged.passUnretained(self).toOpaque())
            if publicAddressesOnly {
                callbacks.admit = { context, address, length in
                    CurlExchange.of(context).admits(UnsafeBufferPointer(start: address, count: length))
                }
            }
            var message = [CChar](repeating: 0, count: 256)
            let failure = martlet_curl_perform(handle.pointer, &raw, &callbacks, &message)
            return (failure, String(decoding: message.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self))
        }
        let (response, thrown) = state.withLock { ($0.response, $0.failure) }
        // An address that was refused matters only where no other address of the name took the connection.
        if let thrown, failure != MARTLET_CURL_OK { throw thrown }
        if let error = error(failure, message) { throw error }
        return response
    }

    private func withRequest<T>(_ body: (inout martlet_curl_request) -> T) -> T {
        let headers = request.headers.map { strdup("\($0.name): \($0.value)") }
        defer { for header in headers { free(header) } }
        let lines = headers.map { $0.map { UnsafePointer($0) } }
        return lines.withUnsafeBufferPointer { lines in
            request.method.withCString { method in
                request.url.withCString { url in
                    withBodyAndSignature { bytes, count, scheme, user, secret in
                        var raw = martlet_curl_request(
                            method: method,
                            url: url,
                            headers: lines.baseAddress,
                            header_count: lines.count,
                            body: bytes,
                            body_length: count,
                            signature_scheme: scheme,
                            signature_user: user,
                            signature_secret: secret,
                            connect_timeout_milliseconds: request.connectTimeout.milliseconds,
                            timeout_milliseconds: request.timeout?.milliseconds ?? 0,
                            bypass_proxy: isLocal || publicAddressesOnly
                        )
                        return body(&raw)
                    }
                }
            }
        }
    }

    private func withBody<T>(_ body: (UnsafePointer<UInt8>?, Int) -> T) -> T {
        guard let bytes = request.body else { return body(nil, 0) }
        // one byte more, so that an empty body has an address as well
        return (bytes + [0]).withUnsafeBufferPointer { body($0.baseAddress, bytes.count) }
    }

    /// The body, and what it is signed with: three strings, or nothing.
    private func withBodyAndSignature<T>(
        _ body: (UnsafePointer<UInt8>?, Int, UnsafePointer<CChar>?, UnsafePointer<CChar>?, UnsafePointer<CChar>?) -> T
    ) -> T {
        guard let signature = request.signature else { return withBody { body($0, $1, nil, nil, nil) } }
        return signature.scheme.withCString { scheme in
            signature.user.withCString { user in
                signature.secret.withCString { secret in
                    withBody { body($0, $1, scheme, user, secret) }
                }
            }
        }
    }

    /// Whether the server is on this machine, where no proxy may come between.
    private var isLocal: Bool {
        ["http://127.", "http://localhost", "http://[::1]"].contains { request.url.hasPrefix($0) }
    }

    private func error(_ failure: martlet_curl_failure, _ message: String) -> ClientError? {
        let code: ClientError.Code
        switch failure {
        case MARTLET_CURL_OK: return nil
        case MARTLET_CURL_UNREACHABLE: code = .unreachable
        case MARTLET_CURL_TIMED_OUT: code = .timedOut
        case MARTLET_CURL_STOPPED: code = .cancelled
        case MARTLET_CURL_INVALID: code = .invalidAddress
        default: code = .broken
        }
        return ClientError(code: code, message: "\(request.method) \(request.url): \(message)")
    }

    // MARK: - What the library calls

    private static func callbacks(_ context: UnsafeMutableRawPointer) -> martlet_curl_callbacks {
        martlet_curl_callbacks(
            context: context,
            header: { context, line, length in
                CurlExchange.of(context).take(header: UnsafeRawBufferPointer(start: line, count: length))
                return true
            },
            body: { context, bytes, length in
                CurlExchange.of(context).take(body: UnsafeRawBufferPointer(start: bytes, count: length))
            },
            go_on: { context in !CurlExchange.of(context).isCancelled.load(ordering: .relaxed) },
            admit: nil
        )
    }

    private static func of(_ context: UnsafeMutableRawPointer) -> CurlExchange {
        Unmanaged<CurlExchange>.fromOpaque(context).takeUnretainedValue()
    }

    private func admits(_ address: UnsafeBufferPointer<UInt8>) -> Bool {
        let address = NetworkAddress(Array(address))
        if address.isPublic { return true }
        let message = "\(request.method) \(request.url): '\(address)' is not a public address"
        state.withLock { $0.failure = ClientError(code: .forbiddenAddress, message: message) }
        return false
    }

    private func take(header bytes: UnsafeRawBufferPointer) {
        let line = String(decoding: bytes, as: UTF8.self)
        state.withLock { state in
            if line.hasPrefix("HTTP/") {
                // an answer begins; what came before was a 100 Continue
                state.response = ClientResponse()
                state.response.status = line.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
            } else if let colon = line.firstIndex(of: ":") {
                let value = line[line.index(after: colon)...].drop { $0 == " " }
                let text = String(value.prefix { $0 != "\r\n" && $0 != "\n" && $0 != "\r" })
                state.response.headers.append((name: line[..<colon].lowercased(), value: text))
            }
        }
    }

    private func take(body bytes: UnsafeRawBufferPointer) -> Bool {
        if isCancelled.load(ordering: .relaxed) { return false }
        switch sink {
        case .collect(let limit): return collect(bytes, limit: limit)
        case .give(let consume):
            if state.withLock({ $0.response.status >= 400 }) { return collect(bytes, limit: Self.errorBodyLimit) }
            do {
                try consume(bytes)
                return true
            } catch {
                state.withLock { $0.failure = error }
                return false
            }
        }
    }

    private func collect(_ bytes: UnsafeRawBufferPointer, limit: Int) -> Bool {
        state.withLock { state in
            guard state.response.body.count + bytes.count <= limit else {
                let message = "\(request.method) \(request.url): the answer is longer than \(limit) bytes"
                state.failure = ClientError(code: .tooLarge, message: message)
                return false
            }
            state.response.body.append(contentsOf: bytes)
            return true
        }
    }
}
