package import KafkaWire

/// What a topic's settings mean, with everything not set at its default.
package struct TopicSettings: Equatable, Sendable {
    /// What happens to old records.
    package enum CleanupPolicy: Equatable, Sendable {
        case delete, compact, both

        /// Whether old segments go.
        package var deletes: Bool { self != .compact }
        /// Whether only the newest record of each key stays.
        package var compacts: Bool { self != .delete }
    }

    /// What happens to old records.
    package private(set) var cleanupPolicy = CleanupPolicy.delete
    /// How long records stay, -1 for ever.
    package private(set) var retentionMilliseconds: Int64 = 604_800_000
    /// How large a partition may grow, -1 without limit.
    package private(set) var retentionBytes: Int64 = -1
    /// How large a segment grows.
    package private(set) var segmentBytes = 128 << 20
    /// How old a segment grows.
    package private(set) var segmentMilliseconds: Int64 = 604_800_000
    /// The largest batch.
    package private(set) var maximumMessageBytes = 1_048_588
    /// Whether the broker decides the time of records.
    package private(set) var usesAppendTime = false
    /// How far in the past a record's time may be.
    package private(set) var timestampBeforeMaximum = Int64.max
    /// How far in the future a record's time may be.
    package private(set) var timestampAfterMaximum = Int64.max
    /// How long a deletion stays in a compacted topic.
    package private(set) var deleteRetentionMilliseconds: Int64 = 86_400_000
    /// How much of a log must be new before it is compacted.
    package private(set) var minimumDirtyRatio = 0.5
    /// How old a record must be to be compacted.
    package private(set) var minimumCompactionLag: Int64 = 0

    /// Whether the time of keeping was given, not assumed.
    package var hasOwnRetention: Bool { overrides["retention.ms"] != nil }

    /// The settings as they were given, by name.
    package let overrides: [String: String]

    /// Reads settings.
    ///
    /// - Throws: ``StorageError`` that names the first setting that is unknown, malformed or not honoured.
    package init(_ overrides: [String: String]) throws(StorageError) {
        self.overrides = overrides
        for (name, value) in overrides.sorted(by: { $0.key < $1.key }) { try apply(name, value) }
    }

    private mutating func apply(_ name: String, _ value: String) throws(StorageError) {
        guard let definition = TopicSettingDefinition.all[name] else {
            throw .invalid("there is no topic setting '\(name)'")
        }
        guard definition.accepts(value) else {
            throw .invalid("'\(value)' is not a value of '\(name)': \(definition.rule)")
        }
        let number = Int64(value) ?? 0
        switch name {
        case "cleanup.policy": cleanupPolicy = Self.policy(value)
        case "retention.ms": retentionMilliseconds = number
        case "retention.bytes": retentionBytes = number
        case "segment.bytes": segmentBytes = Int(number)
        case "segment.ms": segmentMilliseconds = number
        case "max.message.bytes": maximumMessageBytes = Int(number)
        case "message.timestamp.type": usesAppendTime = value == "LogAppendTime"
        case "message.timestamp.before.max.ms": timestampBeforeMaximum = number
        case "message.timestamp.after.max.ms": timestampAfterMaximum = number
        case "delete.retention.ms": deleteRetentionMilliseconds = number
        case "min.cleanable.dirty.ratio": minimumDirtyRatio = Double(value) ?? minimumDirtyRatio
        case "min.compaction.lag.ms": minimumCompactionLag = number
        default: break
        }
    }

    private static func policy(_ value: String) -> CleanupPolicy {
        let parts = TopicSettingDefinition.list(value)
        guard parts.contains("compact") else { return .delete }
        return parts.contains("delete") ? .both : .compact
    }

    /// All settings as DescribeConfigs shows them.
    package var entries: [TopicConfigEntry] {
        TopicSettingDefinition.all.values.sorted { $0.name < $1.name }.map { definition in
            let own = overrides[definition.name]
            return TopicConfigEntry(
                name: definition.name,
                value: own ?? definition.standard,
                source: own == nil ? .standard : .topic,
                type: definition.type,
                standard: definition.standard
            )
        }
    }

    /// The times that a record may have when it comes at `now`.
    package func timestamps(at now: Int64) -> ClosedRange<Int64> {
        let before = timestampBeforeMaximum >= now ? Int64.min : now - timestampBeforeMaximum
        let after = timestampAfterMaximum >= Int64.max - now ? Int64.max : now + timestampAfterMaximum
        return min(before, after)...after
    }
}

/// One setting that a topic can have.
package struct TopicSettingDefinition: Sendable {
    private enum Rule: Sendable {
        case integer(ClosedRange<Int64>)
        case ratio
        case oneOf([String])
        case listOf([String])
        case onlyStandard
    }

    /// The setting's name.
    package let name: String
    /// The value when nobody sets it.
    package let standard: String
    /// The type of the value.
    package let type: TopicConfigEntry.ValueType
    private let allowed: Rule

    /// Whether a value can be honoured.
    func accepts(_ value: String) -> Bool {
        switch allowed {
        case .integer(let range): Int64(value).map(range.contains) ?? false
        case .ratio: Double(value).map { (0...1).contains($0) } ?? false
        case .oneOf(let values): values.contains(value)
        case .listOf(let values):
            !Self.list(value).isEmpty && Self.list(value).allSatisfy(values.contains)
        case .onlyStandard: value == standard
        }
    }

    /// The rule in words.
    var rule: String {
        switch allowed {
        case .integer(let range): "an integer from \(range.lowerBound) to \(range.upperBound)"
        case .ratio: "a number from 0 to 1"
        case .oneOf(let values): "one of \(values.joined(separator: ", "))"
        case .listOf(let values): "some of \(values.joined(separator: ", "))"
        case .onlyStandard: "this log honours only '\(standard)'"
        }
    }

    /// The parts of a list of words.
    package static func list(_ value: String) -> [String] {
        value.split(separator: ",").map { part in
            String(part.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
        }
    }

    /// All settings by name.
    package static let all: [String: TopicSettingDefinition] = Dictionary(
        uniqueKeysWithValues: definitions.map { ($0.name, $0) }
    )

    private static func integer(_ name: String, _ standard: String, _ range: ClosedRange<Int64>) -> Self {
        Self(
            name: name,
            standard: standard,
            type: range.upperBound > Int64(Int32.max) ? .long : .int,
            allowed: .integer(range)
        )
    }

    private static func fixed(_ name: String, _ standard: String, _ type: TopicConfigEntry.ValueType) -> Self {
        Self(name: name, standard: standard, type: type, allowed: .onlyStandard)
    }

    private static let forever = "9223372036854775807"

    private static let definitions: [TopicSettingDefinition] = [
        Self(name: "cleanup.policy", standard: "delete", type: .list, allowed: .listOf(["delete", "compact"])),
        integer("retention.ms", "604800000", -1...Int64.max),
        integer("retention.bytes", "-1", -1...Int64.max),
        integer("segment.bytes", "134217728", 1024...Int64(1 << 30)),
        integer("segment.ms", "604800000", 1...Int64.max),
        integer("max.message.bytes", "1048588", 0...Int64(100 << 20)),
        Self(
            name: "message.timestamp.type",
            standard: "CreateTime",
            type: .string,
            allowed: .oneOf(["CreateTime", "LogAppendTime"])
        ),
        integer("message.timestamp.before.max.ms", forever, 0...Int64.max),
        integer("message.timestamp.after.max.ms", forever, 0...Int64.max),
        integer("delete.retention.ms", "86400000", 0...Int64.max),
        Self(name: "min.cleanable.dirty.ratio", standard: "0.5", type: .double, allowed: .ratio),
        integer("min.compaction.lag.ms", "0", 0...Int64.max),
        fixed("max.compaction.lag.ms", forever, .long),
        fixed("segment.jitter.ms", "0", .long),
        fixed("min.insync.replicas", "1", .int),
        fixed("compression.type", "producer", .string),
        fixed("flush.messages", forever, .long),
        fixed("flush.ms", forever, .long),
        fixed("index.interval.bytes", "4096", .int),
        fixed("segment.index.bytes", "10485760", .int),
        fixed("file.delete.delay.ms", "60000", .long),
        fixed("preallocate", "false", .boolean),
        fixed("unclean.leader.election.enable", "false", .boolean),
        fixed("leader.replication.throttled.replicas", "", .list),
        fixed("follower.replication.throttled.replicas", "", .list),
        fixed("remote.storage.enable", "false", .boolean),
        fixed("local.retention.ms", "-2", .long),
        fixed("local.retention.bytes", "-2", .long),
        fixed("message.downconversion.enable", "true", .boolean),
    ]
}
