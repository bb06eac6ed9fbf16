/// Holds readings of health against their limits; remembers since when each part has not moved.
struct HealthJudge: Sendable {
    private struct Memory: Sendable {
        var progress: Int64
        var errors: Int64?
        /// Monotonic nanoseconds.
        var movedAt: Int64
    }

    private var parts: [String: Memory] = [:]

    /// What the readings mean, one observation a check.
    mutating func judge(
        _ readings: [HealthReading],
        policy: HealthPolicy,
        definition: MonitorDefinition,
        at place: (window: Int, row: Int64),
        now: (monotonicNanoseconds: Int64, milliseconds: Int64)
    ) -> [AlertObservation] {
        var stalled: [String] = []
        var failing: [String] = []
        var silent: [String] = []
        for reading in readings {
            let before = parts[reading.part]
            var memory =
                before ?? Memory(progress: reading.progress, errors: reading.errors, movedAt: now.monotonicNanoseconds)
            let isIdle = reading.lag == 0 && !reading.isInput
            if reading.progress != memory.progress || isIdle { memory.movedAt = now.monotonicNanoseconds }
            let still = Double(now.monotonicNanoseconds - memory.movedAt) / 1e9
            if reading.isInput {
                if let most = policy.maximumSilenceSeconds, still > most {
                    silent.append("no row has come for \(Int(still)) s")
                }
            } else if still >= policy.stalledAfterSeconds {
                stalled.append("\(reading.part) has not moved for \(Int(still)) s, \(reading.lag) rows behind")
            }
            if let share = Self.errorShare(reading, since: memory), share > policy.maximumErrorShare {
                failing.append("\(reading.part) could not use \((share * 1000).rounded() / 10) % of its rows")
            }
            memory.progress = reading.progress
            memory.errors = reading.errors
            parts[reading.part] = memory
        }
        var checks: [(String, [String])] = [("stalled", stalled), ("errors", failing)]
        if let most = policy.maximumLag {
            checks.append(("lag", readings.filter { $0.lag > most }.map { "\($0.part) is \($0.lag) rows behind" }))
        }
        if let most = policy.maximumLatencyMilliseconds {
            let slow = readings.filter { ($0.latencyMilliseconds ?? 0) > most }
            checks.append(("latency", slow.map { "\($0.part) takes \(Int($0.latencyMilliseconds ?? 0)) ms" }))
        }
        if policy.maximumSilenceSeconds != nil { checks.append(("silence", silent)) }
        return checks.map { name, problems in
            AlertObservation(
                monitor: definition.name,
                series: "health.\(name)",
                subject: definition.inputTopic,
                kind: .health,
                severity: policy.severity,
                persistence: policy.persistence,
                value: Double(problems.count),
                limit: 1,
                isBad: !problems.isEmpty,
                isGood: problems.isEmpty,
                window: place.window,
                row: place.row,
                message: "\(name) of \(definition.inputTopic): " + problems.prefix(5).joined(separator: "; "),
                occasion: now.milliseconds
            )
        }
    }

    private static func errorShare(_ reading: HealthReading, since memory: Memory) -> Double? {
        guard let errors = reading.errors, let before = memory.errors, errors > before else { return nil }
        let taken = max(errors - before, reading.progress - memory.progress)
        return Double(errors - before) / Double(taken)
    }
}
