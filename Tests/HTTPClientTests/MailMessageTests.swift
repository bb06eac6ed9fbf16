import Testing

@testable import HTTPClient

struct MailMessageTests {
    private func lines(_ message: MailMessage) -> [String] {
        let text = String(
            decoding: message.rendered(from: "a@example.org", atMilliseconds: 1_795_620_620_000),
            as: UTF8.self
        )
        return text.split(separator: "\r\n", omittingEmptySubsequences: false).map(String.init)
    }

    @Test func `headers are complete, and no line is longer than the standard allows`() {
        let long = String(repeating: "drift of temperature – ", count: 30)
        let mail = lines(MailMessage(to: ["b@c.org", "d@e.org"], subject: long, text: long, id: "7"))
        #expect(mail.contains("From: a@example.org"))
        #expect(mail.contains("Date: Wed, 25 Nov 2026 15:30:20 +0000"))
        #expect(mail.contains("Message-ID: <7@example.org>"))
        #expect(mail.contains("To: b@c.org,"))
        #expect(mail.allSatisfy { $0.utf8.count <= 78 || $0.hasPrefix("Subject: ") })
        #expect(mail.filter { $0.hasPrefix(" =?UTF-8?B?") }.allSatisfy { $0.utf8.count <= 76 })
    }

    @Test func `a subject cannot add a header`() {
        let mail = lines(MailMessage(to: ["b@c.org"], subject: "x\r\nBcc: evil@example.org", text: "", id: "7"))
        #expect(!mail.contains { $0.hasPrefix("Bcc") })
        #expect(mail.count { $0.hasPrefix("Subject: =?UTF-8?B?") } == 1)
    }
}
