import KafkaWire
import Testing

@testable import Broker

struct BrokerSettingTests {
    private let standard = BrokerConfiguration(dataDirectory: "/nowhere")

    private func shown(_ configuration: BrokerConfiguration) -> [String: String] {
        Dictionary(uniqueKeysWithValues: BrokerSetting.entries(configuration).map { ($0.name, $0.value ?? "") })
    }

    @Test func aSettingCountsAndIsShown() throws {
        var changed = standard
        try changed.set("num.partitions", to: "3")
        try changed.set("auto.create.topics.enable", to: "false")
        try changed.set("offsets.retention.minutes", to: "60")
        #expect(changed.defaults.partitions == 3)
        #expect(!changed.defaults.createsTopics)
        #expect(shown(changed)["num.partitions"] == "3")
        #expect(shown(changed)["auto.create.topics.enable"] == "false")
        #expect(shown(changed)["offsets.retention.minutes"] == "60")
    }

    @Test(arguments: [
        ("no.such.setting", "1"), ("num.partitions", "0"), ("num.partitions", "many"), ("num.partitions", ""),
        ("auto.create.topics.enable", "yes"), ("default.replication.factor", "3"),
    ])
    func whatCannotBeIsRefusedByName(name: String, value: String) {
        var changed = standard
        do {
            try changed.set(name, to: value)
            Issue.record("\(name)=\(value) was taken")
        } catch {
            #expect(error.code == .setting)
            #expect(error.message.contains(name))
        }
    }

    @Test func everySettingTakesTheValueItShows() throws {
        var changed = standard
        for (name, value) in shown(standard) { try changed.set(name, to: value) }
        #expect(shown(changed) == shown(standard))
    }
}
