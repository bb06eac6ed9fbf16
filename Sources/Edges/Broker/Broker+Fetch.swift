internal import KafkaWire
internal import LogStorage
internal import Primitives
internal import Telemetry

/// A fetch that waits for more bytes.
final class FetchWait {
    fileprivate let request: FetchRequest
    fileprivate let reply: Reply
    fileprivate var timer: TimerQueue.ID?
    fileprivate var ordinals: [Int] = []
    fileprivate var isWoken = false
    fileprivate var isDone = false

    fileprivate init(request: FetchRequest, reply: Reply) {
        self.request = request
        self.reply = reply
    }
}

extension Broker {
    /// What a fetch found.
    private struct Haul {
        var topics: [FetchResponse.Topic] = []
        var slices: [LogSlice] = []
        var bytes = 0
        var hasError = false
        var ordinals: [Int] = []
    }

    /// Answers with records, at once or when there are enough or the time is over.
    func fetch(_ request: FetchRequest, _ call: Call) {
        let reply = call.reply()
        guard request.sessionID == 0 else {
            var response = FetchResponse(topics: [])
            response.error = .fetchSessionIDNotFound
            return reply.send(response)
        }
        let haul = collect(request)
        let isEnough = haul.bytes >= request.minimumBytes || haul.hasError || request.maximumWaitMilliseconds <= 0
        guard !isEnough, !isStopping, !haul.ordinals.isEmpty else { return send(haul, reply) }
        wait(request, reply, haul.ordinals)
    }

    private func wait(_ request: FetchRequest, _ reply: Reply, _ ordinals: [Int]) {
        let wait = FetchWait(request: request, reply: reply)
        wait.ordinals = ordinals
        for ordinal in ordinals { waitingFetches[ordinal, default: []].append(wait) }
        wait.timer = timers.after(milliseconds: Int64(request.maximumWaitMilliseconds)) { [weak self, weak wait] in
            guard let self, let wait else { return }
            wait.timer = nil
            finish(wait)
        }
    }

    /// Lists the fetches that wait for a partition; they look again at the end of the turn.
    func wakeFetches(of partition: PartitionLog) {
        for wait in waitingFetches[partition.ordinal] ?? [] where !wait.isWoken {
            wait.isWoken = true
            wokenFetches.append(wait)
        }
    }

    /// Looks again for those that were woken.
    func answerWokenFetches() {
        while !wokenFetches.isEmpty {
            let woken = wokenFetches
            wokenFetches.removeAll(keepingCapacity: true)
            for wait in woken where !wait.isDone {
                wait.isWoken = false
                guard wait.reply.connection != nil else {
                    end(wait)
                    continue
                }
                let haul = collect(wait.request)
                guard haul.bytes >= wait.request.minimumBytes || haul.hasError else { continue }
                end(wait)
                send(haul, wait.reply)
            }
        }
    }

    private func finish(_ wait: FetchWait) {
        guard !wait.isDone else { return }
        end(wait)
        if wait.reply.connection != nil { send(collect(wait.request), wait.reply) }
    }

    private func end(_ wait: FetchWait) {
        wait.isDone = true
        if let timer = wait.timer { timers.cancel(timer) }
        for ordinal in wait.ordinals {
            waitingFetches[ordinal]?.removeAll { $0 === wait }
            if waitingFetches[ordinal]?.isEmpty == true { waitingFetches[ordinal] = nil }
        }
    }

    /// Answers all that wait with what there is.
    func answerAllFetches() {
        for wait in waitingFetches.values.flatMap({ $0 }) { finish(wait) }
    }

    // MARK: Collecting

    private func collect(_ request: FetchRequest) -> Haul {
        var haul = Haul()
        var budget = min(Int(max(request.maximumBytes, 0)), configuration.limits.fetchBytes)
        haul.topics = request.topics.map { topic in
            FetchResponse.Topic(name: topic.name, partitions: topic.partitions.map { .init(index: $0.index) })
        }
        let places = request.topics.enumerated().flatMap { topic in
            topic.element.partitions.indices.map { (topic: topic.offset, partition: $0) }
        }
        var found: [Int: LogSlice] = [:]
        fetchRotation &+= 1
        for step in places.indices {
            let index = (step + abs(fetchRotation)) % places.count
            let place = places[index]
            let wanted = request.topics[place.topic].partitions[place.partition]
            var outcome = haul.topics[place.topic].partitions[place.partition]
            let slice = read(request, request.topics[place.topic].name, wanted, &outcome, budget, &haul)
            if let slice {
                budget = max(0, budget - slice.length)
                found[index] = slice
            }
            haul.topics[place.topic].partitions[place.partition] = outcome
        }
        haul.slices = places.indices.compactMap { found[$0] }
        return haul
    }

    private func read(
        _ request: FetchRequest,
        _ topic: String,
        _ wanted: FetchRequest.Partition,
        _ outcome: inout FetchResponse.Partition,
        _ budget: Int,
        _ haul: inout Haul
    ) -> LogSlice? {
        guard let log = store.partition(topic, wanted.index) else {
            outcome.error = .unknownTopicOrPartition
            haul.hasError = true
            return nil
        }
        haul.ordinals.append(log.ordinal)
        outcome.highWatermark = log.highWatermark
        outcome.lastStableOffset = log.lastStableOffset
        outcome.logStartOffset = log.logStartOffset
        outcome.error = refusal(of: wanted, log)
        guard outcome.error == .none else {
            haul.hasError = true
            return nil
        }
        let limit = request.readCommitted ? log.lastStableOffset : log.highWatermark
        if request.readCommitted { outcome.abortedTransactions = [] }
        do {
            let slice = try log.read(
                from: wanted.fetchOffset,
                maximumBytes: min(Int(max(wanted.maximumBytes, 0)), budget),
                limit: limit,
                wholeFirst: haul.bytes == 0
            )
            guard let slice else { return nil }
            outcome.recordBytes = slice.length
            haul.bytes += slice.length
            if request.readCommitted {
                outcome.abortedTransactions = log.abortedTransactions(wanted.fetchOffset..<slice.nextOffset)
            }
            metrics.counters(of: topic).bytesOut.increment(by: slice.length)
            return slice
        } catch {
            Self.logger.error("records not read", ["partition": log.name, "reason": "\(error)"])
            outcome.error = .storageError
            haul.hasError = true
            return nil
        }
    }

    private func refusal(of wanted: FetchRequest.Partition, _ log: PartitionLog) -> KafkaErrorCode {
        if wanted.currentLeaderEpoch >= 0 {
            if wanted.currentLeaderEpoch < log.leaderEpoch { return .fencedLeaderEpoch }
            if wanted.currentLeaderEpoch > log.leaderEpoch { return .unknownLeaderEpoch }
        }
        return wanted.fetchOffset < log.logStartOffset || wanted.fetchOffset > log.nextOffset
            ? .offsetOutOfRange : .none
    }

    // MARK: Sending

    private static let copiedBytes = 32 << 10

    private func send(_ haul: Haul, _ reply: Reply) {
        let response = FetchResponse(topics: haul.topics)
        var writer = reply.header.responseWriter(capacity: 128 + haul.topics.count * 128)
        let splices = response.encodeForSplicing(into: &writer)
        writer.patchInt32(Int32(writer.bytes.count - 4 + haul.bytes), at: 0)
        var chunks: [Chunk] = []
        var pending: [UInt8] = []
        var start = 0
        for (splice, slice) in zip(splices, haul.slices) {
            pending.append(contentsOf: writer.bytes[start..<splice])
            start = splice
            if slice.length > Self.copiedBytes {
                chunks.append(.bytes(pending))
                chunks.append(.file(slice.file, position: slice.position, length: slice.length))
                pending = []
            } else if !Self.copy(slice, into: &pending) {
                reply.connection?.shut("connection closed: records could not be read")
                return
            }
        }
        pending.append(contentsOf: writer.bytes[start...])
        chunks.append(.bytes(pending))
        reply.send(chunks: chunks)
    }

    /// Small slices are copied: one call to the socket costs less than two.
    private static func copy(_ slice: LogSlice, into bytes: inout [UInt8]) -> Bool {
        let copied = [UInt8](unsafeUninitializedCapacity: slice.length) { buffer, count in
            count = (try? slice.file.read(into: UnsafeMutableRawBufferPointer(buffer), at: slice.position)) ?? 0
        }
        guard copied.count == slice.length else { return false }
        bytes.append(contentsOf: copied)
        return true
    }
}
