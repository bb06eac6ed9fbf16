internal import JSON
internal import Primitives
internal import Streams
internal import Telemetry

/// Where the scoring of one partition goes on, and what it must not write again.
struct ResumePoint: Sendable {
    /// The next row to look at.
    var next: Int64
    /// The row of the newest prediction in the output; rows up to it have theirs.
    var lastScored: Int64 = -1
    /// Rows from ``next`` on that are in the errors topic already.
    var rejected: Set<Int64> = []
    /// The place in the errors topic behind which nothing of a committed row stands.
    var errorsEnd: Int64 = 0
}

/// Finds out, from the log alone, how far a deployment had come before it was stopped or killed.
struct ResumeFinder {
    /// How far back the newest prediction is looked for, should others have written into the output topic.
    private static let tail: Int64 = 512
    private static let logger = Logger(label: "scoring")

    let configuration: DeploymentConfiguration
    let admin: StreamAdmin

    /// Creates the topics that are missing and finds the resume point of each partition.
    ///
    /// - Throws: `ScoringError` with code `topics` where the topics contradict each other, or `StreamError`.
    func find() async throws -> [Int32: ResumePoint] {
        let count = try await prepareTopics()
        let inputs = (0..<Int32(count)).map { TopicPartition(configuration.input, $0) }
        let errors = (0..<Int32(count)).map { TopicPartition(configuration.errors, $0) }
        let committed = try await admin.group(configuration.group).committed(inputs + errors)
        var points: [Int32: ResumePoint] = [:]
        for (input, errors) in zip(inputs, errors) {
            points[input.partition] = try await point(
                input,
                errors,
                committed: committed[input],
                errorsCommitted: committed[errors]
            )
        }
        return points
    }

    private func prepareTopics() async throws -> Int {
        guard let input = try await admin.topic(configuration.input) else {
            throw StreamError(.unknownTopic, "topic \"\(configuration.input)\" does not exist: create it first")
        }
        for name in [configuration.output, configuration.errors] {
            try await admin.ensureTopic(name, partitions: input.partitions)
            let made = try await admin.topic(name)
            guard let made, made.partitions >= input.partitions else {
                throw ScoringError(
                    .topics,
                    "topic \"\(name)\" has \(made?.partitions ?? 0) partitions, its input \"\(input.name)\" has "
                        + "\(input.partitions): give it as many"
                )
            }
        }
        return input.partitions
    }

    private func point(
        _ input: TopicPartition,
        _ errors: TopicPartition,
        committed: Int64?,
        errorsCommitted: Int64?
    ) async throws -> ResumePoint {
        let (low, high) = try await admin.watermarks(input)
        var point = ResumePoint(next: max(committed ?? low, low))
        point.lastScored = try await lastScored(input)
        guard point.next <= high, point.lastScored < high else {
            throw ScoringError(
                .topics,
                "\(input) ends at \(high), but rows up to \(max(point.next, point.lastScored + 1)) have been scored: "
                    + "was it deleted and made anew? Then delete \"\(configuration.output)\" too, or rename the deployment"
            )
        }
        if let committed, committed < low {
            ResumeFinder.logger.warning(
                "Rows were removed before they were scored",
                ["deployment": configuration.name, "partition": "\(input)", "from": "\(committed)", "to": "\(low)"]
            )
        }
        let (errorsLow, errorsHigh) = try await admin.watermarks(errors)
        let errorsStart = min(max(errorsCommitted ?? errorsLow, errorsLow), errorsHigh)
        for record in try await read(errors, errorsStart..<errorsHigh) {
            guard let value = parse(record), value["deployment"]?.stringValue == configuration.name,
                let offset = source(value, input), offset >= point.next
            else { continue }
            point.rejected.insert(offset)
        }
        // Rejections that are not committed yet lie behind the old mark: it moves with the next commit.
        point.errorsEnd = errorsStart
        return point
    }

    /// The row of the newest prediction in the output's partition; -1 where there is none.
    private func lastScored(_ input: TopicPartition) async throws -> Int64 {
        let output = TopicPartition(configuration.output, input.partition)
        let (low, high) = try await admin.watermarks(output)
        for start in [high - 1, high - ResumeFinder.tail] where high > low {
            let records = try await read(output, max(low, start)..<high)
            let offsets = records.reversed().lazy.compactMap { record in parse(record).flatMap { source($0, input) } }
            if let newest = offsets.first { return newest }
        }
        return -1
    }

    private func read(_ partition: TopicPartition, _ range: Range<Int64>) async throws -> [StreamRecord] {
        guard !range.isEmpty else { return [] }
        let reader = try StreamReader(configuration.streams, assignments: [(partition, range.lowerBound)])
        var records: [StreamRecord] = []
        var failure: (any Error)?
        do {
            // A second of silence means that the last offsets hold no records, as after a transaction.
            while (records.last?.offset ?? -1) < range.upperBound - 1 {
                let more = try await reader.next(maximum: 4_096, wait: .seconds(records.isEmpty ? 5 : 1))
                if more.isEmpty { break }
                records += more
            }
        } catch {
            failure = error
        }
        await reader.close()
        if let failure { throw failure }
        return records.filter { range.contains($0.offset) }
    }

    private func parse(_ record: StreamRecord) -> JSONValue? {
        guard let value = record.value else { return nil }
        return try? JSONValue.parse(value)
    }

    /// The offset in `input` from which a prediction or a rejection was made.
    private func source(_ value: JSONValue, _ input: TopicPartition) -> Int64? {
        guard let source = value["source"], source["topic"]?.stringValue == input.topic,
            source["partition"]?.intValue == Int64(input.partition)
        else { return nil }
        return source["offset"]?.intValue
    }
}
