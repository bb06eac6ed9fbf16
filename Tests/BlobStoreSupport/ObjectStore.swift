package import BlobStore
import Execution
import Files
import Glibc
import HTTPClient
import Primitives
import Processes
import TestSupport

/// SeaweedFS, a real S3-compatible store, on free ports of this machine; one for all tests of the process.
///
/// It ends with the process. Every caller gets a prefix of its own in one bucket.
package final class ObjectStore: Sendable {
    private static let bucket = "martlet-tests"
    private static let started = Task { try await ObjectStore.start() }

    private let child: ChildProcess
    private let folder: TemporaryDirectory
    private let port: Int

    private init(child: ChildProcess, folder: TemporaryDirectory, port: Int) {
        self.child = child
        self.folder = folder
        self.port = port
    }

    /// Where a store may put its blobs that nobody else uses.
    package static func freshPlace() async throws -> S3Configuration {
        try await started.value.configuration(prefix: RandomID.hex(bytes: 6))
    }

    /// The same place with a wrong secret.
    package static func refused(_ place: S3Configuration) throws -> S3Configuration {
        try configuration(endpoint: place.endpoint, prefix: place.prefix, secret: "wrong")
    }

    private func configuration(prefix: String) throws -> S3Configuration {
        try Self.configuration(endpoint: "http://127.0.0.1:\(port)", prefix: prefix, secret: "secret")
    }

    private static func configuration(endpoint: String, prefix: String, secret: String) throws -> S3Configuration {
        let variables = ["AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": secret]
        guard let credentials = S3Configuration.Credentials(environment: { variables[$0] }) else {
            throw SystemError(call: "make", subject: "credentials", number: EINVAL)
        }
        return try S3Configuration(
            location: "s3://\(bucket)/\(prefix)",
            endpoint: endpoint,
            region: "us-east-1",
            credentials: credentials
        )
    }

    private static func start() async throws -> ObjectStore {
        let folder = try TemporaryDirectory()
        let keys = """
            {"identities": [{"name": "tests", "credentials": [{"accessKey": "key", "secretKey": "secret"}],
             "actions": ["Admin", "Read", "Write", "List", "Tagging"]}]}
            """
        try File.replace("\(folder.path)/s3.json", with: Array(keys.utf8))
        let names = [
            "master.port", "master.port.grpc", "volume.port", "volume.port.grpc", "filer.port", "filer.port.grpc",
            "s3.port", "s3.port.grpc",
        ]
        let ports = try freePorts(names.count)
        let child = try await ChildProcess.spawn(
            SpawnRequest(
                executable: "\(VirtualEnvironment.path)/bin/weed",
                arguments: [
                    "server", "-dir=\(folder.path)", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-filer", "-s3",
                    "-s3.config=\(folder.path)/s3.json", "-s3.iam=false", "-s3.port.iceberg=0", "-s3.port.lance=0",
                    "-master.volumeSizeLimitMB=64", "-master.telemetry=false", "-volume.max=0",
                ] + zip(names, ports).map { "-\($0)=\($1)" },
                environment: ["HOME": folder.path, "PATH": "/usr/bin:/bin"],
                directory: folder.path,
                logPath: "\(folder.path)/weed.log"
            )
        )
        let store = ObjectStore(child: child, folder: folder, port: ports[6])
        try await store.makeBucket()
        return store
    }

    private func makeBucket() async throws {
        let client = HTTPClient(threads: 1)
        var request = ClientRequest("PUT", "http://127.0.0.1:\(port)/\(Self.bucket)")
        request.signature = .init(scheme: "aws:amz:us-east-1:s3", user: "key", secret: "secret")
        request.headers = [(name: "x-amz-content-sha256", value: SHA256.hex([]))]
        for _ in 0..<600 {
            if let response = try? await client.send(request), response.status == 200 { return }
            if child.hasEnded { break }
            try await Task.sleep(for: .milliseconds(100))
        }
        throw SystemError(call: "start", subject: "weed server: \(child.outputTail.suffix(2_000))", number: ETIMEDOUT)
    }

    /// Ports that were free a moment ago.
    private static func freePorts(_ count: Int) throws -> [Int] {
        var sockets: [Int32] = []
        defer { for number in sockets { close(number) } }
        return try (0..<count).map { _ in
            let number = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            sockets.append(number)
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            let result = withUnsafeMutablePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(number, $0, length) == 0 ? getsockname(number, $0, &length) : -1
                }
            }
            guard result == 0 else { throw SystemError(call: "bind", subject: "a free port") }
            return Int(UInt16(bigEndian: address.sin_port))
        }
    }
}

/// Which kind of store a test runs on.
package enum StoreKind: String, Sendable, CaseIterable {
    case folder
    case s3

    /// A place of this kind that nobody else uses.
    package func place() async throws -> BlobStore.Place {
        switch self {
        case .folder: .folder
        case .s3: .s3(try await ObjectStore.freshPlace())
        }
    }
}
