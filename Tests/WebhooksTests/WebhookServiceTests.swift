import JSON
import Testing

@testable import Webhooks

@Suite(.timeLimit(.minutes(1))) struct WebhookServiceTests {
    private func draft(_ url: String, name: String = "hook") throws -> WebhookDraft {
        WebhookDraft(name: name, url: url, events: [try WebhookEvent(entity: "model_version", action: "created")])
    }

    @Test func aWebhookIsMadeChangedAndRemoved() async throws {
        let fixture = try await WebhookFixture()
        let made = try await fixture.webhook(secret: "s")
        var change = WebhookChange()
        change.name = "renamed"
        change.isActive = false
        change.secret = ""
        change.events = [try WebhookEvent(entity: "prompt_tag", action: "set")]
        let changed = try await fixture.webhooks.update(made.id, change)
        #expect(changed.name == "renamed" && !changed.isActive && changed.secret == nil)
        #expect(try await fixture.webhooks.webhook(made.id) == changed)
        let second = try await fixture.webhook("/other")
        let first = try await fixture.webhooks.list(limit: 1, pageToken: nil)
        let rest = try await fixture.webhooks.list(limit: 1, pageToken: first.next)
        #expect(Set((first.items + rest.items).map(\.id)) == [made.id, second.id])
        #expect(rest.next == nil)
        try await fixture.webhooks.delete(made.id)
        await #expect(throws: WebhookError.noWebhook(made.id)) { try await fixture.webhooks.webhook(made.id) }
        await #expect(throws: WebhookError.noWebhook(made.id)) { try await fixture.webhooks.delete(made.id) }
    }

    @Test(arguments: [
        "http://example.com/x", "ftp://example.com/x", "example.com", "https://", "https:///path", "  ",
        "https://user:password@example.com/", "https://127.0.0.1/", "https://127.0.0.1:8443/x", "https://[::1]/",
        "https://localhost/", "https://LOCALHOST:1/", "https://10.0.0.1/", "https://169.254.169.254/latest/meta-data",
        "https://[::ffff:169.254.169.254]/", "https://127.1/", "https://2130706433/", "https://0x7f000001/",
        "https://0177.0.0.1/", "https://[fd00::1]/", "https://0.0.0.0/", "https://exa mple.com/",
        "https://example.com\\@127.0.0.1/", "https://[64:ff9b::7f00:1]/", "https://exämple.com/",
        "https://[2606:4700::1", "https://8.8.8.8]/", "http://[invalid",
    ])
    func anAddressThatIsNotOnTheInternetIsRefused(url: String) async throws {
        let fixture = try await WebhookFixture(allowsPrivateReceivers: false)
        let error = await #expect(throws: WebhookError.self) { try await fixture.webhooks.create(draft(url)) }
        #expect(error?.code == .invalidParameter)
        let made = try await fixture.webhooks.create(draft("https://8.8.8.8/x"))
        var change = WebhookChange()
        change.url = url
        let moved = change
        await #expect(throws: WebhookError.self) { try await fixture.webhooks.update(made.id, moved) }
    }

    @Test(arguments: ["", "a b", "-a", "a-", ".a", String(repeating: "a", count: 64), "a/b", "ä"])
    func aNameThatIsNoneIsRefused(name: String) async throws {
        let fixture = try await WebhookFixture(allowsPrivateReceivers: false)
        await #expect(throws: WebhookError.self) {
            try await fixture.webhooks.create(draft("https://8.8.8.8/", name: name))
        }
    }

    @Test func anEventThatThereIsNotIsRefused() {
        #expect(throws: WebhookError.self) { try WebhookEvent(entity: "model_version", action: "exceeded") }
        #expect(throws: WebhookError.self) { try WebhookEvent(entity: "experiment", action: "created") }
    }

    @Test func aTrialSaysWhatTheReceiverAnswered() async throws {
        let fixture = try await WebhookFixture()
        let webhook = try await fixture.webhook(secret: "s")
        let good = try await fixture.webhooks.test(webhook.id, nil)
        #expect(good.succeeded && good.status == 200)
        #expect(fixture.receiver.all.last?.json["data"]?["name"] == "example_model")
        fixture.receiver.answer([500])
        let alias = try WebhookEvent(entity: "prompt_alias", action: "created")
        let bad = try await fixture.webhooks.test(webhook.id, alias)
        #expect(!bad.succeeded && bad.status == 500)
        #expect(
            fixture.receiver.all.last?.json["data"] == [
                "name": "example_prompt", "alias": "example_alias", "version": "1",
            ]
        )
        await fixture.receiver.stop()
        let none = try await fixture.webhooks.test(webhook.id, nil)
        #expect(!none.succeeded && none.status == nil && none.failure != nil)
    }
}
