internal import KafkaWire

/// What clients asked before, so that each fetch names only what changed (KIP-227).
///
/// A cache: a session that was dropped costs its client one full fetch. Belongs to the loop's thread.
struct FetchSessions {
    /// The most sessions at a time; the one not used for longest goes first.
    static let limit = 1_000
    /// The most partitions of one session; more are fetched without one.
    static let partitionLimit = 10_000

    /// One partition of a session: what is wanted, and what was told last.
    struct Place {
        let topic: String
        var wanted: FetchRequest.Partition
        var told: FetchResponse.Partition?
    }

    private struct Session {
        var epoch: Int32
        var places: [Place]
        var lastUse: UInt64
    }

    /// What a request means.
    enum Meaning {
        /// A fetch by itself.
        case alone
        /// A fetch of these places in a session.
        case session(Int32, [Place])
        /// Not possible.
        case refused(KafkaErrorCode)
    }

    private var sessions: [Int32: Session] = [:]
    private var lastID: Int32 = 0
    private var clock: UInt64 = 0

    /// Opens, continues or closes a session as a request says.
    mutating func take(_ request: FetchRequest) -> Meaning {
        clock += 1
        if request.sessionEpoch == -1 {
            sessions[request.sessionID] = nil
            return .alone
        }
        if request.sessionEpoch == 0 {
            sessions[request.sessionID] = nil
            return open(request)
        }
        guard request.sessionID != 0, var session = sessions[request.sessionID] else {
            return .refused(.fetchSessionIDNotFound)
        }
        guard request.sessionEpoch == session.epoch else { return .refused(.invalidFetchSessionEpoch) }
        session.epoch = session.epoch == .max ? 1 : session.epoch + 1
        session.lastUse = clock
        Self.change(&session.places, request)
        sessions[request.sessionID] = session
        return .session(request.sessionID, session.places)
    }

    private mutating func open(_ request: FetchRequest) -> Meaning {
        let places = request.topics.flatMap { topic in
            topic.partitions.map { Place(topic: topic.name, wanted: $0, told: nil) }
        }
        guard !places.isEmpty, places.count <= Self.partitionLimit else { return .alone }
        if sessions.count >= Self.limit, let oldest = sessions.min(by: { $0.value.lastUse < $1.value.lastUse }) {
            sessions[oldest.key] = nil
        }
        repeat { lastID = lastID == .max ? 1 : lastID + 1 } while sessions[lastID] != nil
        sessions[lastID] = Session(epoch: 1, places: places, lastUse: clock)
        return .session(lastID, places)
    }

    private static func change(_ places: inout [Place], _ request: FetchRequest) {
        for topic in request.forgotten {
            let gone = Set(topic.partitions)
            places.removeAll { $0.topic == topic.name && gone.contains($0.wanted.index) }
        }
        guard !request.topics.isEmpty else { return }
        var known: [String: [Int32: Int]] = [:]
        for (index, place) in places.enumerated() { known[place.topic, default: [:]][place.wanted.index] = index }
        for topic in request.topics {
            for partition in topic.partitions {
                if let index = known[topic.name]?[partition.index] {
                    places[index].wanted = partition
                } else if places.count < partitionLimit {
                    places.append(Place(topic: topic.name, wanted: partition, told: nil))
                }
            }
        }
    }

    /// Notes what a session was told, and leaves out of an answer what it knows already.
    ///
    /// A partition is told when it has records or an error, or when one of its ends moved.
    mutating func abridge(_ topics: [FetchResponse.Topic], for id: Int32) -> [FetchResponse.Topic] {
        guard var session = sessions[id] else { return topics }
        var told: [String: [Int32: FetchResponse.Partition]] = [:]
        let abridged = topics.compactMap { topic -> FetchResponse.Topic? in
            let known = Dictionary(
                session.places.filter { $0.topic == topic.name }.map { ($0.wanted.index, $0.told) }
            ) { _, last in last }
            let news = topic.partitions.filter { Self.isNews($0, known[$0.index] ?? nil) }
            for partition in news { told[topic.name, default: [:]][partition.index] = partition }
            return news.isEmpty ? nil : FetchResponse.Topic(name: topic.name, partitions: news)
        }
        for index in session.places.indices {
            let place = session.places[index]
            if let outcome = told[place.topic]?[place.wanted.index] {
                // An error must be told again while it lasts.
                session.places[index].told = outcome.error == .none ? outcome : nil
            }
        }
        sessions[id] = session
        return abridged
    }

    private static func isNews(_ partition: FetchResponse.Partition, _ told: FetchResponse.Partition?) -> Bool {
        guard let told, partition.error == .none, partition.recordBytes == 0 else { return true }
        return partition.highWatermark != told.highWatermark || partition.logStartOffset != told.logStartOffset
            || partition.lastStableOffset != told.lastStableOffset
    }
}
