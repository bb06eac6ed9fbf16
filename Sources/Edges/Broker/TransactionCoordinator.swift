internal import KafkaWire
internal import LogStorage
internal import Primitives
internal import Telemetry

/// What the transactions need of the broker around them.
protocol TransactionSurroundings: AnyObject {
    /// Does something when everything written until now is as safe as the flush policy says.
    func whenSafe(_ finish: @escaping () -> Void)
    /// Tells that a partition was written to.
    func wrote(to partition: PartitionLog)
}

/// The transactions: who owns each transactional id, what is open, and how it ends.
///
/// Version 1 of the protocol. The decision to commit or abort is safe in the journal before the first marker is
/// written; markers and positions follow; a restart finishes what was decided. Belongs to the loop's thread.
final class TransactionCoordinator {
    private static let logger = Logger(label: "transactions")
    private static let lookEveryMilliseconds: Int64 = 1000

    private let store: LogStore
    private let limits: BrokerConfiguration.Limits
    private let expirationMilliseconds: Int64
    private unowned let timers: any TimerSource
    private unowned let surroundings: any TransactionSurroundings

    init(
        store: LogStore,
        configuration: BrokerConfiguration,
        timers: any TimerSource,
        surroundings: any TransactionSurroundings
    ) {
        self.store = store
        limits = configuration.limits
        expirationMilliseconds = configuration.defaults.transactionalIDExpirationMilliseconds
        self.timers = timers
        self.surroundings = surroundings
    }

    /// Finishes what a stop left decided, and looks for transactions that are open too long.
    func start() {
        for (id, state) in store.state.transactions where state.phase.isDecided { finish(id) {} }
        lookAgain()
    }

    private func lookAgain() {
        _ = timers.after(milliseconds: Self.lookEveryMilliseconds) { [weak self] in
            guard let self else { return }
            endOverdue()
            lookAgain()
        }
    }

    private func endOverdue() {
        let now = WallClock.nowMilliseconds()
        for (id, state) in store.state.transactions {
            switch state.phase {
            case .ongoing where now - state.time > Int64(state.timeoutMilliseconds):
                Self.logger.info("transaction timed out", ["transactional_id": id])
                abortFencing(id, state) { _ in }
            case .prepareCommit, .prepareAbort: finish(id) {}
            case .empty, .completeCommit, .completeAbort:
                if now - state.time > expirationMilliseconds { remember([.transactionForgotten(id: id)]) }
            case .ongoing: break
            }
        }
    }

    @discardableResult
    private func remember(_ records: [MetadataRecord]) -> Bool {
        do {
            try store.record(records)
            return true
        } catch {
            Self.logger.warning("transaction not remembered", ["reason": "\(error)"])
            return false
        }
    }

    // MARK: Owners

    /// Gives a producer the only legal identity of a transactional id, ending what its predecessor left open.
    func initialize(
        _ id: String,
        _ request: InitProducerIDRequest,
        answer: @escaping (InitProducerIDResponse) -> Void
    ) {
        guard !id.isEmpty else { return answer(InitProducerIDResponse(error: .invalidRequest)) }
        guard (1...limits.transactionTimeoutMilliseconds).contains(request.timeoutMilliseconds) else {
            return answer(InitProducerIDResponse(error: .invalidTransactionTimeout))
        }
        guard let state = store.state.transactions[id] else {
            return give(id, nil, request.timeoutMilliseconds, answer)
        }
        if request.producerID >= 0 {
            guard request.producerID == state.producerID, request.producerEpoch == state.producerEpoch else {
                return answer(InitProducerIDResponse(error: .producerFenced))
            }
        }
        switch state.phase {
        case .prepareCommit, .prepareAbort: answer(InitProducerIDResponse(error: .concurrentTransactions))
        case .ongoing:
            abortFencing(id, state) { [self] ended in
                guard ended else { return answer(InitProducerIDResponse(error: .concurrentTransactions)) }
                give(id, store.state.transactions[id], request.timeoutMilliseconds, answer)
            }
        case .empty, .completeCommit, .completeAbort: give(id, state, request.timeoutMilliseconds, answer)
        }
    }

    private func give(
        _ id: String,
        _ state: TransactionState?,
        _ timeout: Int32,
        _ answer: @escaping (InitProducerIDResponse) -> Void
    ) {
        do {
            var next = TransactionState(
                producerID: state?.producerID ?? -1,
                producerEpoch: (state?.producerEpoch ?? -1) &+ 1,
                timeoutMilliseconds: timeout,
                phase: .empty,
                time: WallClock.nowMilliseconds()
            )
            if next.producerID < 0 || next.producerEpoch == .max || next.producerEpoch < 0 {
                next.producerID = try store.newProducerID()
                next.producerEpoch = 0
            }
            try store.record([.transactionChanged(id: id, next)])
            surroundings.whenSafe {
                answer(
                    InitProducerIDResponse(
                        error: .none,
                        producerID: next.producerID,
                        producerEpoch: next.producerEpoch
                    )
                )
            }
        } catch {
            Self.logger.warning("no producer id given", ["reason": "\(error)"])
            answer(InitProducerIDResponse(error: .coordinatorNotAvailable))
        }
    }

    /// The state of the transaction that a request belongs to, or why it belongs to none.
    private func state(
        of owner: TransactionOwner,
        fencedAs fenced: KafkaErrorCode
    ) -> (TransactionState?, KafkaErrorCode) {
        guard !owner.transactionalID.isEmpty else { return (nil, .invalidRequest) }
        guard let state = store.state.transactions[owner.transactionalID], state.producerID == owner.producerID else {
            return (nil, .invalidProducerIDMapping)
        }
        guard state.producerEpoch == owner.producerEpoch else { return (nil, fenced) }
        return (state, .none)
    }

    // MARK: Open transactions

    /// Adds partitions to the owner's transaction, opening it where needed.
    func addPartitions(
        _ request: AddPartitionsToTransactionRequest,
        version: Int16,
        answer: @escaping (PartitionErrors) -> Void
    ) {
        let places = request.topics.flatMap { topic in
            topic.partitions.map { TopicPartition(topic: topic.name, index: $0) }
        }
        func all(_ error: (TopicPartition) -> KafkaErrorCode) -> PartitionErrors {
            PartitionErrors(
                topics: request.topics.map { topic in
                    PartitionErrors.Topic(
                        name: topic.name,
                        partitions: topic.partitions.map {
                            (index: $0, error: error(TopicPartition(topic: topic.name, index: $0)))
                        }
                    )
                }
            )
        }
        let (state, error) = state(of: request.owner, fencedAs: version >= 2 ? .producerFenced : .invalidProducerEpoch)
        guard let state else { return answer(all { _ in error }) }
        let unknown = Set(places.filter { store.partition($0.topic, $0.index) == nil })
        guard unknown.isEmpty else {
            return answer(all { unknown.contains($0) ? .unknownTopicOrPartition : .operationNotAttempted })
        }
        open(request.owner.transactionalID, state) {
            $0.partitions.formUnion(places)
        } answer: { error in
            answer(all { _ in error })
        }
    }

    /// Adds a group to the owner's transaction, opening it where needed.
    func addOffsets(
        _ request: AddOffsetsToTransactionRequest,
        version: Int16,
        answer: @escaping (KafkaErrorCode) -> Void
    ) {
        let (state, error) = state(of: request.owner, fencedAs: version >= 2 ? .producerFenced : .invalidProducerEpoch)
        guard let state else { return answer(error) }
        guard !request.groupID.isEmpty else { return answer(.invalidGroupID) }
        open(request.owner.transactionalID, state, change: { $0.groups.insert(request.groupID) }, answer: answer)
    }

    private func open(
        _ id: String,
        _ state: TransactionState,
        change: (inout TransactionState) -> Void,
        answer: @escaping (KafkaErrorCode) -> Void
    ) {
        guard !state.phase.isDecided else { return answer(.concurrentTransactions) }
        var next = state
        if state.phase != .ongoing {
            next.phase = .ongoing
            next.partitions = []
            next.groups = []
            next.time = WallClock.nowMilliseconds()
        }
        change(&next)
        guard next != state else { return surroundings.whenSafe { answer(.none) } }
        guard remember([.transactionChanged(id: id, next)]) else { return answer(.coordinatorNotAvailable) }
        surroundings.whenSafe { answer(.none) }
    }

    /// Whether a batch may enter a partition as part of a transaction; none when it may.
    func refusal(
        of header: RecordBatchHeader,
        _ transactionalID: String?,
        _ partition: TopicPartition
    ) -> BatchRefusal? {
        guard let transactionalID, let state = store.state.transactions[transactionalID],
            state.producerID == header.producerID
        else {
            return BatchRefusal(.invalidTransactionState, "the batch belongs to no transaction of this producer")
        }
        guard header.producerEpoch >= state.producerEpoch else {
            return BatchRefusal(.invalidProducerEpoch, "a newer producer took over the transactional id")
        }
        guard header.producerEpoch == state.producerEpoch, state.phase == .ongoing,
            state.partitions.contains(partition)
        else {
            return BatchRefusal(.invalidTransactionState, "the partition is not part of an open transaction")
        }
        return nil
    }

    /// Keeps positions that become visible when the transaction commits.
    func stageOffsets(
        _ request: TransactionOffsetCommitRequest,
        _ offsets: [TopicPartition: CommittedOffset],
        answer: @escaping (KafkaErrorCode) -> Void
    ) {
        let (state, error) = state(of: request.owner, fencedAs: .invalidProducerEpoch)
        guard let state else { return answer(error) }
        guard state.phase == .ongoing, state.groups.contains(request.groupID) else {
            return answer(state.phase.isDecided ? .concurrentTransactions : .invalidTransactionState)
        }
        let producerID = request.owner.producerID
        guard remember([.offsetsStaged(group: request.groupID, producerID: producerID, offsets: offsets)]) else {
            return answer(.coordinatorNotAvailable)
        }
        surroundings.whenSafe { answer(.none) }
    }

    // MARK: Ending

    /// Commits or aborts the owner's transaction; answers when that is readable.
    func end(_ request: EndTransactionRequest, version: Int16, answer: @escaping (KafkaErrorCode) -> Void) {
        let (state, error) = state(of: request.owner, fencedAs: version >= 2 ? .producerFenced : .invalidProducerEpoch)
        guard let state else { return answer(error) }
        switch state.phase {
        case .ongoing: decide(request.owner.transactionalID, state, commits: request.commits, answer: answer)
        case .completeCommit: answer(request.commits ? .none : .invalidTransactionState)
        case .completeAbort: answer(request.commits ? .invalidTransactionState : .none)
        case .prepareCommit, .prepareAbort: answer(.concurrentTransactions)
        case .empty: answer(.invalidTransactionState)
        }
    }

    private func decide(
        _ id: String,
        _ state: TransactionState,
        commits: Bool,
        answer: @escaping (KafkaErrorCode) -> Void
    ) {
        var decided = state
        decided.phase = commits ? .prepareCommit : .prepareAbort
        guard remember([.transactionChanged(id: id, decided)]) else { return answer(.coordinatorNotAvailable) }
        surroundings.whenSafe { [self] in
            finish(id) { [self] in
                let isEnded = store.state.transactions[id].map { !$0.phase.isDecided } ?? true
                surroundings.whenSafe { answer(isEnded ? .none : .concurrentTransactions) }
            }
        }
    }

    /// Fences the owner and aborts what it left open; tells whether that is done.
    private func abortFencing(_ id: String, _ state: TransactionState, done: @escaping (Bool) -> Void) {
        var fenced = state
        fenced.producerEpoch = state.producerEpoch == .max ? .max : state.producerEpoch + 1
        decide(id, fenced, commits: false) { done($0 == .none) }
    }

    /// Writes what was decided: markers, positions, and that it is done.
    ///
    /// Tried again later where the disk refuses.
    private func finish(_ id: String, then done: () -> Void) {
        defer { done() }
        guard var state = store.state.transactions[id], state.phase.isDecided else { return }
        let commits = state.phase == .prepareCommit
        let now = WallClock.nowMilliseconds()
        for place in state.partitions {
            guard let log = store.partition(place.topic, place.index) else { continue }
            do throws(BatchRefusal) {
                try log.endTransaction(
                    of: state.producerID,
                    epoch: state.producerEpoch,
                    commits: commits,
                    now: now
                )
                surroundings.wrote(to: log)
            } catch {
                Self.logger.warning("marker not written", ["partition": log.name, "reason": error.message])
                return
            }
        }
        var records = state.groups.sorted().map { group in
            MetadataRecord.stagedOffsetsEnded(group: group, producerID: state.producerID, commits: commits)
        }
        state.phase = commits ? .completeCommit : .completeAbort
        state.partitions = []
        state.groups = []
        state.time = now
        records.append(.transactionChanged(id: id, state))
        remember(records)
    }

    // MARK: Describing

    /// Describes transactions.
    func describe(_ request: DescribeTransactionsRequest) -> DescribeTransactionsResponse {
        DescribeTransactionsResponse(
            transactions: request.transactionalIDs.map { id in
                var answer = DescribeTransactionsResponse.Transaction(transactionalID: id)
                guard let state = store.state.transactions[id] else {
                    answer.error = .transactionalIDNotFound
                    return answer
                }
                answer.state = state.phase.name
                answer.timeoutMilliseconds = state.timeoutMilliseconds
                answer.startTime = state.phase == .ongoing || state.phase.isDecided ? state.time : -1
                answer.producerID = state.producerID
                answer.producerEpoch = state.producerEpoch
                answer.topics = Dictionary(grouping: state.partitions, by: \.topic).sorted { $0.key < $1.key }
                    .map { TopicEntries(name: $0.key, partitions: $0.value.map(\.index).sorted()) }
                return answer
            }
        )
    }

    /// Lists transactions.
    func list(_ request: ListTransactionsRequest) -> ListTransactionsResponse {
        let names = Set(TransactionState.Phase.allCases.map(\.name))
        let all = store.state.transactions.sorted { $0.key < $1.key }.filter { _, state in
            (request.states.isEmpty || request.states.contains(state.phase.name))
                && (request.producerIDs.isEmpty || request.producerIDs.contains(state.producerID))
        }
        return ListTransactionsResponse(
            unknownStates: request.states.filter { !names.contains($0) },
            transactions: all.map { (transactionalID: $0, producerID: $1.producerID, state: $1.phase.name) }
        )
    }
}
