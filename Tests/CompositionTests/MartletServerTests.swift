import Execution
import Files
import TestSupport
import Testing

@testable import Composition

@Suite(.timeLimit(.minutes(10)), .serialized) struct MartletServerTests {
    private let pool = BlockingPool(name: "client", threads: 2)

    private func configuration(_ directory: String) -> ServerConfiguration {
        var configuration = ServerConfiguration()
        configuration.dataDirectory = directory
        configuration.httpPort = 0
        configuration.kafkaPort = 0
        return configuration
    }

    /// Asks for a path and returns the whole answer.
    private func get(_ path: String, port: Int) async throws -> String {
        try await pool.run {
            let connection = try RawConnection(port: port)
            try connection.send("GET \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            return try connection.read(until: "\u{0}")
        }
    }

    @Test func `a server answers on both ports, names them in its folder, and stops`() async throws {
        let directory = try TemporaryDirectory()
        let server = MartletServer(configuration(directory.path))
        try await server.start()
        let running = Task { try await server.run() }
        #expect(try await get("/healthz", port: server.ports.http).contains("200"))
        #expect(
            try await get("/api/v1/status", port: server.ports.http).contains("\"kafka_port\":\(server.ports.kafka)")
        )
        #expect(try await get("/api/v1/loops/nothing", port: server.ports.http).contains("404"))
        _ = try RawConnection(port: server.ports.kafka)
        let ports = String(decoding: try File.read("\(directory.path)/martlet.ports.json"), as: UTF8.self)
        #expect(ports == "{\"http\":\(server.ports.http),\"kafka\":\(server.ports.kafka)}")
        server.stop()
        try await running.value
        #expect(!File.exists("\(directory.path)/martlet.ports.json"))
    }

    @Test func `a second server on the same folder is told who has it`() async throws {
        let directory = try TemporaryDirectory()
        let first = MartletServer(configuration(directory.path))
        try await first.start()
        let running = Task { try await first.run() }
        let second = MartletServer(configuration(directory.path))
        let error = await #expect(throws: DirectoryLock.Failure.self) { try await second.start() }
        #expect(error?.description.contains("in use by another martlet") == true)
        first.stop()
        try await running.value
        let third = MartletServer(configuration(directory.path))
        try await third.start()
        let again = Task { try await third.run() }
        third.stop()
        try await again.value
    }

    @Test func `a port in use is named, and the folder is free again`() async throws {
        let directory = try TemporaryDirectory()
        let first = MartletServer(configuration("\(directory.path)/a"))
        try await first.start()
        let running = Task { try await first.run() }
        var taken = configuration("\(directory.path)/b")
        taken.httpPort = first.ports.http
        do {
            let second = MartletServer(taken)
            try await second.start()
            Issue.record("the port was taken")
        } catch {
            #expect("\(error)".contains("127.0.0.1:\(first.ports.http) is in use"))
        }
        taken.httpPort = 0
        let third = MartletServer(taken)
        try await third.start()
        let again = Task { try await third.run() }
        third.stop()
        try await again.value
        first.stop()
        try await running.value
    }

    @Test(arguments: [(-1, 0), (0, 70_000), (8_080, 8_080)])
    func `ports that cannot be are refused`(http: Int, kafka: Int) {
        var configuration = ServerConfiguration()
        configuration.httpPort = http
        configuration.kafkaPort = kafka
        #expect(throws: ConfigurationError.self) { try configuration.validate() }
    }

    @Test func `the page and the APIs are opened to other machines only when it is said`() throws {
        var configuration = ServerConfiguration()
        configuration.host = "0.0.0.0"
        let refusal = #expect(throws: ConfigurationError.self) { try configuration.validate() }
        #expect(refusal?.description.contains("--allow-anonymous") == true)
        configuration.allowsAnonymous = true
        try configuration.validate()
        configuration.allowsAnonymous = false
        configuration.host = "127.0.0.1"
        configuration.kafkaHost = "0.0.0.0"
        try configuration.validate()
    }
}
