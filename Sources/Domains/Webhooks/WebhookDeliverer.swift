internal import Execution
internal import Primitives
internal import SQLStore
internal import Synchronization
internal import Telemetry

/// Empties the queue: sends what is due, and tries again later what did not arrive.
///
/// One delivery at a time goes to each webhook, oldest first; a slow one does not hold up the others. What is sent and
/// then cut off by a crash is sent again after it: receivers know it by its delivery identifier.
package final class WebhookDeliverer: Service {
    /// How failed attempts are repeated.
    struct Backoff: Sendable {
        /// How often something is sent at most.
        var attempts: Int64 = 8
        /// How long after the first attempt the second follows; each further wait is twice as long.
        var first: Duration = .seconds(1)
        /// The longest wait.
        var longest: Duration = .seconds(300)

        /// How long to wait after so many attempts, with up to a quarter more, so that receivers are not hit in step.
        func wait(after attempts: Int64, jitter: Double) -> Int64 {
            let doubled = Int64(first.milliseconds) << min(attempts - 1, 20)
            let wait = min(doubled, Int64(longest.milliseconds))
            return wait + Int64(Double(wait) * 0.25 * jitter)
        }
    }

    package let name = "webhooks"

    private static let logger = Logger(label: "webhooks")
    private static let tick: Duration = .seconds(1)

    private let service: WebhookService
    private let backoff: Backoff
    private let busy = Mutex<Set<String>>([])

    /// A deliverer of the queue of `service`.
    package convenience init(_ service: WebhookService) {
        self.init(service, backoff: Backoff())
    }

    init(_ service: WebhookService, backoff: Backoff) {
        self.service = service
        self.backoff = backoff
    }

    /// Sends until ``stop()``; what is not sent then stays in the queue.
    package func run() async throws {
        await withDiscardingTaskGroup { group in
            group.addTask { [service] in
                while !Task.isCancelled {
                    service.wake()
                    try? await Task.sleep(for: Self.tick)
                }
            }
            for await _ in service.wakeUps {
                for delivery in await due() {
                    group.addTask { await self.deliver(delivery) }
                }
            }
            group.cancelAll()
        }
    }

    /// Asks ``run()`` to return.
    package func stop() async {
        service.endWakeUps()
    }

    /// The next delivery of each webhook to which none is under way.
    private func due() async -> [WebhookDelivery] {
        let now = WallClock.nowMilliseconds()
        do {
            let due = try await service.database.read { try DeliveryStore(transaction: $0).due(at: now) }
            return due.filter { delivery in busy.withLock { $0.insert(delivery.webhook).inserted } }
        } catch {
            Self.logger.error("The queue of webhooks cannot be read", ["error": "\(error)"])
            return []
        }
    }

    private func deliver(_ delivery: WebhookDelivery) async {
        defer {
            busy.withLock { _ = $0.remove(delivery.webhook) }
            service.wake()
        }
        do {
            try await attempt(delivery)
        } catch {
            // It stays in the queue as it is, and is sent again.
            Self.logger.error("What came of a delivery could not be stored", ["error": "\(error)"])
            try? await Task.sleep(for: Self.tick)
        }
    }

    private func attempt(_ delivery: WebhookDelivery) async throws {
        guard let webhook = try? await service.webhook(delivery.webhook), webhook.isActive else {
            return try await finish(delivery)
        }
        let outcome = await service.sender.send(delivery.body, delivery: delivery.id, to: webhook)
        if Task.isCancelled { return }
        switch outcome {
        case .accepted: try await finish(delivery)
        case .refused(let reason): try await giveUp(delivery, webhook, reason)
        case .later(let reason, _) where delivery.attempts + 1 >= backoff.attempts:
            try await giveUp(delivery, webhook, reason)
        case .later(_, let seconds):
            let own = backoff.wait(after: delivery.attempts + 1, jitter: .random(in: 0...1))
            let longest = Int64(backoff.longest.milliseconds)
            let asked = min(max(0, seconds ?? 0), longest / 1_000) * 1_000
            let time = WallClock.nowMilliseconds() + max(own, asked)
            try await service.database.write { try DeliveryStore(transaction: $0).postpone(delivery, until: time) }
        }
    }

    private func giveUp(_ delivery: WebhookDelivery, _ webhook: Webhook, _ reason: String) async throws {
        Self.logger.warning(
            "An event did not reach its webhook",
            [
                "webhook": webhook.name, "event": delivery.event, "delivery": delivery.id,
                "attempts": String(delivery.attempts + 1), "reason": reason,
            ]
        )
        try await finish(delivery)
    }

    private func finish(_ delivery: WebhookDelivery) async throws {
        try await service.database.write { try DeliveryStore(transaction: $0).remove(delivery) }
    }
}
