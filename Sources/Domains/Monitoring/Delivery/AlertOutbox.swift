internal import JSON
internal import Primitives
internal import SQLStore

/// What has yet to be sent to people, durable: written in the transaction that stores the alert.
enum AlertOutbox {
    /// Why something is sent.
    enum Event: String, Sendable {
        case opened
        case resolved
        case again = "repeated"
    }

    /// Notes an alert for each route that takes it.
    static func enqueue(
        _ alert: MonitorAlert,
        of definition: MonitorDefinition,
        at now: Int64,
        in transaction: any SQLTransaction
    ) throws {
        let event: Event = alert.state == .open ? .opened : .resolved
        for route in definition.routes where alert.severity >= route.minimumSeverity {
            let isKnown = try transaction.first(
                "SELECT id FROM alert_deliveries WHERE alert_id = ? AND route = ? AND event = ? AND created_at >= ?",
                [.text(alert.id), .text(route.name), .text(event.rawValue), .int(alert.openedAt)]
            )
            if isKnown == nil { try insert(alert, event, route, at: now, in: transaction) }
        }
    }

    /// Notes an alert again for each route that has not taken it since `sentBefore`, unless it is acknowledged.
    static func enqueueAgain(
        _ alert: MonitorAlert,
        of definition: MonitorDefinition,
        sentBefore: Int64,
        at now: Int64,
        in transaction: any SQLTransaction
    ) throws {
        let acknowledged = try transaction.first(
            "SELECT alert_id FROM alert_acknowledgements WHERE alert_id = ?",
            [.text(alert.id)]
        )
        guard acknowledged == nil else { return }
        for route in definition.routes where alert.severity >= route.minimumSeverity {
            let last = try transaction.first(
                "SELECT MAX(created_at) FROM alert_deliveries WHERE alert_id = ? AND route = ?",
                [.text(alert.id), .text(route.name)]
            )?
            .optionalInt(0)
            guard let last, last <= sentBefore else { continue }
            try insert(alert, .again, route, at: now, in: transaction)
        }
    }

    private static func insert(
        _ alert: MonitorAlert,
        _ event: Event,
        _ route: AlertRoute,
        at now: Int64,
        in transaction: any SQLTransaction
    ) throws {
        try transaction.execute(
            """
            INSERT INTO alert_deliveries (id, monitor, alert_id, route, event, target, payload, state, attempts, due_at,
            created_at, sent_at, problem) VALUES (?, ?, ?, ?, ?, ?, ?, 'pending', 0, ?, ?, NULL, '')
            """,
            [
                .text(RandomID.hex()), .text(alert.monitor), .text(alert.id), .text(route.name), .text(event.rawValue),
                .text(route.json.text), .text(alert.json.text), .int(now), .int(now),
            ]
        )
    }
}

extension JSONValue {
    /// The compact text, for a column.
    var text: String { String(decoding: serialized(), as: UTF8.self) }
}

extension AlertRoute {
    /// The route as it is stored, with its secret.
    var json: JSONValue {
        var object: JSONObject = [
            "name": .string(name), "kind": .string(kind), "minimum_severity": .string(minimumSeverity.rawValue),
        ]
        switch target {
        case .webhook(let url, let secret):
            object["url"] = .string(url)
            object["secret"] = secret.map(JSONValue.string) ?? .null
        case .slack(let url): object["url"] = .string(url)
        case .email(let addresses): object["to"] = .array(addresses.map(JSONValue.string))
        case .topic(let topic): object["topic"] = .string(topic)
        }
        return .object(object)
    }

    init(reading reader: SnapshotReader) throws(MonitorError) {
        let target: Target =
            switch try reader["kind"].string() {
            case "webhook":
                .webhook(url: try reader["url"].string(), secret: try reader["secret"].optionalString())
            case "slack": .slack(url: try reader["url"].string())
            case "email":
                .email(
                    addresses: try reader["to"].elements().map { text throws(MonitorError) in try text.string() }
                )
            default: .topic(try reader["topic"].string())
            }
        self.init(
            name: try reader["name"].string(),
            target: target,
            minimumSeverity: AlertSeverity(rawValue: try reader["minimum_severity"].string()) ?? .info
        )
    }
}
