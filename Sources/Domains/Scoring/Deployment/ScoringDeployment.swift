internal import Execution
internal import Streams
internal import Telemetry

/// Scores every row of a topic with a registered model and writes one prediction each into another topic.
///
/// Rows that wait are scored in batches; a row that comes alone is scored at once. A message that cannot be scored goes
/// to the errors topic with its reason, and the rest goes on.
///
/// **Exactly one prediction a row, without transactions.** The deployment is the only writer of its predictions, and
/// each prediction carries the offset of its row. The producer keeps the order of each partition without gaps, so the
/// newest prediction in the output says up to which row all predictions were written. At every start, after a clean
/// stop as after `kill -9`, ``ResumeFinder`` reads three things from the log for each partition: the offset that the
/// deployment's group has committed, the row of the newest prediction, and the rows of rejections written since the
/// commit. Rows are read again from the committed offset; a prediction is written only for a row beyond the newest one
/// that has its prediction, a rejection only for a row that has none. An offset is committed only after the predictions
/// and rejections of all rows before it are acknowledged. So a row between commit and crash is scored twice, but
/// written once. `prediction_id` is made of the row's place, so it is the same in any case.
///
/// **Two limits.** Two deployments must not share an output topic. With a broker on another machine, a request that was
/// still on the wire when its sender was killed must not arrive later than the new process reads the output's end: the
/// embedded log dies with the process, so there the case does not exist.
///
/// **Swap.** ``swap(to:)`` opens and warms the new version first; it takes over between two batches. A version that
/// cannot be opened changes nothing.
package final class ScoringDeployment: Service {
    /// How long a swap waits for the loop, which needs milliseconds where it runs.
    private static let patience = Duration.seconds(10)

    private let configuration: DeploymentConfiguration
    private let source: any ModelSource
    private let loader: ModelLoader
    private let observer: (any ScoringObserver)?
    private let control: DeploymentControl
    private let logger = Logger(label: "scoring")

    /// Makes a deployment that does nothing before ``run()``.
    package init(
        _ configuration: DeploymentConfiguration,
        source: any ModelSource,
        loader: ModelLoader,
        observer: (any ScoringObserver)? = nil
    ) {
        self.configuration = configuration
        self.source = source
        self.loader = loader
        self.observer = observer
        control = DeploymentControl(configuration)
    }

    package var name: String { configuration.name }

    /// The reference that the deployment was made with.
    package var model: ModelReference { configuration.model }

    /// How it is doing now.
    package var status: DeploymentStatus { control.status }

    /// Scores until ``stop()``; what fails is tried again with growing pauses and shows in ``status``.
    package func run() async throws {
        var pause = Duration.milliseconds(200)
        while !control.isStopping && !Task.isCancelled {
            do {
                try await scoreUntilStopped()
                pause = .milliseconds(200)
            } catch {
                if control.isStopping || Task.isCancelled { break }
                if control.status.state == .running { pause = .milliseconds(200) }
                control.didFail(error)
                logger.error("A deployment failed and tries again", ["deployment": name, "error": "\(error)"])
                await wait(pause)
                pause = min(pause * 2, .seconds(5))
            }
        }
        control.didStop()
    }

    package func stop() async {
        control.stop()
    }

    /// Resolves the deployment's reference anew, for example after an alias moved, and swaps where it names another
    /// version; nil where it does not.
    ///
    /// - Throws: what the source or ``swap(to:)`` throws.
    @discardableResult
    package func refresh() async throws -> ModelSwap? {
        let resolved = try await source.resolve(configuration.model)
        return try await swap(to: resolved)
    }

    /// Lets another version take over between two batches, and waits for that; nil where it is the one that scores.
    ///
    /// - Throws: where the version cannot be opened, in which case the one before goes on; `ScoringError` with code
    ///   `waiting` where the deployment does not run at the moment, in which case the swap happens when it does.
    @discardableResult
    package func swap(to resolved: ResolvedModel) async throws -> ModelSwap? {
        if control.model?.resolved == resolved { return nil }
        let loaded: LoadedModel
        do {
            loaded = try await loader.load(resolved)
        } catch {
            let version = control.model?.resolved.version ?? 0
            let wanted = ModelReference(name: resolved.name, selector: .version(resolved.version))
            logger.error(
                "A version was not taken over",
                ["deployment": name, "model": "\(wanted)", "error": "\(error)"]
            )
            await observer?.deployment(name, didKeep: version, insteadOf: wanted, because: "\(error)")
            throw error
        }
        let done = OneShot<ModelSwap>()
        control.request(PendingSwap(model: loaded, done: done))
        let limit = ScoringDeployment.patience
        guard await withDeadline(limit, { _ = try? await done.value }) else {
            throw ScoringError(
                .waiting,
                "deployment \(name) does not run (\(status.problem ?? "it has not started")): version "
                    + "\(resolved.version) takes over when it does"
            )
        }
        let swap = try await done.value
        logger.info("A version took over", ["deployment": name, "version": "\(swap.to)", "from": "\(swap.from)"])
        return swap
    }

    /// One life between two failures: find the place, then score from there.
    private func scoreUntilStopped() async throws {
        let model = try await currentModel()
        let admin = try StreamAdmin(configuration.streams)
        let points = try await ResumeFinder(configuration: configuration, admin: admin).find()
        let outputRows = try await countOutput(admin, partitions: points.keys)
        let reader = try StreamReader(
            configuration.streams,
            assignments: points.map { (TopicPartition(configuration.input, $0.key), $0.value.next) }
        )
        let producer = try StreamProducer(configuration.streams)
        let keeper = AcknowledgementKeeper(
            configuration,
            control: control,
            group: admin.group(configuration.group),
            points: points
        )
        let loop = ScoringLoop(
            configuration,
            control: control,
            model: model,
            points: points,
            clients: (reader, producer),
            observer: observer
        )
        control.didStart(at: points, outputRows: outputRows) { reader.wake() }
        logger.info("A deployment runs", ["deployment": name, "version": "\(model.resolved.version)"])
        let failure = await run(loop, keeper, producer)
        await reader.close()
        await producer.close()
        if let failure { throw failure }
        try await keeper.commit()
    }

    /// Runs the loop and the keeper until the loop ends and all is acknowledged, or until one fails; commits meanwhile.
    private func run(
        _ loop: ScoringLoop,
        _ keeper: AcknowledgementKeeper,
        _ producer: StreamProducer
    ) async -> (any Error)? {
        await withTaskGroup(of: Void.self) { commits in
            commits.addTask { await keeper.commitRegularly() }
            let failure = await score(loop, keeper, producer)
            commits.cancelAll()
            return failure
        }
    }

    private func score(
        _ loop: ScoringLoop,
        _ keeper: AcknowledgementKeeper,
        _ producer: StreamProducer
    ) async -> (any Error)? {
        let (batches, continuation) = AsyncStream.makeStream(of: BatchInFlight.self)
        return await withTaskGroup(of: (any Error)?.self) { group in
            group.addTask { await Self.failure { try await loop.run(continuation) } }
            group.addTask { await Self.failure { try await keeper.take(batches) } }
            var failure: (any Error)?
            while let ended = await group.next() {
                guard let error = ended, failure == nil else { continue }
                failure = error
                // What is in flight is given up: the next start finds out from the log what of it was written.
                await producer.close(grace: .zero)
                group.cancelAll()
            }
            return failure
        }
    }

    private static func failure(_ body: () async throws -> Void) async -> (any Error)? {
        do {
            try await body()
            return nil
        } catch {
            return error
        }
    }

    private func currentModel() async throws -> LoadedModel {
        if let model = control.model { return model }
        let resolved = try await source.resolve(configuration.model)
        let loaded = try await loader.load(resolved)
        control.use(loaded, isSwap: false)
        return loaded
    }

    private func countOutput(_ admin: StreamAdmin, partitions: some Sequence<Int32>) async throws -> Int {
        var count = 0
        for partition in partitions {
            count += Int(try await admin.watermarks(TopicPartition(configuration.output, partition)).high)
        }
        return count
    }

    private func wait(_ pause: Duration) async {
        let end = ContinuousClock.now + pause
        while ContinuousClock.now < end, !control.isStopping {
            try? await Task.sleep(for: min(.milliseconds(50), pause))
            if Task.isCancelled { return }
        }
    }
}
