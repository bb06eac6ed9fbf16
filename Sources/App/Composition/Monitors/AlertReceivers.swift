internal import HTTPClient
internal import JSON
internal import Monitoring
internal import Primitives
internal import Streams

/// Sends alerts: by HTTP, by mail, into a topic.
final class AlertReceivers: AlertTransport {
    private let client: HTTPClient
    private let allowsPrivate: Bool
    private let mail: MailRelay?
    private let producer: StreamProducer
    private let address: @Sendable () -> String

    /// Makes the ways out; `address` is where people reach this server, for links.
    init(
        allowsPrivate: Bool,
        mail: MailRelay?,
        streams: StreamConfiguration,
        address: @escaping @Sendable () -> String
    ) throws {
        client = HTTPClient(threads: 2, publicAddressesOnly: !allowsPrivate)
        self.allowsPrivate = allowsPrivate
        self.mail = mail
        producer = try StreamProducer(streams)
        self.address = address
    }

    func send(_ message: AlertMessage, to target: AlertRoute.Target) async throws {
        let text = AlertText(message, server: address())
        switch target {
        case .webhook(let url, let secret): try await post(text.json, to: url, secret: secret, id: message.id)
        case .slack(let url): try await post(["text": .string(text.slack)], to: url, secret: nil, id: message.id)
        case .email(let addresses): try await mail(text, to: addresses, id: message.id)
        case .topic(let topic):
            let record = ProducerRecord(
                topic: topic,
                key: Array(message.alert.fingerprint.utf8),
                value: JSONValue.object(text.json).serialized()
            )
            _ = try await producer.send([record])
        }
    }

    private func post(_ body: JSONObject, to url: String, secret: String?, id: String) async throws {
        guard allowsPrivate || url.hasPrefix("https://") else {
            throw AlertRefusal("webhooks are sent by https only: start the server with --allow-private-webhooks")
        }
        let bytes = JSONValue.object(body).serialized()
        var request = ClientRequest("POST", url)
        request.timeout = .seconds(10)
        request.body = bytes
        request.headers = [(name: "Content-Type", value: "application/json"), (name: "X-Martlet-Delivery", value: id)]
        if let secret {
            let signature = HMAC.sha256(bytes, key: Array(secret.utf8))
            request.headers.append((name: "X-Martlet-Signature", value: "sha256=\(Hex.encode(signature))"))
        }
        let response = try await exchange(request)
        switch response.status {
        case 200..<300: return
        case 408, 425, 429, 500...: throw DeliveryFailure("the receiver answers with status \(response.status)")
        default: throw AlertRefusal("the receiver answers with status \(response.status)")
        }
    }

    private func exchange(_ request: ClientRequest) async throws -> ClientResponse {
        do {
            return try await client.send(request, limit: 1 << 16)
        } catch let error as ClientError where error.code == .invalidAddress || error.code == .forbiddenAddress {
            throw AlertRefusal(error.message)
        }
    }

    private func mail(_ text: AlertText, to addresses: [String], id: String) async throws {
        guard let mail else {
            throw AlertRefusal("the server has no mail relay: start it with --smtp and --mail-from")
        }
        do {
            try await mail.send(MailMessage(to: addresses, subject: text.subject, text: text.mail, id: id))
        } catch let error as MailError where error.isPermanent {
            throw AlertRefusal(error.description)
        }
    }
}

/// A receiver that did not take a message this time.
struct DeliveryFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// An alert in words, for each kind of receiver.
struct AlertText {
    private let message: AlertMessage
    private let link: String

    init(_ message: AlertMessage, server: String) {
        self.message = message
        let monitor = message.alert.monitor.utf8.map { byte -> String in
            let isPlain =
                (byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x5A) || (byte >= 0x61 && byte <= 0x7A)
            if isPlain || [0x2D, 0x2E, 0x5F].contains(byte) { return String(UnicodeScalar(byte)) }
            return "%" + Hex.encode([byte]).uppercased()
        }
        link = "\(server)/monitoring?monitor=\(monitor.joined())&window=\(message.alert.window)"
    }

    private var verb: String {
        switch message.event {
        case "resolved": "Resolved"
        case "repeated": "Still open"
        default: "Opened"
        }
    }

    /// One line.
    var subject: String {
        "[\(message.alert.severity.rawValue)] \(verb): \(message.alert.monitor): \(message.alert.message)"
    }

    /// What a webhook and a topic get.
    var json: JSONObject {
        [
            "id": .string(message.id), "event": .string(message.event), "alert": .object(LoopJSON.alert(message.alert)),
            "link": .string(link),
        ]
    }

    /// What a chat shows; the three characters that its markup uses are replaced.
    var slack: String {
        let plain = subject.map { character -> String in
            switch character {
            case "&": "&amp;"
            case "<": "&lt;"
            case ">": "&gt;"
            default: String(character)
            }
        }
        return "\(plain.joined())\n<\(link)|window \(message.alert.window)>"
    }

    /// What a mail says.
    var mail: String {
        """
        \(message.alert.message)

        monitor   \(message.alert.monitor)
        severity  \(message.alert.severity.rawValue)
        window    \(message.alert.window), at row \(message.alert.row)
        value     \(message.alert.value), limit \(message.alert.limit)

        \(link)
        """
    }
}
