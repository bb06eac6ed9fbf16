internal import Execution
internal import Primitives
internal import Streams
internal import Synchronization
internal import Telemetry

/// A model that waits to take over between two batches.
struct PendingSwap: Sendable {
    let model: LoadedModel
    let done: OneShot<ModelSwap>
}

/// What the outside and the loop of a deployment share: wishes one way, numbers the other; thread-safe.
final class DeploymentControl: Sendable {
    private struct State {
        var status: DeploymentStatus
        var model: LoadedModel?
        var pending: PendingSwap?
        var wake: (@Sendable () -> Void)?
        var isStopping = false
        /// Per partition, the next row whose outcome is not acknowledged yet.
        var acknowledged: [Int32: Int64] = [:]
        var ends: [Int32: Int64] = [:]
        var outputRowsBefore = 0

        var lag: Int64 { ends.reduce(0) { $0 + max(0, $1.value - (acknowledged[$1.key] ?? 0)) } }
    }

    let latency = LatencyHistogram()
    private let rate = RateMeter()
    private let state: Mutex<State>
    private let rowsMetric: Counter
    private let errorsMetric: Counter
    private let latencyMetric: HistogramMetric
    private let lagMetric: Gauge

    init(_ configuration: DeploymentConfiguration) {
        let status = DeploymentStatus(
            name: configuration.name,
            state: .starting,
            model: configuration.model.name,
            version: nil,
            input: configuration.input,
            output: configuration.output,
            rows: 0,
            rowsSinceStart: 0,
            errors: 0,
            ratePerSecond: 0,
            lag: 0,
            latencyP50: nil,
            latencyP99: nil,
            swaps: 0,
            problem: nil
        )
        state = Mutex(State(status: status))
        let labels = ["deployment": configuration.name]
        let registry = MetricsRegistry.shared
        rowsMetric = registry.counter("martlet_scoring_rows_total", help: "Predictions written", labels: labels)
        errorsMetric = registry.counter("martlet_scoring_errors_total", help: "Messages rejected", labels: labels)
        lagMetric = registry.gauge("martlet_scoring_lag_rows", help: "Rows that wait to be scored", labels: labels)
        latencyMetric = registry.histogram(
            "martlet_scoring_latency_seconds",
            help: "From a row's production to its prediction's acknowledgement",
            labels: labels
        )
    }

    // MARK: - Numbers

    var status: DeploymentStatus {
        var (status, lag) = state.withLock { ($0.status, $0.lag) }
        status.ratePerSecond = rate.perSecond
        status.lag = lag
        status.latencyP50 = latency.quantile(0.5)
        status.latencyP99 = latency.quantile(0.99)
        return status
    }

    func didStart(at points: [Int32: ResumePoint], outputRows: Int, wake: @escaping @Sendable () -> Void) {
        state.withLock { state in
            state.status.state = .running
            state.status.problem = nil
            state.acknowledged = points.mapValues(\.next)
            state.outputRowsBefore = outputRows - state.status.rowsSinceStart
            state.status.rows = outputRows
            state.wake = wake
        }
    }

    func didFetch(ends: [Int32: Int64]) {
        let lag = state.withLock { state in
            state.ends.merge(ends) { _, new in new }
            return state.lag
        }
        lagMetric.set(Double(lag))
    }

    func didAcknowledge(_ batch: ScoredBatch) {
        let now = WallClock.nowNanoseconds()
        for start in batch.producedAt {
            latency.record(nanoseconds: now - start)
            latencyMetric.observe(Double(max(0, now - start)) / 1e9)
        }
        rate.count(batch.rows)
        rowsMetric.increment(by: batch.rows)
        errorsMetric.increment(by: batch.rejections)
        state.withLock { state in
            state.acknowledged.merge(batch.next) { _, new in new }
            state.status.rowsSinceStart += batch.rows
            state.status.rows = state.outputRowsBefore + state.status.rowsSinceStart
            state.status.errors += batch.rejections
            lagMetric.set(Double(state.lag))
        }
    }

    func didFail(_ error: any Error) {
        state.withLock { state in
            state.status.state = .failing
            state.status.problem = "\(error)"
            state.wake = nil
        }
    }

    // MARK: - The model

    /// The version that scores, or is to score at the next start.
    var model: LoadedModel? { state.withLock { $0.model } }

    func use(_ model: LoadedModel, isSwap: Bool) {
        state.withLock { state in
            state.model = model
            state.status.version = model.resolved.version
            if isSwap { state.status.swaps += 1 }
        }
    }

    /// Asks the loop to take over a model; one that was asked for before, and not yet taken, is dropped.
    func request(_ swap: PendingSwap) {
        let (dropped, wake, isStopping) = state.withLock { state in
            let dropped = state.pending
            state.pending = swap
            return (dropped, state.wake, state.isStopping)
        }
        dropped?.done.fail(ScoringError(.stopped, "another version was asked for before this one took over"))
        wake?()
        if isStopping { takeSwap()?.done.fail(ScoringError(.stopped, "the deployment has stopped")) }
    }

    func takeSwap() -> PendingSwap? {
        state.withLock { state in
            defer { state.pending = nil }
            return state.pending
        }
    }

    // MARK: - The end

    var isStopping: Bool { state.withLock { $0.isStopping } }

    func stop() {
        let wake = state.withLock { state in
            state.isStopping = true
            return state.wake
        }
        wake?()
    }

    func didStop() {
        state.withLock { state in
            state.status.state = .stopped
            state.wake = nil
        }
        takeSwap()?.done.fail(ScoringError(.stopped, "the deployment has stopped"))
    }
}
