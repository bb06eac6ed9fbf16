internal import Primitives
internal import Telemetry

/// A part of the server that runs until it is stopped.
package protocol Service: Sendable {
    /// A short name for logs, for example `broker`.
    var name: String { get }

    /// Works until ``stop()`` is called, then returns; throws where the part cannot go on.
    func run() async throws

    /// Asks ``run()`` to finish its work and return. May be called more than once, and before `run`.
    func stop() async
}

/// Runs services together: when one fails, or when asked to, it stops all in the reverse order of their start.
package actor ServiceGroup {
    private struct Ended: Sendable {
        let index: Int
        let error: (any Error)?
    }

    private let services: [any Service]
    private let deadline: Duration
    private let logger = Logger(label: "services")
    private let stopRequested = OneShot<Void>()

    /// Makes a group of services in the order of their dependencies, the ones that others need first.
    ///
    /// `deadline` is how long each may take to stop before it is left behind.
    package init(_ services: [any Service], deadline: Duration = .seconds(10)) {
        self.services = services
        self.deadline = deadline
    }

    /// Asks the group to stop; ``run()`` returns when all have stopped.
    package nonisolated func stop() {
        stopRequested.succeed(())
    }

    /// Runs all services until ``stop()`` is called or one of them ends; throws the first error of a service.
    package func run() async throws {
        let ended = services.map { _ in OneShot<Void>() }
        let failure: (any Error)? = await withTaskGroup(of: Ended?.self) { group in
            for (index, service) in services.enumerated() {
                group.addTask { await Self.run(service, index: index, ended: ended[index]) }
            }
            group.addTask {
                try? await self.stopRequested.value
                return nil
            }
            let first = await group.next() ?? nil
            stopRequested.succeed(())
            await stopAll(ended: ended)
            group.cancelAll()
            return describe(first)
        }
        if let failure { throw failure }
    }

    private static func run(_ service: any Service, index: Int, ended: OneShot<Void>) async -> Ended {
        defer { ended.succeed(()) }
        do {
            try await service.run()
            return Ended(index: index, error: nil)
        } catch {
            return Ended(index: index, error: error)
        }
    }

    private func stopAll(ended: [OneShot<Void>]) async {
        for index in services.indices.reversed() {
            let service = services[index]
            let stopped = await withDeadline(deadline) {
                await service.stop()
                try? await ended[index].value
            }
            if !stopped {
                logger.warning("A service did not stop in time", ["service": service.name])
            }
        }
    }

    private func describe(_ ended: Ended?) -> (any Error)? {
        guard let ended, let error = ended.error else { return nil }
        logger.error("A service failed", ["service": services[ended.index].name, "error": "\(error)"])
        return error
    }
}

/// Runs `body` and waits for it at most `limit`; false where it took longer, in which case it is left to itself.
package func withDeadline(_ limit: Duration, _ body: @escaping @Sendable () async -> Void) async -> Bool {
    let done = OneShot<Bool>()
    let work = Task {
        await body()
        done.succeed(true)
    }
    let timer = Task {
        try? await Task.sleep(for: limit)
        if done.succeed(false) { work.cancel() }
    }
    let inTime = (try? await done.value) ?? false
    timer.cancel()
    return inTime
}
