/// What a request or an answer says of one topic: its name, and an entry for each of the partitions meant.
package struct TopicEntries<Entry: Sendable>: Sendable {
    /// The topic's name.
    package var name: String
    /// What is said of the partitions.
    package var partitions: [Entry]

    /// The entries of a topic.
    package init(name: String, partitions: [Entry]) {
        self.name = name
        self.partitions = partitions
    }

    /// Reads a topic whose entries `entry` reads.
    init(
        from reader: inout WireReader,
        _ entry: (inout WireReader) throws(WireError) -> Entry
    ) throws(WireError) {
        name = try reader.string()
        partitions = try reader.array(entry)
        try reader.tags()
    }
}

extension WireReader {
    /// Topics that must be there, with entries that `entry` reads.
    mutating func topics<Entry>(
        _ entry: (inout WireReader) throws(WireError) -> Entry
    ) throws(WireError) -> [TopicEntries<Entry>] {
        try array { reader throws(WireError) in try TopicEntries(from: &reader, entry) }
    }

    /// Topics or null, with entries that `entry` reads.
    mutating func nullableTopics<Entry>(
        _ entry: (inout WireReader) throws(WireError) -> Entry
    ) throws(WireError) -> [TopicEntries<Entry>]? {
        try nullableArray { reader throws(WireError) in try TopicEntries(from: &reader, entry) }
    }

    /// The number of a partition.
    static func partitionIndex(_ reader: inout WireReader) throws(WireError) -> Int32 { try reader.int32() }
}

extension WireWriter {
    /// Topics with entries that `entry` writes, tags included.
    mutating func topics<Entry>(_ topics: [TopicEntries<Entry>], _ entry: (inout WireWriter, Entry) -> Void) {
        array(topics) { writer, topic in
            writer.string(topic.name)
            writer.array(topic.partitions, entry)
            writer.tags()
        }
    }
}
