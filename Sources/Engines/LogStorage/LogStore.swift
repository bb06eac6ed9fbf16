internal import Files
package import KafkaWire
internal import Primitives
internal import Telemetry

/// When what was written goes to the disk.
package enum FlushPolicy: Hashable, Sendable {
    /// Before the answer: an acknowledged record survives a crash of the process, of the system and of the power.
    case always
    /// Every so often: survives a crash of the process; the power may take the last interval.
    case every(milliseconds: Int)
    /// When the system likes: survives a crash of the process; the power may take what was not written back.
    case never
}

/// All topics in one folder, and what is remembered beside them.
///
/// Belongs to one thread, the broker's loop; only the flushing happens on a thread of its own.
///
/// Layout of the folder: `meta.journal`, and `topics/<name>.<id>/<partition>/` with the segments.
package final class LogStore {
    /// One topic.
    package final class Topic {
        /// Its name.
        package let name: String
        /// Its identity.
        package let id: TopicUUID
        /// Its partitions by number.
        package internal(set) var partitions: [PartitionLog] = []
        /// Its settings.
        package internal(set) var settings: TopicSettings {
            didSet { for partition in partitions { partition.settings = settings } }
        }

        init(name: String, id: TopicUUID, settings: TopicSettings) {
            self.name = name
            self.id = id
            self.settings = settings
        }
    }

    static let logger = Logger(label: "log")
    private static let producerIDBlock: Int64 = 1000

    /// The folder.
    package let directory: String
    /// When what was written goes to the disk.
    package let flushPolicy: FlushPolicy
    /// The topics by name.
    package private(set) var topics: [String: Topic] = [:]

    let journal: MetadataJournal
    let flusher: Flusher
    let compactor: Compactor
    var compacting: PartitionLog?
    var dirty: [PartitionLog] = []
    var journalIsDirty = false
    var removals: [String] = []
    var flushing: [PartitionLog]?
    var openRound = 1
    /// Everything of this round and those before is on the disk.
    package internal(set) var completedRound = 0

    private var nextOrdinal = 0
    private var producerIDs: Range<Int64> = 0..<0

    /// Opens the folder and recovers what is in it.
    ///
    /// - Parameters:
    ///   - directory: the folder; made where it is missing.
    ///   - flushPolicy: when what was written goes to the disk.
    ///   - onFlushed: called on another thread when ``finishFlush()`` or ``finishCompaction()`` has something to do.
    /// - Throws: ``StorageError``.
    package init(
        directory: String,
        flushPolicy: FlushPolicy,
        onFlushed: @escaping @Sendable () -> Void
    ) throws(StorageError) {
        self.directory = directory
        self.flushPolicy = flushPolicy
        do throws(SystemError) { try Directory.create("\(directory)/topics") } catch { throw .system(error) }
        journal = try MetadataJournal(path: "\(directory)/meta.journal")
        flusher = Flusher(onFinish: onFlushed)
        compactor = Compactor(onFinish: onFlushed)
        if journal.state.clusterID.isEmpty { try record([.clusterNamed(Self.newClusterID())]) }
        for (name, topic) in state.topics.sorted(by: { $0.key < $1.key }) { try open(name, topic) }
        try removeOrphans()
    }

    /// What is remembered beside the batches.
    package var state: MetadataState { journal.state }

    /// The topic of an identity.
    package func topic(_ id: TopicUUID) -> Topic? { topics.values.first { $0.id == id } }

    /// A partition by topic and number.
    package func partition(_ name: String, _ index: Int32) -> PartitionLog? {
        guard let topic = topics[name], index >= 0, index < topic.partitions.count else { return nil }
        return topic.partitions[Int(index)]
    }

    /// Remembers changes; on failure none of them.
    package func record(_ records: [MetadataRecord]) throws(StorageError) {
        try journal.append(records)
        journalIsDirty = true
    }

    /// A producer id that was never given.
    package func newProducerID() throws(StorageError) -> Int64 {
        if producerIDs.isEmpty {
            let first = state.nextProducerID
            try record([.producerIDsReserved(next: first + Self.producerIDBlock)])
            producerIDs = first..<first + Self.producerIDBlock
        }
        return producerIDs.removeFirst()
    }

    // MARK: Topics

    /// Creates a topic that does not exist yet.
    package func createTopic(
        _ name: String,
        partitions: Int32,
        settings: [String: String]
    ) throws(StorageError) -> Topic {
        precondition(topics[name] == nil && partitions > 0, "the edge checks names and counts")
        let id = TopicUUID.random()
        _ = try TopicSettings(settings)
        try record([.topicCreated(name: name, id: id, partitions: partitions, settings: settings)])
        do throws(StorageError) {
            return try open(name, MetadataState.Topic(id: id, partitions: partitions, settings: settings))
        } catch {
            try? record([.topicDeleted(name: name)])
            throw error
        }
    }

    /// Deletes a topic: from here on nobody finds it; its files go in the background.
    package func deleteTopic(_ topic: Topic) throws(StorageError) {
        try record([.topicDeleted(name: topic.name)])
        topics[topic.name] = nil
        for partition in topic.partitions { partition.goAway() }
        removals.append(path(of: topic.name, topic.id))
    }

    /// Adds partitions until a topic has `count`.
    package func addPartitions(to topic: Topic, count: Int32) throws(StorageError) {
        try record([.partitionsAdded(name: topic.name, count: count)])
        for index in Int32(topic.partitions.count)..<count {
            topic.partitions.append(try openPartition(topic, index, start: 0, epoch: 0))
        }
    }

    /// Gives a topic other settings.
    package func changeSettings(of topic: Topic, to settings: TopicSettings) throws(StorageError) {
        try record([.settingsChanged(name: topic.name, settings: settings.overrides)])
        topic.settings = settings
    }

    @discardableResult
    private func open(_ name: String, _ remembered: MetadataState.Topic) throws(StorageError) -> Topic {
        let topic = Topic(name: name, id: remembered.id, settings: try TopicSettings(remembered.settings))
        for index in 0..<remembered.partitions {
            let partition = try openPartition(
                topic,
                index,
                start: remembered.logStarts[index] ?? 0,
                epoch: remembered.leaderEpochs[index] ?? 0
            )
            topic.partitions.append(partition)
        }
        topics[name] = topic
        return topic
    }

    private func openPartition(
        _ topic: Topic,
        _ index: Int32,
        start: Int64,
        epoch: Int32
    ) throws(StorageError) -> PartitionLog {
        nextOrdinal += 1
        let partition = try PartitionLog(
            name: "\(topic.name)-\(index)",
            ordinal: nextOrdinal,
            directory: "\(path(of: topic.name, topic.id))/\(index)",
            settings: topic.settings,
            logStartOffset: start,
            leaderEpoch: epoch,
            acknowledgesAfterFlush: flushPolicy == .always
        )
        if partition.leaderEpoch != epoch {
            let place = TopicPartition(topic: topic.name, index: index)
            try record([.leaderEpochRaised(place, epoch: partition.leaderEpoch)])
        }
        noteWrite(to: partition)
        return partition
    }

    private func path(of name: String, _ id: TopicUUID) -> String {
        "\(directory)/topics/\(name.prefix(200)).\(id.hexadecimal)"
    }

    private func removeOrphans() throws(StorageError) {
        let known = Set(topics.values.map { path(of: $0.name, $0.id) })
        let names: [String]
        do throws(SystemError) { names = try Directory.names("\(directory)/topics") } catch { throw .system(error) }
        removals += names.map { "\(directory)/topics/\($0)" }.filter { !known.contains($0) }
    }

    private static func newClusterID() -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        return String((0..<22).compactMap { _ in alphabet.randomElement() })
    }
}
