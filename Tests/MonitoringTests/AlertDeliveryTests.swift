import SQLStore
import Synchronization
import TestSupport
import Testing

@testable import Monitoring

struct AlertDeliveryTests {
    /// A receiver that fails as often as it was told to.
    private final class Receiver: AlertTransport {
        let taken = Mutex<[AlertMessage]>([])
        private let failures: Mutex<Int>
        private let refuses: Bool

        init(failures: Int = 0, refuses: Bool = false) {
            self.failures = Mutex(failures)
            self.refuses = refuses
        }

        func send(_ message: AlertMessage, to target: AlertRoute.Target) async throws {
            let fails = failures.withLock { left in
                left -= 1
                return left >= 0
            }
            if refuses { throw AlertRefusal("the address is private") }
            if fails { throw MonitorError(.damagedState, "the receiver is away") }
            taken.withLock { $0.append(message) }
        }

        var events: [String] { taken.withLock { $0.map(\.event) } }
    }

    private let directory: TemporaryDirectory
    private let database: SQLiteDatabase
    private let definition: MonitorDefinition

    init() async throws {
        directory = try TemporaryDirectory()
        database = try SQLiteDatabase(path: "\(directory.path)/m.sqlite")
        try await database.migrate(MonitoringSchema.migrations)
        var definition = StreamScript.definition()
        definition.routes = [
            AlertRoute(name: "hook", target: .webhook(url: "https://example.org/hook", secret: "s")),
            AlertRoute(name: "pager", target: .topic("pages"), minimumSeverity: .page),
        ]
        definition.repeatMilliseconds = 60_000
        self.definition = definition
    }

    private func alert(_ state: MonitorAlert.State = .open, severity: AlertSeverity = .warn) -> MonitorAlert {
        MonitorAlert(
            id: "quality.drift.d@v1.7",
            monitor: "quality",
            fingerprint: "quality.drift",
            kind: .drift,
            severity: severity,
            state: state,
            message: "1 of 2 columns differ",
            value: 1,
            limit: 1,
            lastValue: 1,
            window: 0,
            row: 7,
            resolvedRow: nil,
            openedAt: 1000,
            resolvedAt: nil
        )
    }

    private func store(_ alert: MonitorAlert) async throws {
        try await MonitorStore(database: database).save(definition, state: "{}", changes: [.alert(alert)])
    }

    private func dispatcher(_ receiver: Receiver) -> AlertDispatcher {
        AlertDispatcher(database: database, transport: receiver)
    }

    private var desk: AlertDesk { AlertDesk(database: database) }

    @Test func `an alert goes to the routes of its severity once, and so does its end`() async throws {
        let receiver = Receiver()
        try await store(alert())
        try await store(alert())
        for _ in 0..<3 { try await dispatcher(receiver).sendDue(nowMilliseconds: .max / 2) }
        try await store(alert(.resolved))
        try await dispatcher(receiver).sendDue(nowMilliseconds: .max / 2)
        #expect(receiver.events == ["opened", "resolved"])
        let record = try #require(try await desk.alert("quality.drift.d@v1.7"))
        #expect(record.deliveries.map(\.route) == ["hook", "hook"])
        #expect(record.deliveries.map(\.state) == ["sent", "sent"])
        #expect(record.status == .resolved)
        let pages = Receiver()
        var page = alert(severity: .page)
        page.id = "another"
        try await store(page)
        try await dispatcher(pages).sendDue(nowMilliseconds: .max / 2)
        #expect(pages.events == ["opened", "opened"])
    }

    @Test func `a receiver that is away gets the message later, under the same id`() async throws {
        let receiver = Receiver(failures: 2)
        try await store(alert())
        let start: Int64 = 4_000_000_000_000
        try await dispatcher(receiver).sendDue(nowMilliseconds: start)
        try await dispatcher(receiver).sendDue(nowMilliseconds: start + 500)
        #expect(receiver.events.isEmpty)
        #expect(try await desk.alert("quality.drift.d@v1.7")?.deliveries.first?.attempts == 1)
        #expect(try await desk.alert("quality.drift.d@v1.7")?.deliveries.first?.problem == "the receiver is away")
        try await dispatcher(receiver).sendDue(nowMilliseconds: start + 1000)
        try await dispatcher(receiver).sendDue(nowMilliseconds: start + 2500)
        #expect(receiver.events.isEmpty)
        try await dispatcher(receiver).sendDue(nowMilliseconds: start + 3000)
        #expect(receiver.events == ["opened"])
        #expect(try await desk.alert("quality.drift.d@v1.7")?.deliveries.map(\.attempts) == [3])
    }

    @Test func `what is refused, or fails too often, is given up with its reason`() async throws {
        try await store(alert())
        try await dispatcher(Receiver(refuses: true)).sendDue(nowMilliseconds: .max / 2)
        let refused = try #require(try await desk.alert("quality.drift.d@v1.7")?.deliveries.first)
        #expect(refused.state == "failed")
        #expect(refused.problem == "the address is private")
        var other = alert()
        other.id = "other"
        try await store(other)
        let away = Receiver(failures: .max)
        for round in 1...20 {
            try await dispatcher(away).sendDue(nowMilliseconds: 4_000_000_000_000 + Int64(round) * 400_000)
        }
        let failed = try #require(try await desk.alert("other")?.deliveries.first)
        #expect(failed.state == "failed")
        #expect(failed.attempts == AlertDispatcher.maximumAttempts)
    }

    @Test func `a silenced alert is not sent, and says until when`() async throws {
        let receiver = Receiver()
        let until: Int64 = 5_000_000_000_000
        let silence = try await desk.silence("quality", fingerprint: nil, until: until, actor: "ann", reason: "known")
        try await store(alert())
        try await dispatcher(receiver).sendDue(nowMilliseconds: until - 1)
        #expect(receiver.events.isEmpty)
        let record = try #require(try await desk.alerts().first)
        #expect(record.status == .silenced)
        #expect(record.silencedUntil == until)
        #expect(try await desk.silences().map(\.id) == [silence.id])
        #expect(try await desk.endSilence(silence.id))
        #expect(try await desk.endSilence(silence.id) == false)
        #expect(try await desk.alerts().first?.status == .open)
    }

    @Test func `an open alert is sent again at its interval until somebody acknowledges it`() async throws {
        let receiver = Receiver()
        let store = MonitorStore(database: database)
        try await self.store(alert())
        try await dispatcher(receiver).sendDue(nowMilliseconds: .max / 2)
        try await store.sendAgain([alert()], of: definition)
        try await dispatcher(receiver).sendDue(nowMilliseconds: .max / 2)
        #expect(receiver.events == ["opened"])
        try await database.write { try $0.execute("UPDATE alert_deliveries SET created_at = created_at - 61000", []) }
        try await store.sendAgain([alert()], of: definition)
        try await dispatcher(receiver).sendDue(nowMilliseconds: .max / 2)
        #expect(receiver.events == ["opened", "repeated"])
        let record = try await desk.acknowledge("quality.drift.d@v1.7", actor: "ann", note: "looking")
        #expect(record?.status == .acknowledged)
        #expect(record?.acknowledgement?.actor == "ann")
        try await database.write { try $0.execute("UPDATE alert_deliveries SET created_at = created_at - 61000", []) }
        try await store.sendAgain([alert()], of: definition)
        try await dispatcher(receiver).sendDue(nowMilliseconds: .max / 2)
        #expect(receiver.events == ["opened", "repeated"])
        #expect(try await desk.acknowledge("nothing", actor: "ann", note: "") == nil)
    }

    @Test(arguments: [
        ("a@b@c", "is no mail address"), ("a b@c", "is no mail address"), ("a@c\r\nBcc: d@e", "is no mail address"),
    ])
    func `an address that could smuggle a line into a mail is refused`(address: String, problem: String) {
        var definition = definition
        definition.routes = [AlertRoute(name: "mail", target: .email(addresses: [address]))]
        let error = #expect(throws: MonitorError.self) { try definition.validate() }
        #expect(error?.message.contains(problem) == true)
    }
}
