internal import Execution

/// Sends requests through libcurl; an exchange blocks one of the client's own threads.
///
/// Connections are kept for the next request to the same server. Redirects are not followed. Thread-safe.
package final class HTTPClient: Sendable {
    private let pool: BlockingPool
    private let handles = CurlHandles()
    private let publicAddressesOnly: Bool

    /// Makes a client for up to `threads` exchanges at once.
    ///
    /// - Parameters:
    ///   - threads: how many exchanges may be under way at once.
    ///   - publicAddressesOnly: whether to refuse to connect to addresses that are not public, for requests whose URL
    ///     comes from outside. The address of the very connection is looked at, after the name was resolved and before
    ///     anything is sent, so that a name which changes its meaning gains nothing. Proxies are passed by.
    package init(threads: Int = 2, publicAddressesOnly: Bool = false) {
        pool = BlockingPool(name: "http-client", threads: threads)
        self.publicAddressesOnly = publicAddressesOnly
    }

    /// Sends a request and collects the answer.
    ///
    /// - Parameters:
    ///   - request: What to send.
    ///   - limit: Most bytes of the answer's body.
    /// - Returns: The answer, whatever its status.
    /// - Throws: `ClientError` when there is none.
    package func send(_ request: ClientRequest, limit: Int = 64 << 20) async throws -> ClientResponse {
        try await run(CurlExchange(request, .collect(limit: limit), publicAddressesOnly: publicAddressesOnly))
    }

    /// Sends a request and gives the body of a successful answer to a closure as it comes, in constant memory.
    ///
    /// - Parameters:
    ///   - request: What to send.
    ///   - consume: Takes the bytes on the client's thread; what it throws ends the exchange.
    /// - Returns: The answer; its body is empty, or that of an error (status 400 and above).
    /// - Throws: `ClientError`, or what `consume` throws.
    package func download(
        _ request: ClientRequest,
        to consume: @escaping @Sendable (UnsafeRawBufferPointer) throws -> Void
    ) async throws -> ClientResponse {
        try await run(CurlExchange(request, .give(consume), publicAddressesOnly: publicAddressesOnly))
    }

    /// Runs `body`, which may block, on one of the client's threads.
    func onThread<T: Sendable>(_ body: @escaping @Sendable () throws -> T) async throws -> T {
        try await pool.run(body)
    }

    private func run(_ exchange: CurlExchange) async throws -> ClientResponse {
        try await withTaskCancellationHandler {
            try await pool.run { [handles] in try exchange.perform(handles) }
        } onCancel: {
            exchange.cancel()
        }
    }
}
