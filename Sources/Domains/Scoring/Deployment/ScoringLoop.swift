internal import Execution
internal import Primitives
internal import Streams
internal import Telemetry

/// A batch that was handed to the producer and waits for its acknowledgement.
struct BatchInFlight: Sendable {
    let batch: ScoredBatch
    let outputs: Delivery?
    let errors: Delivery?
    /// The partition of each rejection, in the order of `errors`.
    let errorPartitions: [Int32]
}

/// Reads, scores and hands over, batch after batch, on a thread of its own.
///
/// What it hands over goes to `inFlight` in order. That stream needs no bound of its own: every batch in it holds records
/// that the producer counts against its limit.
actor ScoringLoop {
    private let thread = DedicatedThread(name: "scoring")
    private let configuration: DeploymentConfiguration
    private let control: DeploymentControl
    private let observer: (any ScoringObserver)?
    private let reader: StreamReader
    private let producer: StreamProducer
    private var points: [Int32: ResumePoint]
    private var scorer: RowScorer

    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    init(
        _ configuration: DeploymentConfiguration,
        control: DeploymentControl,
        model: LoadedModel,
        points: [Int32: ResumePoint],
        clients: (reader: StreamReader, producer: StreamProducer),
        observer: (any ScoringObserver)?
    ) {
        self.configuration = configuration
        self.control = control
        self.observer = observer
        self.points = points
        (reader, producer) = clients
        scorer = RowScorer(configuration, model: model)
    }

    /// Works until the deployment is stopped or the task is cancelled; throws what the reader or the producer throws.
    func run(_ inFlight: AsyncStream<BatchInFlight>.Continuation) async throws {
        defer { inFlight.finish() }
        while !control.isStopping && !Task.isCancelled {
            if let swap = control.takeSwap() { await apply(swap) }
            let batch = try await reader.nextBatch(maximum: configuration.maximumBatch, wait: .seconds(1))
            noteEnds()
            if batch.isEmpty { continue }
            inFlight.yield(try await score(batch))
        }
    }

    private func score(_ batch: StreamBatch) async throws -> BatchInFlight {
        let summary = scorer.score(batch, points: points)
        for (partition, next) in summary.next { points[partition]?.next = next }
        let outputs = scorer.outputs.isEmpty ? nil : try await producer.submit(scorer.outputs)
        let errors = scorer.errors.isEmpty ? nil : try await producer.submit(scorer.errors)
        return BatchInFlight(
            batch: summary,
            outputs: outputs,
            errors: errors,
            errorPartitions: scorer.errors.partitions
        )
    }

    private func apply(_ swap: PendingSwap) async {
        let before = scorer.model.resolved
        let isSwap = before != swap.model.resolved
        scorer.use(swap.model)
        control.use(swap.model, isSwap: isSwap)
        let record = ModelSwap(
            model: swap.model.resolved.name,
            from: before.version,
            to: swap.model.resolved.version,
            firstOffsets: points.mapValues(\.next),
            at: WallClock.nowMilliseconds()
        )
        if isSwap { await observer?.deployment(configuration.name, didSwap: record) }
        swap.done.succeed(record)
    }

    private func noteEnds() {
        var ends: [Int32: Int64] = [:]
        for partition in points.keys {
            ends[partition] = reader.knownEnd(TopicPartition(configuration.input, partition))
        }
        control.didFetch(ends: ends)
    }
}
