internal import CMicroHTTPD
internal import Execution
internal import Files
internal import Glibc
internal import Primitives
internal import Synchronization

/// One request and its answer, between the library's thread and the handler's task.
///
/// The library asks (`takeBody`, `answer`); the task tells (`complete`). Where the library has to wait, the connection is
/// suspended under the lock, so that the resume cannot come first.
final class Exchange: Sendable {
    private enum Phase {
        case working
        case suspended
        case answered(HTTPResponse)
        case queued
        case over
    }

    private struct State {
        var phase = Phase.working
        var task: Task<Void, Never>?
        var writer: HTTPBodyWriter?
    }

    /// Browsers must neither guess the type of an answer nor show it in the frame of another site.
    private static let everyAnswer = [("X-Content-Type-Options", "nosniff"), ("X-Frame-Options", "SAMEORIGIN")]

    let target: String
    let body = HTTPBody()
    private let connection: Connection
    private let state = Mutex(State())

    init(target: String, connection: OpaquePointer) {
        self.target = target
        self.connection = Connection(pointer: connection)
    }

    /// Reads what the library knows of the request; nil where the target or method is not one that we take.
    func makeRequest(method: String) -> HTTPRequest? {
        guard let method = HTTPMethod(rawValue: method) else { return nil }
        return HTTPRequest(
            method: method,
            target: target,
            headers: connection.headers(),
            body: body,
            remoteAddress: connection.address()
        )
    }

    /// Starts the handler; the task ends with the exchange.
    func start(_ work: @escaping @Sendable () async -> HTTPResponse) {
        let task = Task { self.complete(await work()) }
        let isOver = state.withLock { state in
            state.task = task
            if case .over = state.phase { return true }
            return false
        }
        if isOver { task.cancel() }
    }

    /// Sets the answer, from the task or at once.
    func complete(_ response: HTTPResponse) {
        let wasSuspended = state.withLock { state in
            switch state.phase {
            case .suspended:
                state.phase = .answered(response)
                return true
            case .working:
                state.phase = .answered(response)
                return false
            case .answered, .queued, .over: return false
            }
        }
        body.discard()
        if wasSuspended { connection.resume() }
    }

    /// True where the answer is known and not queued yet.
    var isAnswered: Bool {
        state.withLock {
            if case .answered = $0.phase { return true }
            return false
        }
    }

    func takeBody(_ bytes: UnsafeRawBufferPointer) -> Bool {
        body.push(bytes, suspend: connection.suspend, resume: connection.resume)
    }

    /// Queues the answer, or suspends the connection until there is one; false closes the connection.
    func answer() -> Bool {
        body.finish(complete: true)
        let response = state.withLock { state -> HTTPResponse? in
            switch state.phase {
            case .answered(let response):
                state.phase = .queued
                return response
            case .working:
                state.phase = .suspended
                connection.suspend()
                return nil
            case .suspended, .queued, .over: return nil
            }
        }
        guard let response else { return true }
        return queue(response)
    }

    /// The library is done with the request.
    func end() {
        let (task, writer) = state.withLock { state in
            state.phase = .over
            return (state.task, state.writer)
        }
        body.finish(complete: false)
        writer?.cancel()
        task?.cancel()
    }

    /// Ends the exchange for the stop of the server: streams are cut, handlers are cancelled.
    func close() {
        let (task, writer) = state.withLock { ($0.task, $0.writer) }
        task?.cancel()
        writer?.cancel()
        body.discard()
        complete(.text("the server is stopping", status: 503))
    }

    // MARK: - Answers

    private func queue(_ response: HTTPResponse) -> Bool {
        guard let raw = makeRaw(response) else { return false }
        for field in response.headers.fields {
            // A line break in a value would let it forge further fields; the library refuses such too.
            guard !field.value.utf8.contains(where: { $0 == 0x0A || $0 == 0x0D }) else { continue }
            _ = martlet_http_add_header(raw, field.name, field.value)
        }
        for (name, value) in Self.everyAnswer where response.headers[name] == nil {
            _ = martlet_http_add_header(raw, name, value)
        }
        return martlet_http_queue(connection.pointer, UInt32(response.status), raw) == 1
    }

    private func makeRaw(_ response: HTTPResponse) -> OpaquePointer? {
        switch response.body {
        case .empty: return martlet_http_bytes(nil, 0)
        case .bytes(let bytes): return bytes.withUnsafeBytes { martlet_http_bytes($0.baseAddress, $0.count) }
        case .file(let file, let offset, let length):
            // The library closes the descriptor that it is given.
            let descriptor = fcntl(file.number, F_DUPFD_CLOEXEC, 0)
            guard descriptor >= 0 else { return nil }
            return martlet_http_file(descriptor, UInt64(offset), UInt64(length))
        case .stream(let length, let write): return makeStream(length, write)
        }
    }

    private func makeStream(
        _ length: Int?,
        _ write: @escaping @Sendable (HTTPBodyWriter) async throws -> Void
    ) -> OpaquePointer? {
        let writer = HTTPBodyWriter()
        let stream = ResponseStream(writer: writer, connection: connection)
        let context = Unmanaged.passRetained(stream).toOpaque()
        let raw = martlet_http_reader(
            Int64(length ?? -1),
            context,
            { context, buffer, capacity in
                Unmanaged<ResponseStream>.fromOpaque(context).takeUnretainedValue().read(buffer, capacity)
            },
            { Unmanaged<ResponseStream>.fromOpaque($0).release() }
        )
        guard let raw else {
            Unmanaged<ResponseStream>.fromOpaque(context).release()
            return nil
        }
        let task = Task {
            do {
                try await write(writer)
                writer.finish()
            } catch {
                writer.cancel()
            }
        }
        state.withLock {
            $0.writer = writer
            $0.task = task
        }
        return raw
    }
}

/// Feeds a streamed answer to the library.
private final class ResponseStream: Sendable {
    private let writer: HTTPBodyWriter
    private let connection: Connection

    init(writer: HTTPBodyWriter, connection: Connection) {
        self.writer = writer
        self.connection = connection
    }

    func read(_ buffer: UnsafeMutablePointer<CChar>, _ capacity: Int) -> Int {
        let memory = UnsafeMutableRawBufferPointer(start: buffer, count: capacity)
        switch writer.pull(into: memory, suspend: connection.suspend, resume: connection.resume) {
        case .bytes(let count): return count
        case .suspended: return 0
        case .end: return -1
        case .broken: return -2
        }
    }
}

/// The library's connection.
private struct Connection: @unchecked Sendable {
    // Suspend and resume may be called from any thread; the rest only from the library's own.
    let pointer: OpaquePointer

    func suspend() { martlet_http_suspend(pointer) }

    func resume() { martlet_http_resume(pointer) }

    func headers() -> HTTPHeaders {
        var headers = HTTPHeaders()
        withUnsafeMutablePointer(to: &headers) { context in
            martlet_http_headers(pointer, context) { context, name, value in
                context.assumingMemoryBound(to: HTTPHeaders.self).pointee
                    .add(String(cString: name), String(cString: value))
            }
        }
        return headers
    }

    func address() -> String {
        var text = [CChar](repeating: 0, count: 64)
        martlet_http_address(pointer, &text, text.count)
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
