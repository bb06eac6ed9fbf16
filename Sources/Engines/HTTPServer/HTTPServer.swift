internal import CMicroHTTPD
internal import Execution
internal import Glibc
internal import Primitives
internal import Synchronization
internal import Telemetry

/// An HTTP/1.1 server over libmicrohttpd: a few event-loop threads, one task for each request.
///
/// A connection that waits for its handler, its client or its body is suspended and costs no thread.
package final class HTTPServer: Service {
    /// How to listen, and what to bear.
    package struct Configuration: Sendable {
        /// The address to bind to.
        package var host: String
        /// The port; 0 for any free one.
        package var port: Int
        /// Event-loop threads.
        package var threads = 2
        /// Most connections at once; more are closed at once.
        package var maximumConnections = 10_000
        /// Seconds without traffic after which a connection is closed.
        package var idleSeconds = 75
        /// Most bytes of the request line and headers; more are answered with 431.
        package var maximumHeaderBytes = 128 << 10

        /// Listens on `host` and `port`.
        package init(host: String = "127.0.0.1", port: Int = 0) {
            self.host = host
            self.port = port
        }
    }

    private struct State {
        var daemon: Daemon?
        var port = 0
        var exchanges: [ObjectIdentifier: Exchange] = [:]
        var isStopping = false
    }

    package let name = "http"
    private let configuration: Configuration
    private let router: Router
    private let state = Mutex(State())
    private let stopped = OneShot<Void>()
    private let logger = Logger(label: "http")

    /// A server that is not listening yet.
    package init(configuration: Configuration, router: Router) {
        self.configuration = configuration
        self.router = router
    }

    /// The port that it listens on; 0 before ``start()``.
    package var boundPort: Int { state.withLock { $0.port } }

    /// Requests that have not been answered whole yet.
    package var activeRequests: Int { state.withLock { $0.exchanges.count } }

    /// Binds and listens; requests are answered from now on.
    ///
    /// - Throws: ``HTTPServerError`` where the port is taken or may not be had.
    package func start() throws(HTTPServerError) {
        var port: UInt16 = 0
        let context = Unmanaged.passRetained(self).toOpaque()
        let daemon = configuration.host.withCString { host in
            var options = martlet_http_options(
                host: host,
                port: UInt16(clamping: configuration.port),
                threads: UInt32(configuration.threads),
                connections: UInt32(configuration.maximumConnections),
                idle_seconds: UInt32(configuration.idleSeconds),
                header_bytes: configuration.maximumHeaderBytes
            )
            var callbacks = HTTPServer.callbacks
            return martlet_http_start(&options, &callbacks, context, &port)
        }
        guard let daemon else {
            let number = errno
            Unmanaged<HTTPServer>.fromOpaque(context).release()
            throw HTTPServerError(host: configuration.host, port: configuration.port, number: number)
        }
        state.withLock {
            $0.daemon = Daemon(pointer: daemon)
            $0.port = Int(port)
        }
    }

    package func run() async throws {
        try await stopped.value
    }

    /// Stops taking connections, gives requests under way up to five seconds, then ends the rest.
    package func stop() async {
        let daemon = state.withLock { state -> Daemon? in
            if state.isStopping { return nil }
            state.isStopping = true
            return state.daemon
        }
        guard let daemon else { return }
        martlet_http_quiesce(daemon.pointer)
        await drain(for: .seconds(2), closing: false)
        await drain(for: .seconds(3), closing: true)
        let thread = DedicatedThread(name: "http-stop")
        try? await thread.run { martlet_http_stop(daemon.pointer) }
        state.withLock { $0.daemon = nil }
        Unmanaged.passUnretained(self).release()
        stopped.succeed(())
    }

    private func drain(for limit: Duration, closing: Bool) async {
        let end = MonotonicClock.nowNanoseconds() + Int64(limit.milliseconds) * 1_000_000
        while MonotonicClock.nowNanoseconds() < end {
            let exchanges = state.withLock { Array($0.exchanges.values) }
            if exchanges.isEmpty { return }
            if closing { for exchange in exchanges { exchange.close() } }
            try? await Task.sleep(for: .milliseconds(10))
        }
    }

    // MARK: - What the library calls

    private static let callbacks = martlet_http_callbacks(
        begin: { server, target, connection in
            HTTPServer.server(server).begin(target: String(cString: target), connection: connection)
        },
        headers: { server, exchange, method in
            let exchange = HTTPServer.exchange(exchange)
            HTTPServer.server(server).headers(exchange, method: String(cString: method))
            return exchange.isAnswered ? martlet_http_answer : martlet_http_continue
        },
        body: { exchange, bytes, count in
            HTTPServer.exchange(exchange).takeBody(UnsafeRawBufferPointer(start: bytes, count: count)) ? 1 : 0
        },
        respond: { exchange in
            HTTPServer.exchange(exchange).answer() ? martlet_http_continue : martlet_http_close
        },
        end: { server, exchange, _ in
            HTTPServer.server(server).end(HTTPServer.exchange(exchange))
            Unmanaged<Exchange>.fromOpaque(exchange).release()
        }
    )

    private static func server(_ context: UnsafeMutableRawPointer) -> HTTPServer {
        Unmanaged<HTTPServer>.fromOpaque(context).takeUnretainedValue()
    }

    private static func exchange(_ context: UnsafeMutableRawPointer) -> Exchange {
        Unmanaged<Exchange>.fromOpaque(context).takeUnretainedValue()
    }

    private func begin(target: String, connection: OpaquePointer) -> UnsafeMutableRawPointer? {
        let exchange = Exchange(target: target, connection: connection)
        state.withLock { $0.exchanges[ObjectIdentifier(exchange)] = exchange }
        return Unmanaged.passRetained(exchange).toOpaque()
    }

    private func end(_ exchange: Exchange) {
        _ = state.withLock { $0.exchanges.removeValue(forKey: ObjectIdentifier(exchange)) }
        exchange.end()
    }

    private func headers(_ exchange: Exchange, method: String) {
        guard let request = exchange.makeRequest(method: method) else {
            return exchange.complete(refusal(exchange, method: method))
        }
        if let refusal = router.refusal(of: request) {
            count(method: request.method, route: "none", status: refusal.status, since: nil)
            return exchange.complete(refusal)
        }
        switch router.find(request) {
        case .failure(let error):
            count(method: request.method, route: "none", status: error.status, since: nil)
            exchange.complete(router.response(to: error, for: request))
        case .success((let route, let request)): start(route, request, exchange)
        }
    }

    private func refusal(_ exchange: Exchange, method: String) -> HTTPResponse {
        HTTPMethod(rawValue: method) == nil
            ? .text("the method \(method) is not known here", status: 501)
            : .text("the path is not a path with correct escapes", status: 400)
    }

    private func start(_ route: Router.Route, _ request: HTTPRequest, _ exchange: Exchange) {
        let declared = request.headers["Content-Length"].flatMap(Int.init)
        if let declared, declared > route.limits.maximumBodyBytes {
            let error = HTTPError.tooLarge(limit: route.limits.maximumBodyBytes)
            return exchange.complete(router.response(to: error, for: request))
        }
        let router = router
        let begun = MonotonicClock.nowNanoseconds()
        exchange.start {
            let response = await HTTPServer.answer(router, route, request)
            self.count(method: request.method, route: route.pattern, status: response.status, since: begun)
            return response
        }
    }

    /// Runs the handler; one that takes longer than its route allows is answered for with 504 and cancelled.
    private static func answer(_ router: Router, _ route: Router.Route, _ request: HTTPRequest) async -> HTTPResponse {
        let answer = OneShot<HTTPResponse>()
        let work = Task { answer.succeed(await router.run(route, request)) }
        let timer = Task {
            try? await Task.sleep(for: route.limits.timeout)
            guard !Task.isCancelled else { return }
            let message = "no answer within \(route.limits.timeout)"
            if answer.succeed(router.response(to: HTTPError(status: 504, message: message), for: request)) {
                work.cancel()
            }
        }
        let response = await withTaskCancellationHandler {
            (try? await answer.value) ?? .text("no answer", status: 500)
        } onCancel: {
            work.cancel()
        }
        timer.cancel()
        return response
    }

    private func count(method: HTTPMethod, route: String, status: Int, since begun: Int64?) {
        let metrics = MetricsRegistry.shared
        metrics.counter(
            "http_requests_total",
            help: "Requests answered, by method, route and status.",
            labels: ["method": method.rawValue, "route": route, "status": String(status)]
        ).increment()
        guard let begun else { return }
        let seconds = Double(MonotonicClock.nowNanoseconds() - begun) / 1e9
        metrics.histogram(
            "http_request_seconds",
            help: "Time until the answer began, by route.",
            labels: ["route": route]
        ).observe(seconds)
        logger.debug(
            "Answered a request",
            ["method": method.rawValue, "route": route, "status": String(status), "seconds": String(seconds)]
        )
    }
}

/// The library's daemon.
private struct Daemon: @unchecked Sendable {
    // Quiesce and stop are each called once, from the one call of stop().
    let pointer: OpaquePointer
}

/// Why the server cannot listen.
package struct HTTPServerError: Error, Sendable, CustomStringConvertible {
    /// What failed and what to do.
    package let description: String

    init(host: String, port: Int, number: Int32) {
        let place = "\(host):\(port)"
        switch number {
        case EADDRINUSE:
            description = "\(place) is in use by another program: stop that one, or give another port with --port"
        case EACCES: description = "\(place) needs rights that this user has not: take a port above 1023"
        case EADDRNOTAVAIL: description = "\(host) is not an address of this machine: give another with --host"
        default: description = "\(SystemError(call: "listen on", subject: place, number: number))"
        }
    }
}
