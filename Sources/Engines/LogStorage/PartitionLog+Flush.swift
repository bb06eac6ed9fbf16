internal import Telemetry

extension PartitionLog {
    /// Whether something was written that no flush has covered or is covering.
    var needsFlush: Bool {
        let covered = flushInProgress?.end.offset ?? flushedTo
        return failure == nil && (nextOffset > covered || directoryIsDirty || !closedSinceFlush.isEmpty)
    }

    /// The files to flush so that all written until now is safe; pair with ``finishFlush(_:)``.
    func beginFlush() throws(StorageError) -> (files: [LogFile], directory: String?) {
        precondition(flushInProgress == nil, "one flush of a partition at a time")
        var files: [LogFile] = []
        for segment in closedSinceFlush { files.append(try segment.file()) }
        files.append(try active.file())
        flushInProgress = FlushInProgress(end: endOfLog, closed: closedSinceFlush)
        closedSinceFlush = []
        defer { directoryIsDirty = false }
        return (files, directoryIsDirty ? directory : nil)
    }

    /// Moves the high watermark over what a flush covered, or takes the partition offline when it failed.
    ///
    /// A failed flush is not tried again: the kernel may have dropped the pages, so only reading the files again can
    /// tell what is there.
    func finishFlush(_ error: StorageError?) {
        guard let finished = flushInProgress else { return }
        flushInProgress = nil
        guard failure == nil else { return }
        if let error { return goOffline(error.message) }
        flushedTo = finished.end.offset
        if acknowledgesAfterFlush { durable = finished.end }
        for segment in finished.closed where segments.contains(where: { $0 === segment }) {
            do { try segment.seal() } catch {
                Self.logger.warning("segment not sealed", ["partition": name, "reason": "\(error)"])
            }
        }
    }

    /// Flushes and seals everything for a clean end.
    func close() {
        guard failure == nil else { return }
        do {
            for segment in segments where !segment.isSealed {
                try segment.file().synchronize()
                try segment.seal()
            }
            try writeSnapshots()
        } catch {
            Self.logger.warning("partition not closed cleanly", ["partition": name, "reason": "\(error)"])
        }
    }
}
