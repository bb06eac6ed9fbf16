internal import Execution
internal import Files
internal import Synchronization
internal import Telemetry

/// Rewrites segments on a thread of its own, one partition at a time.
final class Compactor: Sendable {
    /// What came out of the last job.
    enum Outcome: Sendable {
        case done([Compaction.Result], cleanTo: Int64)
        case failed(StorageError)
    }

    private let thread = DedicatedThread(name: "log-cleaner")
    private let outcome = Mutex<Outcome?>(nil)
    private let onFinish: @Sendable () -> Void

    init(onFinish: @escaping @Sendable () -> Void) { self.onFinish = onFinish }

    /// Begins a job; the one before it must be taken.
    func begin(_ compaction: Compaction) {
        thread.submit { [self] in
            let result: Outcome
            do throws(StorageError) {
                let (results, end) = try compaction.run()
                result = .done(results, cleanTo: end)
            } catch {
                result = .failed(error)
            }
            outcome.withLock { $0 = result }
            onFinish()
        }
    }

    /// The outcome of the job, once.
    func take() -> Outcome? {
        outcome.withLock { outcome in
            defer { outcome = nil }
            return outcome
        }
    }
}

extension LogStore {
    /// Begins to compact the next partition that needs it, unless one is being compacted.
    package func startCompaction(now: Int64) {
        guard compacting == nil else { return }
        for topic in topics.values where topic.settings.cleanupPolicy.compacts {
            for partition in topic.partitions {
                do throws(StorageError) {
                    guard let compaction = try partition.compaction(now: now) else { continue }
                    compacting = partition
                    return compactor.begin(compaction)
                } catch {
                    Self.logger.warning("not compacted", ["partition": partition.name, "reason": error.message])
                }
            }
        }
    }

    /// Takes the outcome of a finished compaction.
    package func finishCompaction() {
        guard let partition = compacting, let outcome = compactor.take() else { return }
        compacting = nil
        do throws(StorageError) {
            switch outcome {
            case .done(let results, let end):
                let before = partition.byteCount
                try partition.replace(with: results, cleanTo: end)
                noteWrite(to: partition)
                Self.logger.info(
                    "partition compacted",
                    ["partition": partition.name, "bytes_before": "\(before)", "bytes": "\(partition.byteCount)"]
                )
            case .failed(let error): throw error
            }
        } catch {
            Self.logger.warning("not compacted", ["partition": partition.name, "reason": error.message])
        }
    }
}
