internal import Files
internal import KafkaWire
internal import Primitives
internal import Telemetry

extension PartitionLog {
    var abortedPath: String { "\(directory)/aborted.transactions" }

    /// Finds the segments in the folder, cuts off what is not whole, and rebuilds what is known of producers.
    ///
    /// This is the only way in which a partition opens, after a clean end as after a crash.
    func recover() throws(StorageError) {
        do throws(SystemError) { try Directory.create(directory) } catch { throw .system(error) }
        removeLeftovers()
        segments = try recoverSegments()
        if let last = segments.last, last.nextOffset < logStartOffset { removeAllSegments() }
        if segments.isEmpty {
            segments = [try Segment(creating: logStartOffset, in: directory)]
            directoryIsDirty = true
        }
        logStartOffset = max(logStartOffset, segments[0].baseOffset)
        try recoverProducers()
        hints = []
        flushInProgress = nil
        closedSinceFlush = segments.dropLast().filter { !$0.isSealed }
        failure = nil
        durable = endOfLog
        flushedTo = segments.allSatisfy(\.isSealed) ? nextOffset : active.baseOffset
    }

    /// Tries to bring a partition back that went offline; returns whether it is well again.
    func tryRecover() -> Bool {
        do throws(StorageError) {
            try recover()
            Self.logger.info("partition recovered", ["partition": name, "end": "\(nextOffset)"])
            return true
        } catch {
            return false
        }
    }

    /// Removes what a crash left of files that were being written to take the place of others.
    private func removeLeftovers() {
        for name in (try? Directory.names(directory)) ?? [] where name.hasSuffix(".clean") || name.hasSuffix(".new") {
            try? File.remove("\(directory)/\(name)")
        }
    }

    private func fileNames(kind: String) throws(StorageError) -> [Int64] {
        let names: [String]
        do throws(SystemError) { names = try Directory.names(directory) } catch { throw .system(error) }
        return names.compactMap { name in
            name.hasSuffix(".\(kind)") ? Int64(name.dropLast(kind.utf8.count + 1)) : nil
        }
    }

    private func recoverSegments() throws(StorageError) -> [Segment] {
        var found: [Segment] = []
        let bases = try fileNames(kind: "log").sorted()
        for (index, base) in bases.enumerated() {
            let (segment, damage) = try recoverSegment(base)
            found.append(segment)
            guard let damage else { continue }
            let later = bases[(index + 1)...]
            report(damage, in: segment, dropping: later.count)
            for base in later {
                for kind in ["log", "index"] { try? File.remove(Segment.path(directory, base, kind)) }
            }
            break
        }
        return found
    }

    private func recoverSegment(_ base: Int64) throws(StorageError) -> (Segment, damage: String?) {
        let file = try LogFile(path: Segment.path(directory, base, "log"))
        let length = try file.length()
        var seal = SegmentSeal.read(from: Segment.path(directory, base, "index"))
        if let known = seal, known.logLength > length || known.nextOffset < base { seal = nil }
        if let seal, seal.logLength == length {
            return (Segment(baseOffset: base, in: directory, found: seal, isSealed: true, file: nil), nil)
        }
        let outcome = try SegmentRecovery.scan(file, baseOffset: base, after: seal)
        if outcome.damage != nil {
            try file.truncate(to: outcome.seal.logLength)
            try file.synchronize()
        }
        let segment = Segment(baseOffset: base, in: directory, found: outcome.seal, isSealed: false, file: file)
        return (segment, outcome.damage)
    }

    private func report(_ damage: String, in segment: Segment, dropping later: Int) {
        leaderEpoch += 1
        Self.logger.warning(
            "log cut at the first bad batch",
            [
                "partition": name, "file": segment.logPath, "damage": damage, "end": "\(segment.nextOffset)",
                "dropped_segments": "\(later)", "leader_epoch": "\(leaderEpoch)",
            ]
        )
    }

    private func removeAllSegments() {
        for segment in segments { segment.remove() }
        segments = []
    }

    private func recoverProducers() throws(StorageError) {
        var from = segments[0].baseOffset
        producers = ProducerTable()
        for offset in try fileNames(kind: "producers").sorted(by: >) {
            let path = Segment.path(directory, offset, "producers")
            guard offset <= nextOffset, let snapshot = ProducerTable.read(from: path) else {
                try? File.remove(path)
                continue
            }
            producers = snapshot.table
            from = max(from, snapshot.offset)
            break
        }
        aborted = AbortedTransactions.read(from: abortedPath) ?? AbortedTransactions()
        aborted.keep(0..<from)
        try replay(from: from)
    }

    private func replay(from offset: Int64) throws(StorageError) {
        guard offset < nextOffset else { return }
        for segment in segments[segmentIndex(holding: offset)...] {
            try segment.forEachBatch(from: try segment.locate(offset)) { header, position throws(StorageError) in
                var marker: Bool?
                if header.isControl {
                    marker = try segment.batchBytes(at: position, header).withUnsafeBytes(ControlBatch.commits)
                }
                note(header, marker: marker)
                return true
            }
        }
    }

    /// Removes all but the newest snapshots of producers.
    func removeOldSnapshots(keeping count: Int) {
        guard let offsets = try? fileNames(kind: "producers").sorted(by: >) else { return }
        for offset in offsets.dropFirst(count) { try? File.remove(Segment.path(directory, offset, "producers")) }
    }
}
