import HTTPServer
import JSON
import Primitives
import SQLStore
import Testing

@testable import Webhooks

@Suite(.timeLimit(.minutes(1))) struct WebhookDeliveryTests {
    @Test func anEventArrivesSigned() async throws {
        let fixture = try await WebhookFixture()
        _ = try await fixture.webhook(secret: "very secret")
        try await fixture.tell(7)
        try await fixture.deliver { try await fixture.waiting() == 0 }
        let received = try #require(fixture.receiver.all.first)
        #expect(fixture.receiver.all.count == 1)
        #expect(received.headers["Content-Type"] == "application/json")
        #expect(received.json["entity"] == "model_version" && received.json["action"] == "created")
        #expect(received.json["data"] == ["version": 7])
        let id = try #require(received.headers["X-MLflow-Delivery-Id"])
        let time = try #require(received.headers["X-MLflow-Timestamp"])
        let signed = HMAC.sha256(Array("\(id).\(time).\(received.body)".utf8), key: Array("very secret".utf8))
        #expect(received.headers["X-MLflow-Signature"] == "v1," + Base64.encode(signed))
    }

    @Test func withoutASecretNothingIsSigned() async throws {
        let fixture = try await WebhookFixture()
        _ = try await fixture.webhook()
        try await fixture.tell(1)
        try await fixture.deliver { try await fixture.waiting() == 0 }
        #expect(fixture.receiver.all.count == 1)
        #expect(fixture.receiver.all.first?.headers["X-MLflow-Signature"] == nil)
    }

    @Test func whatFailedIsSentAgainUnderTheSameIdentifier() async throws {
        let fixture = try await WebhookFixture()
        _ = try await fixture.webhook()
        fixture.receiver.answer([503, 500, 429])
        try await fixture.tell(1)
        try await fixture.deliver { try await fixture.waiting() == 0 }
        let ids = fixture.receiver.all.map { $0.headers["X-MLflow-Delivery-Id"] }
        #expect(ids.count == 4 && Set(ids).count == 1)
    }

    @Test func afterTheLastAttemptItIsGivenUp() async throws {
        let fixture = try await WebhookFixture()
        _ = try await fixture.webhook()
        fixture.receiver.answer([500, 500, 500, 500, 500])
        try await fixture.tell(1)
        try await fixture.deliver { try await fixture.waiting() == 0 }
        #expect(fixture.receiver.all.count == 4)
    }

    @Test(arguments: [400, 401, 404, 410])
    func whatTheReceiverRefusesIsNotSentAgain(status: Int) async throws {
        let fixture = try await WebhookFixture()
        _ = try await fixture.webhook()
        fixture.receiver.answer([status])
        try await fixture.tell(1)
        try await fixture.deliver { try await fixture.waiting() == 0 }
        #expect(fixture.receiver.all.count == 1)
    }

    @Test func redirectsAreNotFollowed() async throws {
        let fixture = try await WebhookFixture()
        _ = try await fixture.webhook("/moved")
        try await fixture.tell(1)
        try await fixture.deliver { try await fixture.waiting() == 0 }
        #expect(fixture.receiver.all.map(\.path) == ["/moved"])
    }

    @Test func theQueueSurvivesARestart() async throws {
        let fixture = try await WebhookFixture()
        _ = try await fixture.webhook()
        for version in 1...3 { try await fixture.tell(Int64(version)) }
        fixture.database.close()
        let later = try await WebhookFixture(in: fixture.folder)
        #expect(try await later.waiting() == 3)
        try await later.deliver { try await later.waiting() == 0 }
        #expect(fixture.receiver.all.map { $0.json["data"]?["version"]?.intValue } == [1, 2, 3])
    }

    @Test func anEventOfAChangeThatWasUndoneIsNotSent() async throws {
        struct Undone: Error {}
        let fixture = try await WebhookFixture()
        _ = try await fixture.webhook()
        let webhooks = fixture.webhooks
        let event = try WebhookEvent(entity: "model_version", action: "created")
        await #expect(throws: Undone.self) {
            try await fixture.database.write { transaction in
                try webhooks.enqueue(event, [:], in: transaction)
                throw Undone()
            }
        }
        #expect(try await fixture.waiting() == 0)
    }

    @Test func onlyThoseWhoWantItHearOfAnEvent() async throws {
        let fixture = try await WebhookFixture()
        let webhook = try await fixture.webhook()
        var change = WebhookChange()
        change.events = [try WebhookEvent(entity: "registered_model", action: "created")]
        _ = try await fixture.webhooks.update(webhook.id, change)
        try await fixture.tell(1)
        #expect(try await fixture.waiting() == 0)
        change.events = [try WebhookEvent(entity: "model_version", action: "created")]
        change.isActive = false
        _ = try await fixture.webhooks.update(webhook.id, change)
        try await fixture.tell(2)
        #expect(try await fixture.waiting() == 0)
    }

    @Test func whatWaitsForARemovedOrDisabledWebhookIsDropped() async throws {
        let fixture = try await WebhookFixture()
        let webhook = try await fixture.webhook()
        try await fixture.tell(1)
        var change = WebhookChange()
        change.isActive = false
        _ = try await fixture.webhooks.update(webhook.id, change)
        try await fixture.deliver { try await fixture.waiting() == 0 }
        #expect(fixture.receiver.all.isEmpty)
    }

    @Test func aReceiverInAPrivateNetworkIsNotReachedEvenWhenItWasStored() async throws {
        let open = try await WebhookFixture()
        _ = try await open.webhook()
        try await open.tell(1)
        open.database.close()
        // As after a change of the setting, or of what a name stands for: the address was fine when it was stored.
        let careful = try await WebhookFixture(in: open.folder, allowsPrivateReceivers: false)
        try await careful.deliver { try await careful.waiting() == 0 }
        #expect(open.receiver.all.isEmpty)
    }

    @Test func theQueueOfAWebhookIsBounded() async throws {
        let fixture = try await WebhookFixture()
        let webhook = try await fixture.webhook()
        let limit = DeliveryStore.queueLimit
        try await fixture.database.write { transaction in
            try transaction.execute(
                """
                INSERT INTO webhook_deliveries (delivery_id, webhook, position, event, body, attempts, due_at)
                VALUES (?, ?, ?, 'model_version.created', '{}', 0, 9000000000000)
                """,
                rows: (0..<limit).map { [.text("d\($0)"), .text(webhook.id), .int($0)] }
            )
        }
        try await fixture.tell(1)
        #expect(try await fixture.waiting() == limit)
    }

    @Test func waitsDoubleUpToTheLongest() {
        let backoff = WebhookDeliverer.Backoff(attempts: 8, first: .seconds(1), longest: .seconds(10))
        #expect((1...6).map { backoff.wait(after: $0, jitter: 0) } == [1_000, 2_000, 4_000, 8_000, 10_000, 10_000])
        #expect(backoff.wait(after: 1, jitter: 1) == 1_250)
        #expect(backoff.wait(after: .max, jitter: 0) == 10_000)
    }
}
