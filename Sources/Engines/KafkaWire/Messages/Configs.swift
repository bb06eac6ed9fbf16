/// One setting with its value and where the value comes from.
package struct TopicConfigEntry: Sendable {
    /// Where a value comes from.
    package enum Source: Int8, Sendable {
        case topic = 1
        case broker = 4
        case standard = 5
    }

    /// The types that the protocol names.
    package enum ValueType: Int8, Sendable {
        case boolean = 1
        case string = 2
        case int = 3
        case long = 5
        case double = 6
        case list = 7
    }

    /// The setting's name.
    package let name: String
    /// Its value.
    package let value: String?
    /// Where the value comes from.
    package let source: Source
    /// The type of the value.
    package let type: ValueType
    /// Whether it cannot be altered.
    package let isReadOnly: Bool
    /// The value it has when nobody sets it.
    package let standard: String?

    /// An entry.
    package init(
        name: String,
        value: String?,
        source: Source,
        type: ValueType,
        isReadOnly: Bool = false,
        standard: String? = nil
    ) {
        self.name = name
        self.value = value
        self.source = source
        self.type = type
        self.isReadOnly = isReadOnly
        self.standard = standard
    }
}

/// What settings belong to.
package struct ConfigResource: Hashable, Sendable {
    /// 2 a topic, 4 a broker, 8 a broker's loggers.
    package let type: Int8
    /// The topic's name or the broker's number.
    package let name: String

    init(from reader: inout WireReader) throws(WireError) {
        type = try reader.int8()
        name = try reader.string()
    }
}

/// Settings to show (API 32).
package struct DescribeConfigsRequest: WireRequest {
    /// The resources with the names wanted; nil for all.
    package let resources: [(resource: ConfigResource, names: [String]?)]
    /// Whether to say what each value hides.
    package let includeSynonyms: Bool

    /// Reads the body.
    package init(from reader: inout WireReader) throws(WireError) {
        resources = try reader.array { reader throws(WireError) in
            let resource = try ConfigResource(from: &reader)
            let names = try reader.nullableArray { reader throws(WireError) in try reader.string() }
            try reader.tags()
            return (resource, names)
        }
        includeSynonyms = try reader.bool()
        if reader.since(3) { _ = try reader.bool() }
        try reader.tags()
    }
}

/// The settings (API 32).
package struct DescribeConfigsResponse: WireResponse {
    /// One resource's settings.
    package struct Result: Sendable {
        /// What went wrong.
        package var error: KafkaErrorCode = .none
        /// What went wrong, in words.
        package var message: String?
        /// The resource.
        package var resource: ConfigResource
        /// The settings.
        package var entries: [TopicConfigEntry] = []

        /// A resource without settings.
        package init(resource: ConfigResource) { self.resource = resource }
    }

    /// The settings by resource.
    package var results: [Result]
    private let includeSynonyms: Bool

    /// The response.
    package init(results: [Result], includeSynonyms: Bool) {
        self.results = results
        self.includeSynonyms = includeSynonyms
    }

    /// Writes the body.
    package func encode(into writer: inout WireWriter) {
        writer.int32(0)
        writer.array(results) { writer, result in
            writer.int16(result.error.rawValue)
            writer.string(result.message)
            writer.int8(result.resource.type)
            writer.string(result.resource.name)
            writer.array(result.entries) { writer, entry in encode(entry, into: &writer) }
            writer.tags()
        }
        writer.tags()
    }

    private func encode(_ entry: TopicConfigEntry, into writer: inout WireWriter) {
        writer.string(entry.name)
        writer.string(entry.value)
        writer.bool(entry.isReadOnly)
        writer.int8(entry.source.rawValue)
        writer.bool(false)
        writer.array(includeSynonyms ? synonyms(of: entry) : []) { writer, synonym in
            writer.string(entry.name)
            writer.string(synonym.value)
            writer.int8(synonym.source.rawValue)
            writer.tags()
        }
        if writer.since(3) {
            writer.int8(entry.type.rawValue)
            writer.string(nil)
        }
        writer.tags()
    }

    private func synonyms(of entry: TopicConfigEntry) -> [(value: String?, source: TopicConfigEntry.Source)] {
        let own = [(value: entry.value, source: entry.source)]
        return entry.source == .topic ? own + [(value: entry.standard, source: .standard)] : own
    }
}

/// What to do with a setting.
package enum ConfigOperation: Int8, Sendable {
    case set = 0
    case delete = 1
    case append = 2
    case subtract = 3
}

/// Settings to change (APIs 33 and 44).
package struct AlterConfigsRequest: WireRequest {
    /// One resource's changes.
    package struct Change: Sendable {
        /// The resource.
        package let resource: ConfigResource
        /// The changes: name, operation and value.
        package let entries: [(name: String, operation: ConfigOperation, value: String?)]
    }

    /// The changes by resource.
    package let changes: [Change]
    /// Whether only to check.
    package let validateOnly: Bool

    /// Reads a body that replaces all settings (API 33).
    package init(from reader: inout WireReader) throws(WireError) { try self.init(from: &reader, incremental: false) }

    /// Reads the body; `incremental` for API 44.
    package init(from reader: inout WireReader, incremental: Bool) throws(WireError) {
        changes = try reader.array { reader throws(WireError) in
            let resource = try ConfigResource(from: &reader)
            let entries = try reader.array { reader throws(WireError) in
                let name = try reader.string()
                guard let operation = ConfigOperation(rawValue: incremental ? try reader.int8() : 0) else {
                    throw .malformed("a setting's operation is none of 0 to 3")
                }
                let value = try reader.nullableString()
                try reader.tags()
                return (name, operation, value)
            }
            try reader.tags()
            return Change(resource: resource, entries: entries)
        }
        validateOnly = try reader.bool()
        try reader.tags()
    }
}

/// What was changed (APIs 33 and 44).
package struct AlterConfigsResponse: WireResponse {
    /// The outcome of each resource.
    package var results: [(resource: ConfigResource, error: KafkaErrorCode, message: String?)]

    /// The response.
    package init(results: [(resource: ConfigResource, error: KafkaErrorCode, message: String?)]) {
        self.results = results
    }

    /// Writes the body.
    package func encode(into writer: inout WireWriter) {
        writer.int32(0)
        writer.array(results) { writer, result in
            writer.int16(result.error.rawValue)
            writer.string(result.message)
            writer.int8(result.resource.type)
            writer.string(result.resource.name)
            writer.tags()
        }
        writer.tags()
    }
}
