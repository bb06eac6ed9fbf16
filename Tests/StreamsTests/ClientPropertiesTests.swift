import StreamsTestSupport
import Testing

@testable import Streams

struct ClientPropertiesTests {
    @Test func `settings of security and addresses are taken, the last of a name counts`() throws {
        var settings = ClientProperties()
        try settings.add(
            file: "# a comment\n! another\n\n security.protocol = SASL_SSL \nsasl.password=a=b\r\n",
            named: "kafka.properties"
        )
        try settings.add("security.protocol=SSL")
        #expect(settings.values == ["security.protocol": "SSL", "sasl.password": "a=b"])
        #expect(settings.description == "sasl.password, security.protocol")
    }

    @Test(arguments: [
        "enable.idempotence=false", "bootstrap.servers=x:1", "group.id=g", "enable.auto.commit=true",
        "auto.offset.reset=latest", "plugin.library.paths=/tmp/x.so", "message.timeout.ms=1", "acks=0",
        "sasl.password", "=x", " = ",
    ])
    func `what our promises rest on, and what is no setting, is refused`(text: String) {
        var settings = ClientProperties()
        #expect(throws: StreamError.self) { try settings.add(text) }
        #expect(settings.values.isEmpty)
    }

    @Test func `a refusal names the place and never a value`() {
        var settings = ClientProperties()
        let error = #expect(throws: StreamError.self) {
            try settings.add(file: "client.id=x\nunknown.secret=hunter2\n", named: "/etc/k")
        }
        #expect(error?.message.contains("/etc/k, line 2: the Kafka setting unknown.secret") == true)
        #expect(error?.message.contains("hunter2") == false)
        let client = #expect(throws: StreamError.self) {
            var settings = ClientProperties()
            try settings.add("security.protocol=hunter2")
            _ = try StreamAdmin(StreamConfiguration(bootstrapServers: "127.0.0.1:1", extra: settings.values))
        }
        #expect(client?.message.contains("security.protocol is not accepted") == true)
        #expect(client?.message.contains("hunter2") == false)
    }

    @Test func `number and size are bounded`() throws {
        var settings = ClientProperties()
        for number in 0..<ClientProperties.maximumCount { try settings.add("ssl.x\(number)=1") }
        #expect(throws: StreamError.self) { try settings.add("ssl.more=1") }
        try settings.add("ssl.x0=2")
        let long = String(repeating: "x", count: ClientProperties.maximumValueBytes + 1)
        #expect(throws: StreamError.self) { try settings.add("ssl.x0=\(long)") }
    }

    @Test(arguments: ["kafka:9092", "a:1,b:65535", "[::1]:9092", "10.0.0.1:9092"])
    func `addresses of brokers are taken`(text: String) throws {
        #expect(try BootstrapServers(text).description == text)
    }

    @Test(arguments: ["", "kafka", "kafka:0", "kafka:70000", "a:1,", ":9092", "http://a:9092", "::1:9092", "a b:1"])
    func `what is no address is named`(text: String) {
        let error = #expect(throws: StreamError.self) { try BootstrapServers(text) }
        #expect(error?.message.contains("host:port") == true)
    }

    @Test func `a cluster that is not there is told with the reason`() async throws {
        let admin = try StreamAdmin(StreamConfiguration(bootstrapServers: "127.0.0.1:1"))
        let error = await #expect(throws: StreamError.self) { try await admin.ping(timeout: .milliseconds(600)) }
        #expect(error?.message.contains("Connection refused") == true, "\(error?.message ?? "")")
    }

    @Test func `a cluster that is there answers`() async throws {
        let log = try TestLog()
        let admin = try StreamAdmin(log.configuration)
        try await admin.ping(timeout: .seconds(10))
    }
}
