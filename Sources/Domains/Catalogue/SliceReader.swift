internal import Primitives
internal import Streams

/// Reads ranges of offsets out of a topic.
struct SliceReader {
    /// How long the log may give nothing before the read fails.
    static let patience = Duration.seconds(30)
    private static let batch = 10_000

    let configuration: StreamConfiguration
    let admin: StreamAdmin

    /// The oldest offset and the one that the next message gets; throws where the partition does not exist.
    func watermarks(_ topic: String, _ partition: Int32) async throws -> (low: Int64, high: Int64) {
        guard let description = try await admin.topic(topic), partition >= 0, Int(partition) < description.partitions
        else {
            throw CatalogueError(.unknownTopic, "there is no topic \(topic) with a partition \(partition)")
        }
        return try await admin.watermarks(TopicPartition(topic, partition))
    }

    /// How many partitions a topic has; throws where it does not exist.
    func partitions(of topic: String) async throws -> Int {
        guard let description = try await admin.topic(topic) else {
            throw CatalogueError(.unknownTopic, "there is no topic \(topic)")
        }
        return description.partitions
    }

    /// Holds a range against what the log still has, and already has.
    func check(_ range: OffsetRange, maximumMessages: Int64) async throws {
        guard range.from >= 0, range.from < range.to else {
            throw CatalogueError(.emptyRange, "\(range) is an empty range")
        }
        guard range.to - range.from <= maximumMessages else {
            throw CatalogueError(
                .tooLarge,
                "\(range) is more than the \(maximumMessages) messages that one version may take"
            )
        }
        let (low, high) = try await watermarks(range.topic, range.partition)
        guard range.from >= low else {
            throw CatalogueError(
                .offsetsRemoved,
                "\(range): retention has removed what is before offset \(low); take a later range, or keep the topic longer"
            )
        }
        guard range.to <= high else {
            throw CatalogueError(.offsetsNotWritten, "\(range): the topic ends at offset \(high)")
        }
    }

    /// Calls `body` with each message of `range`, which was checked, in order.
    func forEach(_ range: OffsetRange, _ body: (StreamMessage) throws -> Void) async throws {
        let reader = try StreamReader(
            configuration,
            assignments: [(TopicPartition(range.topic, range.partition), range.from)]
        )
        var position = range.from
        var lastProgress = MonotonicClock.nowNanoseconds()
        do {
            while position < range.to {
                let batch = try await reader.nextBatch(maximum: SliceReader.batch, wait: .milliseconds(500))
                try Task.checkCancellation()
                try batch.forEach { message in
                    guard message.offset >= position, message.offset < range.to else {
                        position = max(position, min(message.offset, range.to))
                        return
                    }
                    position = message.offset + 1
                    try body(message)
                }
                let now = MonotonicClock.nowNanoseconds()
                if !batch.isEmpty { lastProgress = now }
                guard Duration.nanoseconds(now - lastProgress) < SliceReader.patience else {
                    throw CatalogueError(.stalled, "\(range): the log gave nothing behind offset \(position)")
                }
            }
        } catch let error as StreamError where error.code == .offsetOutOfRange {
            await reader.close()
            throw CatalogueError(.offsetsRemoved, "\(range): retention removed offsets while they were read")
        } catch {
            await reader.close()
            throw error
        }
        await reader.close()
    }
}
