import BlobStore
import Execution
import HTTPServer
import JSON
import Registry
import SQLStore
import SQLStoreTestSupport
import TestSupport
import Tracking
import Webhooks

@testable import MLflowAPI

/// The API over tracking and a registry of its own, called without a socket.
struct MLflowFixture {
    let folder: TemporaryDirectory
    let database: any SQLDatabase
    let tracking: TrackingService
    let registry: RegistryService
    let router: Router

    init() async throws {
        folder = try TemporaryDirectory()
        database = try await TestDatabase.open(in: folder.path)
        let blobs = try BlobStore(
            directory: folder.path + "/artifacts",
            pool: BlockingPool(name: "blobs", threads: 2)
        )
        tracking = try await TrackingService.open(database: database, blobs: blobs)
        registry = try await RegistryService.open(database: database, origins: TrackedOrigins(tracking: tracking))
        let webhooks = try await WebhookService.open(database: database, allowsPrivateReceivers: true)
        var router = Router()
        MLflowAPI(tracking: tracking, registry: registry, webhooks: webhooks).install(on: &router)
        self.router = router
    }

    /// What the API answers.
    func send(_ method: HTTPMethod, _ target: String, _ body: JSONValue? = nil) async throws -> (Int, JSONValue) {
        let type: HTTPHeaders = body == nil ? [:] : ["Content-Type": "application/json"]
        let response = try await respond(method, target, type, body?.serialized(nonFinite: .string) ?? [])
        return (response.status, try JSONValue.parse(response.bytes))
    }

    /// The answer of a call that succeeds.
    func call(_ method: HTTPMethod, _ target: String, _ body: JSONValue? = nil) async throws -> JSONValue {
        let (status, answer) = try await send(method, target, body)
        guard status == 200 else { throw UnexpectedStatus(status: status, answer: answer) }
        return answer
    }

    func respond(
        _ method: HTTPMethod,
        _ target: String,
        _ headers: HTTPHeaders = [:],
        _ body: [UInt8] = []
    ) async throws -> HTTPResponse {
        guard let request = HTTPRequest(method: method, target: target, headers: headers, body: body) else {
            throw UnexpectedStatus(status: 400, answer: "the target is no path")
        }
        return await router.respond(to: request)
    }
}

struct UnexpectedStatus: Error {
    let status: Int
    let answer: JSONValue
}

extension HTTPResponse {
    /// The bytes of an answer in memory.
    var bytes: [UInt8] {
        guard case .bytes(let bytes) = body else { return [] }
        return bytes
    }
}
