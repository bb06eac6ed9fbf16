internal import CCurl
internal import Execution
internal import Glibc
internal import Primitives

/// A mail to some addresses.
package struct MailMessage: Sendable, Hashable {
    /// The receivers' addresses.
    package var to: [String]
    /// The subject; control characters become spaces.
    package var subject: String
    /// The text.
    package var text: String
    /// Unique, and the same when the mail is sent again: relays and readers may tell by it.
    package var id: String

    /// Describes a mail.
    package init(to: [String], subject: String, text: String, id: String) {
        self.to = to
        self.subject = subject
        self.text = text
        self.id = id
    }

    /// The mail as it is sent: RFC 5322 with MIME, UTF-8 in Base64, lines of at most 76 characters.
    func rendered(from sender: String, atMilliseconds now: Int64) -> [UInt8] {
        let domain = sender.split(separator: "@").last.map(String.init) ?? "localhost"
        let headers = [
            "From: \(sender)", "To: \(to.joined(separator: ",\r\n "))", "Subject: \(encodedSubject)",
            "Date: \(Self.date(now))", "Message-ID: <\(id)@\(domain)>", "MIME-Version: 1.0",
            "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: base64",
            "Auto-Submitted: auto-generated",
        ]
        let lines = headers + [""] + Self.lines(Base64.encode(Array(text.utf8)))
        return Array((lines.joined(separator: "\r\n") + "\r\n").utf8)
    }

    /// RFC 2047: encoded words of at most 75 characters, cut between characters.
    private var encodedSubject: String {
        let plain = String(String.UnicodeScalarView(subject.unicodeScalars.map { $0.value < 0x20 ? " " : $0 }))
        var words: [String] = []
        var word = ""
        for character in plain.prefix(300) {
            if word.utf8.count + character.utf8.count > 42 {
                words.append(word)
                word = ""
            }
            word.append(character)
        }
        words.append(word)
        return words.map { "=?UTF-8?B?\(Base64.encode(Array($0.utf8)))?=" }.joined(separator: "\r\n ")
    }

    private static func lines(_ text: String) -> [String] {
        let bytes = Array(text.utf8)
        return stride(from: 0, to: bytes.count, by: 76).map {
            String(decoding: bytes[$0..<min($0 + 76, bytes.count)], as: UTF8.self)
        }
    }

    /// RFC 5322's form of a time, in UTC.
    private static func date(_ milliseconds: Int64) -> String {
        var seconds = time_t(milliseconds / 1000)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let clock = [parts.tm_hour, parts.tm_min, parts.tm_sec].map { $0 < 10 ? "0\($0)" : "\($0)" }
        return "\(days[Int(parts.tm_wday)]), \(parts.tm_mday) \(months[Int(parts.tm_mon)]) \(parts.tm_year + 1900) "
            + clock.joined(separator: ":") + " +0000"
    }
}

/// Why a mail was not taken.
package struct MailError: Error, Sendable, CustomStringConvertible {
    /// Whether the relay said no for good (a code of 5xx): trying again is of no use.
    package let isPermanent: Bool
    /// What failed, without user and password.
    package let description: String
}

/// A relay that takes mails, over SMTP; an exchange blocks one of its own threads.
///
/// Thread-safe.
package final class MailRelay: Sendable {
    private let url: String
    private let sender: String
    private let pool = BlockingPool(name: "mail", threads: 1)
    private let handles = CurlHandles()

    /// A relay at `url`, `smtp://` or `smtps://`, that mails come to from the address `sender`.
    ///
    /// With `user:password@` in the address TLS is insisted on; otherwise it is used where it is offered.
    package init(url: String, sender: String) {
        self.url = url
        self.sender = sender
    }

    /// Hands a mail over; returns when the relay has taken it.
    ///
    /// - Throws: ``MailError``.
    package func send(_ mail: MailMessage) async throws {
        let text = mail.rendered(from: sender, atMilliseconds: WallClock.nowMilliseconds())
        try await pool.run { [handles, url, sender] in
            let handle = try handles.take()
            defer { handles.giveBack(handle) }
            try Self.perform(handle, url: url, sender: sender, to: mail.to, text: text)
        }
    }

    private static func perform(
        _ handle: CurlHandles.Handle,
        url: String,
        sender: String,
        to receivers: [String],
        text: [UInt8]
    ) throws(MailError) {
        let copies = receivers.map { strdup($0) }
        defer { for copy in copies { free(copy) } }
        var response = 0
        var message = [CChar](repeating: 0, count: 256)
        let failure = copies.map { $0.map { UnsafePointer($0) } }.withUnsafeBufferPointer { recipients in
            url.withCString { url in
                sender.withCString { sender in
                    text.withUnsafeBufferPointer { text in
                        guard let bytes = text.baseAddress else { return MARTLET_CURL_INVALID }
                        var mail = martlet_curl_mail(
                            url: url,
                            from: sender,
                            recipients: recipients.baseAddress,
                            recipient_count: recipients.count,
                            text: bytes,
                            text_length: text.count,
                            timeout_milliseconds: 30_000,
                            require_tls: String(cString: url).contains("@")
                        )
                        return martlet_curl_send_mail(handle.pointer, &mail, &response, &message)
                    }
                }
            }
        }
        guard failure != MARTLET_CURL_OK else { return }
        let reason = String(decoding: message.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        let code = response > 0 ? " (code \(response))" : ""
        throw MailError(isPermanent: (500..<600).contains(response), description: "the mail relay: \(reason)\(code)")
    }
}
