internal import Streams
internal import Synchronization
internal import Telemetry

/// Waits for the acknowledgements of batches in order, and commits what is acknowledged a few times a second.
///
/// A commit is only a shortcut for the next start: what was acknowledged but not committed is found in the output topic.
final class AcknowledgementKeeper: Sendable {
    private struct State {
        var offsets: [TopicPartition: Int64]
        var isChanged = false
    }

    private let configuration: DeploymentConfiguration
    private let control: DeploymentControl
    private let group: GroupOffsets
    private let state: Mutex<State>
    private let logger = Logger(label: "scoring")

    init(
        _ configuration: DeploymentConfiguration,
        control: DeploymentControl,
        group: GroupOffsets,
        points: [Int32: ResumePoint]
    ) {
        self.configuration = configuration
        self.control = control
        self.group = group
        var offsets: [TopicPartition: Int64] = [:]
        for (partition, point) in points {
            offsets[TopicPartition(configuration.input, partition)] = point.next
            offsets[TopicPartition(configuration.errors, partition)] = point.errorsEnd
        }
        state = Mutex(State(offsets: offsets))
    }

    /// Takes batches until the stream ends; throws the first failure of a delivery.
    func take(_ batches: AsyncStream<BatchInFlight>) async throws {
        for await inFlight in batches {
            _ = try await inFlight.outputs?.offsets()
            let rejected = try await inFlight.errors?.offsets() ?? []
            control.didAcknowledge(inFlight.batch)
            state.withLock { state in
                for (partition, next) in inFlight.batch.next {
                    state.offsets[TopicPartition(configuration.input, partition)] = next
                }
                for (partition, offset) in zip(inFlight.errorPartitions, rejected) {
                    state.offsets[TopicPartition(configuration.errors, partition)] = offset + 1
                }
                state.isChanged = true
            }
        }
    }

    /// Commits four times a second until cancelled; a commit that fails is tried again with the next one.
    func commitRegularly() async {
        while (try? await Task.sleep(for: .milliseconds(250))) != nil {
            do {
                try await commit()
            } catch {
                state.withLock { $0.isChanged = true }
                logger.warning("A commit failed", ["deployment": configuration.name, "error": "\(error)"])
            }
        }
    }

    /// Commits what is acknowledged, if anything is since the last time.
    func commit() async throws {
        let offsets = state.withLock { state -> [TopicPartition: Int64]? in
            guard state.isChanged else { return nil }
            state.isChanged = false
            return state.offsets
        }
        if let offsets { try await group.commit(offsets) }
    }
}
