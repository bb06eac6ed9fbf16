internal import Execution
internal import JSON
internal import Primitives
package import SQLStore
internal import Telemetry

/// Sends one message to one receiver.
package protocol AlertTransport: Sendable {
    /// Sends; returns when the receiver has taken it.
    ///
    /// - Throws: ``AlertRefusal`` when trying again is of no use, any other error when it may be.
    func send(_ message: AlertMessage, to target: AlertRoute.Target) async throws
}

/// A receiver that will never take a message, and why.
package struct AlertRefusal: Error, Sendable, CustomStringConvertible {
    /// What is wrong, and what to do.
    package let description: String

    /// Says why.
    package init(_ description: String) {
        self.description = description
    }
}

/// What a receiver is told.
package struct AlertMessage: Sendable, Hashable {
    /// Unique, and the same when it is sent again after a failure: receivers may tell by it.
    package var id: String
    /// `opened`, `resolved` or `repeated`.
    package var event: String
    /// The alert as it was then.
    package var alert: MonitorAlert
}

/// Takes what has to be sent from the outbox to the receivers, again and again until it is taken.
///
/// Each message is tried up to ``maximumAttempts`` times, waiting twice as long each time, up to five minutes. A
/// receiver gets a message at least once. While an alert is silenced, messages about it are put off as `suppressed`.
package final class AlertDispatcher: Service {
    /// How often a message is tried.
    package static let maximumAttempts = 12

    package let name = "alerts"

    private let outbox: AlertDeliveries
    private let transport: any AlertTransport
    private let interval: Duration
    private let stopRequested = OneShot<Void>()
    private let logger = Logger(label: "alerts")

    /// Makes a dispatcher over the database that monitors write to; it looks every `interval`.
    package init(database: any SQLDatabase, transport: any AlertTransport, interval: Duration = .seconds(1)) {
        outbox = AlertDeliveries(database: database)
        self.transport = transport
        self.interval = interval
    }

    package func run() async throws {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.work() }
            try? await stopRequested.value
            group.cancelAll()
        }
    }

    package func stop() async {
        stopRequested.succeed(())
    }

    private func work() async {
        while !Task.isCancelled {
            do {
                try await sendDue(nowMilliseconds: WallClock.nowMilliseconds())
            } catch {
                logger.error("Alerts could not be sent", ["error": "\(error)"])
            }
            try? await Task.sleep(for: interval)
        }
    }

    /// Tries every message whose time has come, oldest first.
    package func sendDue(nowMilliseconds now: Int64) async throws {
        for delivery in try await outbox.due(at: now, limit: 100) {
            if Task.isCancelled { return }
            if try await outbox.isSilenced(delivery.message.alert, at: now) {
                try await outbox.finish(delivery.message.id, .suppressed, at: now, problem: "silenced")
            } else {
                try await send(delivery, at: now)
            }
        }
    }

    private func send(_ delivery: AlertDeliveries.Due, at now: Int64) async throws {
        let id = delivery.message.id
        do {
            try await transport.send(delivery.message, to: delivery.route.target)
            try await outbox.finish(id, .sent, at: now, problem: "")
        } catch let refusal as AlertRefusal {
            try await giveUp(delivery, at: now, because: refusal.description)
        } catch is CancellationError {
            return
        } catch {
            guard delivery.attempts + 1 < Self.maximumAttempts else {
                return try await giveUp(delivery, at: now, because: "\(error)")
            }
            let wait = min(300_000, Int64(1000) << Int64(delivery.attempts))
            try await outbox.putOff(id, until: now + wait, problem: "\(error)")
        }
    }

    private func giveUp(_ delivery: AlertDeliveries.Due, at now: Int64, because problem: String) async throws {
        logger.error(
            "An alert was not taken",
            ["alert": delivery.message.alert.id, "route": delivery.route.name, "reason": problem]
        )
        try await outbox.finish(delivery.message.id, .failed, at: now, problem: problem)
    }
}
