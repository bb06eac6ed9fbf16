import Testing

@testable import Broker

struct BrokerSettingTests {
    private var configuration = BrokerConfiguration(dataDirectory: "/nowhere")

    @Test mutating func aSettingCountsAndIsShown() throws {
        try configuration.set("num.partitions", to: "3")
        try configuration.set("auto.create.topics.enable", to: "false")
        try configuration.set("offsets.retention.minutes", to: "60")
        #expect(configuration.defaults.partitions == 3)
        #expect(!configuration.defaults.createsTopics)
        let shown = BrokerSetting.entries(configuration)
        #expect(shown.first { $0.name == "num.partitions" }?.value == "3")
        #expect(shown.first { $0.name == "auto.create.topics.enable" }?.value == "false")
        #expect(shown.first { $0.name == "offsets.retention.minutes" }?.value == "60")
    }

    @Test(arguments: [
        ("no.such.setting", "1"), ("num.partitions", "0"), ("num.partitions", "many"), ("num.partitions", ""),
        ("auto.create.topics.enable", "yes"), ("default.replication.factor", "3"),
    ])
    mutating func whatCannotBeIsRefusedByName(name: String, value: String) throws {
        let error = #expect(throws: BrokerError.self) { [configuration] in
            var changed = configuration
            try changed.set(name, to: value)
        }
        #expect(error?.code == .setting)
        #expect(error?.message.contains(name) == true)
    }

    @Test func everySettingTakesTheValueItShows() throws {
        var changed = configuration
        for entry in BrokerSetting.entries(configuration) {
            try changed.set(entry.name, to: try #require(entry.value))
        }
    }
}
