internal import Execution
internal import JSON
internal import Primitives
internal import Telemetry

/// Carries one attempt from the state it is in to a final one.
struct AttemptRunner: Sendable {
    let policy: RetrainingPolicy
    let ports: RetrainingPorts
    let journal: LoopJournal
    let attempts: AttemptStore

    private static let logger = Logger(label: "retraining")
    /// A paired comparison of many rows takes seconds.
    private static let judging = BlockingPool(name: "gate", threads: 1)

    /// Does what is left to do; errors of a step make the attempt `failed` and leave the champion as it is.
    ///
    /// Where not even that can be stored, as on a full disk, and where a port throws `CancellationError` because the
    /// server stops, the attempt stays in its state and goes on at the next start.
    func finish(_ unfinished: RetrainingAttempt) async {
        var attempt = unfinished
        do {
            try await record(.triggered, of: attempt, title: triggerTitle(attempt), numbers: triggerNumbers(attempt))
            while !attempt.state.isFinal {
                attempt = try await next(attempt)
                attempt.updatedAt = WallClock.nowMilliseconds()
                try await attempts.save(attempt)
            }
        } catch is CancellationError {
            AttemptRunner.logger.info("An attempt waits for the next start", ["attempt": attempt.id])
        } catch {
            await fail(attempt, because: error)
        }
    }

    private func next(_ attempt: RetrainingAttempt) async throws -> RetrainingAttempt {
        switch attempt.state {
        case .triggered: try await cut(attempt)
        case .training: try await train(attempt)
        case .judging: try await judge(attempt)
        case .promoting: try await promote(attempt)
        case .promoted, .refused, .failed: attempt
        }
    }

    private func cut(_ attempt: RetrainingAttempt) async throws -> RetrainingAttempt {
        var attempt = attempt
        let labels = LabelProgress(rows: attempt.labelledRows, offsets: attempt.labelOffsets)
        let cut = try await ports.data.cut(policy, labels: labels)
        attempt.cut = cut
        attempt.state = .training
        try await record(
            .datasetCut,
            of: attempt,
            title: "Cut \(cut.name): \(cut.rows) labelled rows of \(cut.topic), \(cut.place)",
            numbers: cut.json
        )
        return attempt
    }

    private func train(_ attempt: RetrainingAttempt) async throws -> RetrainingAttempt {
        var attempt = attempt
        guard let cut = attempt.cut else { throw AttemptError.missing("its training data") }
        let model = try await ports.trainer.train(policy, on: cut, attempt: attempt.id)
        attempt.challenger = model
        attempt.state = .judging
        try await record(
            .trained,
            of: attempt,
            title: "Trained \(policy.model) version \(model.version) on \(cut.name)",
            numbers: model.json
        )
        return attempt
    }

    private func judge(_ attempt: RetrainingAttempt) async throws -> RetrainingAttempt {
        var attempt = attempt
        guard let cut = attempt.cut, let challenger = attempt.challenger else {
            throw AttemptError.missing("its challenger")
        }
        let champion = try await ports.alias.championVersion(model: policy.model, alias: policy.alias)
        let scores = try await ports.scorer.score(
            policy,
            cut: cut,
            champion: champion,
            challenger: challenger.version
        )
        let gate = policy.gate
        let verdict = try await AttemptRunner.judging.run { gate.judge(scores) }
        attempt.championVersion = champion
        attempt.verdict = verdict
        attempt.state = verdict.passed ? .promoting : .refused
        try await record(
            .judged,
            of: attempt,
            title: "Compared version \(challenger.version) with champion \(champion) on \(verdict.numbers.rows) rows",
            numbers: verdict.json
        )
        if !verdict.passed {
            try await record(
                .refused,
                of: attempt,
                title: "Refused version \(challenger.version): \(verdict.reasons.first ?? "the gate did not pass")",
                numbers: verdict.json
            )
        }
        return attempt
    }

    private func promote(_ attempt: RetrainingAttempt) async throws -> RetrainingAttempt {
        var attempt = attempt
        guard let challenger = attempt.challenger, let verdict = attempt.verdict else {
            throw AttemptError.missing("the gate's verdict")
        }
        // After a crash between the two writes the alias is there already.
        let current = try await ports.alias.championVersion(model: policy.model, alias: policy.alias)
        if current != challenger.version {
            try await ports.alias.promote(
                model: policy.model,
                alias: policy.alias,
                version: challenger.version,
                reason: "retraining attempt \(attempt.id): \(verdict.reasons.joined(separator: "; "))"
            )
        }
        attempt.state = .promoted
        try await record(
            .promoted,
            of: attempt,
            title: "Promoted version \(challenger.version) to \(policy.alias), "
                + "in place of version \(attempt.championVersion ?? current)",
            numbers: verdict.json
        )
        await ports.alias.follow(model: policy.model)
        return attempt
    }

    private func fail(_ unfinished: RetrainingAttempt, because error: any Error) async {
        var attempt = unfinished
        attempt.failure = "\(error)"
        attempt.state = .failed
        attempt.updatedAt = WallClock.nowMilliseconds()
        do {
            try await attempts.save(attempt)
            try await record(
                .failed,
                of: attempt,
                title: "The retraining failed while \(unfinished.state.rawValue); the champion stays",
                numbers: ["error": .string(attempt.failure)]
            )
        } catch {
            AttemptRunner.logger.error("An attempt could not be stored", ["attempt": attempt.id, "error": "\(error)"])
        }
    }

    private func record(
        _ kind: LoopStep.Kind,
        of attempt: RetrainingAttempt,
        title: String,
        numbers: JSONObject
    ) async throws {
        var links: JSONObject = ["attempt": .string(attempt.id), "policy": .string(policy.name)]
        if attempt.trigger.kind != .manual { links["alert"] = .string(attempt.trigger.id) }
        links["dataset"] = attempt.cut.map { .string($0.name) }
        if let challenger = attempt.challenger {
            links["run_id"] = .string(challenger.runID)
            links["model"] = .string("\(policy.model)@\(challenger.version)")
            links["commit"] = .string(challenger.commit)
        }
        let step = NewLoopStep(
            key: "attempt/\(attempt.id)/\(kind.rawValue)",
            kind: kind,
            title: title,
            row: attempt.row,
            numbers: numbers,
            links: links
        )
        try await journal.record(step, project: attempt.project)
    }

    private func triggerTitle(_ attempt: RetrainingAttempt) -> String {
        attempt.trigger.kind == .manual
            ? "Retraining asked for by \(attempt.trigger.actor): \(attempt.trigger.message)"
            : "Retraining: \(attempt.trigger.message)"
    }

    private func triggerNumbers(_ attempt: RetrainingAttempt) -> JSONObject {
        var numbers = attempt.trigger.json
        numbers["labelled_rows"] = .int(Int64(attempt.labelledRows))
        for (key, value) in attempt.inputs.json.pairs { numbers[key] = value }
        return numbers
    }
}

extension TrainingCut {
    /// The offsets in words.
    fileprivate var place: String {
        guard let range = ranges.first, ranges.count == 1 else { return "from \(ranges.count) partitions" }
        return "offsets \(range.from) to \(range.to - 1)"
    }
}

/// An attempt that lacks what its state promises: the stored record was changed from outside.
enum AttemptError: Error, CustomStringConvertible {
    case missing(String)

    var description: String {
        switch self {
        case .missing(let what): "the stored attempt lacks \(what): start a new one"
        }
    }
}
