internal import KafkaWire
internal import LogStorage
internal import Primitives
internal import Telemetry

/// A fetch that waits for more bytes.
final class FetchWait {
    fileprivate let request: FetchRequest
    fileprivate let sessionID: Int32
    fileprivate let topics: [Wanted]
    fileprivate let reply: Reply
    fileprivate var timer: TimerQueue.ID?
    fileprivate var ordinals: [Int] = []
    fileprivate var isWoken = false
    fileprivate var isDone = false

    /// The partitions of one topic.
    fileprivate struct Wanted {
        let name: String
        var partitions: [FetchRequest.Partition]
    }

    fileprivate init(request: FetchRequest, sessionID: Int32, topics: [Wanted], reply: Reply) {
        self.request = request
        self.sessionID = sessionID
        self.topics = topics
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
        let fetch: FetchWait
        switch fetchSessions.take(request) {
        case .refused(let error):
            var response = FetchResponse(topics: [])
            response.error = error
            return reply.send(response)
        case .alone:
            let topics = request.topics.map { FetchWait.Wanted(name: $0.name, partitions: $0.partitions) }
            fetch = FetchWait(request: request, sessionID: 0, topics: topics, reply: reply)
        case .session(let id, let places):
            fetch = FetchWait(request: request, sessionID: id, topics: Self.topics(of: places), reply: reply)
        }
        let haul = collect(fetch)
        let isEnough = haul.bytes >= request.minimumBytes || haul.hasError || request.maximumWaitMilliseconds <= 0
        guard !isEnough, !isStopping, !haul.ordinals.isEmpty else { return send(haul, fetch) }
        wait(fetch, haul.ordinals)
    }

    private static func topics(of places: [FetchSessions.Place]) -> [FetchWait.Wanted] {
        var topics: [FetchWait.Wanted] = []
        var indexes: [String: Int] = [:]
        for place in places {
            if let index = indexes[place.topic] {
                topics[index].partitions.append(place.wanted)
            } else {
                indexes[place.topic] = topics.count
                topics.append(FetchWait.Wanted(name: place.topic, partitions: [place.wanted]))
            }
        }
        return topics
    }

    private func wait(_ wait: FetchWait, _ ordinals: [Int]) {
        wait.ordinals = ordinals
        for ordinal in ordinals { waitingFetches[ordinal, default: []].append(wait) }
        let milliseconds = Int64(wait.request.maximumWaitMilliseconds)
        wait.timer = timers.after(milliseconds: milliseconds) { [weak self, weak wait] in
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
                let haul = collect(wait)
                guard haul.bytes >= wait.request.minimumBytes || haul.hasError else { continue }
                end(wait)
                send(haul, wait)
            }
        }
    }

    private func finish(_ wait: FetchWait) {
        guard !wait.isDone else { return }
        end(wait)
        if wait.reply.connection != nil { send(collect(wait), wait) }
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

    private func collect(_ fetch: FetchWait) -> Haul {
        let request = fetch.request
        var haul = Haul()
        var budget = min(Int(max(request.maximumBytes, 0)), configuration.limits.fetchBytes)
        haul.topics = fetch.topics.map { topic in
            FetchResponse.Topic(name: topic.name, partitions: topic.partitions.map { .init(index: $0.index) })
        }
        let places = fetch.topics.enumerated().flatMap { topic in
            topic.element.partitions.indices.map { (topic: topic.offset, partition: $0) }
        }
        var found: [Int: LogSlice] = [:]
        fetchRotation &+= 1
        for step in places.indices {
            let index = (step + abs(fetchRotation)) % places.count
            let place = places[index]
            let wanted = fetch.topics[place.topic].partitions[place.partition]
            var outcome = haul.topics[place.topic].partitions[place.partition]
            let slice = read(request, fetch.topics[place.topic].name, wanted, &outcome, budget, &haul)
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

    private func send(_ haul: Haul, _ fetch: FetchWait) {
        let reply = fetch.reply
        var response = FetchResponse(topics: haul.topics)
        if fetch.sessionID != 0 {
            response.sessionID = fetch.sessionID
            if fetch.request.sessionEpoch > 0 {
                response.topics = fetchSessions.abridge(haul.topics, for: fetch.sessionID)
            }
        }
        var writer = reply.header.responseWriter(capacity: 128 + haul.topics.count * 128)
        let splices = response.encodeForSplicing(into: &writer)
        writer.patchInt32(Int32(writer.bytes.count - 4 + haul.bytes), at: 0)
        var chunks: [Chunk] = []
        var start = 0
        for (splice, slice) in zip(splices, haul.slices) {
            chunks.append(.bytes(Array(writer.bytes[start..<splice])))
            chunks.append(.file(slice.file, position: slice.position, length: slice.length))
            start = splice
        }
        chunks.append(.bytes(Array(writer.bytes[start...])))
        reply.send(chunks: chunks)
    }
}
