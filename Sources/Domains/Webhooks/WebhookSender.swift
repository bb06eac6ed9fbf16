internal import HTTPClient
internal import Primitives

/// Sends one body to one webhook, signed.
///
/// The headers are those of MLflow: `X-MLflow-Delivery-Id`, `X-MLflow-Timestamp` (Unix seconds) and, with a secret,
/// `X-MLflow-Signature`: `v1,` and the Base64 of HMAC-SHA-256 over `<delivery id>.<timestamp>.<body>`.
struct WebhookSender: Sendable {
    /// What came of an attempt.
    enum Outcome: Sendable, Equatable {
        case accepted
        /// Another attempt may succeed, not before so many seconds when the receiver said so.
        case later(reason: String, afterSeconds: Int64?)
        /// Another attempt would not help.
        case refused(reason: String)
    }

    private static let answerLimit = 1 << 20
    private static let shownAnswerLimit = 10_000
    private static let timeout: Duration = .seconds(30)
    private static let retriedStatuses: Set<Int> = [408, 429, 500, 502, 503, 504]

    let client: HTTPClient

    /// Sends a body and says whether it arrived.
    func send(_ body: String, delivery: String, to webhook: Webhook) async -> Outcome {
        do {
            let answer = try await client.send(request(body, delivery, webhook), limit: Self.answerLimit)
            switch answer.status {
            case 200..<300: return .accepted
            case let status where Self.retriedStatuses.contains(status):
                let wait = answer.header("retry-after").flatMap { Int64($0) }
                return .later(reason: "it answered \(status)", afterSeconds: wait)
            case 300..<400: return .refused(reason: "it answered \(answer.status); redirects are not followed")
            default: return .refused(reason: "it answered \(answer.status)")
            }
        } catch let error as ClientError where error.code == .forbiddenAddress || error.code == .invalidAddress {
            return .refused(reason: error.message)
        } catch {
            return .later(reason: "\(error)", afterSeconds: nil)
        }
    }

    /// Sends a body once and says what the receiver answered.
    func trial(_ body: String, delivery: String, to webhook: Webhook) async -> WebhookTrial {
        do {
            let answer = try await client.send(request(body, delivery, webhook), limit: Self.answerLimit)
            let text = String(decoding: answer.body.prefix(Self.shownAnswerLimit), as: UTF8.self)
            return WebhookTrial(succeeded: answer.status < 400, status: answer.status, body: text, failure: nil)
        } catch {
            return WebhookTrial(succeeded: false, status: nil, body: nil, failure: "Failed to test webhook: \(error)")
        }
    }

    private func request(_ body: String, _ delivery: String, _ webhook: Webhook) -> ClientRequest {
        let time = String(WallClock.nowMilliseconds() / 1_000)
        var request = ClientRequest("POST", webhook.url)
        request.timeout = Self.timeout
        request.body = Array(body.utf8)
        request.headers = [
            ("Content-Type", "application/json"), ("X-MLflow-Delivery-Id", delivery), ("X-MLflow-Timestamp", time),
        ]
        if let secret = webhook.secret {
            let signed = HMAC.sha256(Array("\(delivery).\(time).\(body)".utf8), key: Array(secret.utf8))
            request.headers.append(("X-MLflow-Signature", "v1," + Base64.encode(signed)))
        }
        return request
    }
}
