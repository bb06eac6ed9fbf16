internal import Telemetry

extension LogStore {
    /// Lists a partition for the next flush when it has something to flush.
    package func noteWrite(to partition: PartitionLog) {
        guard !partition.isListedForFlush, partition.needsFlush else { return }
        partition.isListedForFlush = true
        dirty.append(partition)
    }

    /// The round after which everything written until now may be acknowledged; nil when it may be at once.
    package var round: Int? {
        guard flushPolicy == .always else { return nil }
        if !dirty.isEmpty || journalIsDirty { return openRound }
        return flushing == nil ? nil : openRound - 1
    }

    /// Hands everything written until now to the flusher, unless it is busy; what comes meanwhile goes together.
    package func startFlush() {
        guard flushing == nil, !dirty.isEmpty || journalIsDirty || !removals.isEmpty else { return }
        var job = FlushJob()
        var taken: [PartitionLog] = []
        for partition in dirty where partition.failure == nil {
            partition.isListedForFlush = false
            add(partition, to: &job, &taken)
        }
        if journalIsDirty { job.files.append((.journal, journal.file)) }
        job.removals = removals
        dirty = []
        journalIsDirty = false
        removals = []
        flushing = taken
        openRound += 1
        flusher.submit(job)
    }

    private func add(_ partition: PartitionLog, to job: inout FlushJob, _ taken: inout [PartitionLog]) {
        do throws(StorageError) {
            let files = try partition.beginFlush()
            job.files += files.files.map { (.partition(partition.ordinal), $0) }
            if let directory = files.directory { job.directories.append((.partition(partition.ordinal), directory)) }
            taken.append(partition)
        } catch {
            partition.goOffline(error.message)
        }
    }

    /// Takes the outcome of a finished flush and moves the high watermarks.
    ///
    /// - Returns: the partitions whose readers may have something new; nil when no flush is finished.
    package func finishFlush() -> [PartitionLog]? {
        guard let failures = flusher.takeResult(), let finished = flushing else { return nil }
        flushing = nil
        completedRound = openRound - 1
        for partition in finished { partition.finishFlush(failures[.partition(partition.ordinal)]) }
        if let failure = failures[.journal] {
            Self.logger.error("journal not flushed", ["reason": failure.message])
            journal.flushFailed()
        }
        return finished
    }

    /// Brings back partitions that went offline, where the disk allows it.
    ///
    /// - Returns: those that are well again.
    package func recoverOffline() -> [PartitionLog] {
        topics.values.flatMap(\.partitions).filter { partition in
            guard partition.failure != nil, flushing?.contains(where: { $0 === partition }) != true,
                partition.tryRecover()
            else { return false }
            partition.isListedForFlush = false
            noteWrite(to: partition)
            return true
        }
    }

    /// Flushes and seals everything; nothing may be written afterwards.
    ///
    /// Blocks for the disk's time.
    package func close() {
        for topic in topics.values { for partition in topic.partitions { partition.close() } }
        do throws(StorageError) { try journal.file.synchronize() } catch {
            Self.logger.warning("journal not closed cleanly", ["reason": error.message])
        }
    }
}
