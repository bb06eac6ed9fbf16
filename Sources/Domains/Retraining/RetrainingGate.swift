internal import Statistics

extension RetrainingPolicy.Gate {
    /// Compares both models on the same rows and says whether the challenger may take the champion's place.
    ///
    /// Pure; with a confidence it blocks for as long as the draws take. Where the metric is not defined, as AUC where all
    /// rows are of one class, nothing passes: the champion stays.
    package func judge(_ scores: HoldOutScores) -> GateVerdict {
        let champion = ModelNumbers(scores.task, predictions: scores.champion, labels: scores.labels)
        let challenger = ModelNumbers(scores.task, predictions: scores.challenger, labels: scores.labels)
        var numbers = GateNumbers(
            task: scores.task,
            metric: metric,
            rows: scores.labels.count,
            offsets: scores.offsets,
            champion: champion,
            challenger: challenger
        )
        var rules = [enoughRows(scores.labels.count)]
        do throws(UndefinedStatistic) {
            let before = try metric.value(scores.task, predictions: scores.champion, labels: scores.labels)
            let after = try metric.value(scores.task, predictions: scores.challenger, labels: scores.labels)
            rules.append(gain(before: before, after: after))
            if let limit { rules.append(bound(after: after, limit)) }
            if let confidence {
                let paired = try PairedGain(scores, metric: metric, confidence: confidence)
                numbers.paired = paired
                rules.append(sureness(paired))
            }
        } catch {
            rules.append((false, "\(metric.title) is not defined on the hold-out rows: \(error)"))
        }
        let failed = rules.filter { !$0.passed }.map(\.reason)
        let held = rules.filter { $0.passed }.map(\.reason)
        return GateVerdict(passed: failed.isEmpty, reasons: failed + held, numbers: numbers)
    }

    private typealias Rule = (passed: Bool, reason: String)

    private func enoughRows(_ rows: Int) -> Rule {
        rows >= minimumRows
            ? (true, "\(rows) hold-out rows, at least \(minimumRows) needed")
            : (false, "only \(rows) hold-out rows, \(minimumRows) needed")
    }

    private func gain(before: Double, after: Double) -> Rule {
        let numbers = "challenger \(metric.title) \(rounded(after)), champion \(rounded(before))"
        let isEnough = metric.higherIsBetter ? after >= before + minimumGain : after <= before - minimumGain
        return isEnough
            ? (true, "\(numbers): a gain of at least \(rounded(minimumGain))")
            : (false, "\(numbers): less than the gain of \(rounded(minimumGain)) that is asked for")
    }

    private func bound(after: Double, _ limit: Double) -> Rule {
        let number = "challenger \(metric.title) \(rounded(after))"
        if metric.higherIsBetter {
            return after >= limit
                ? (true, "\(number) is at least \(rounded(limit))") : (false, "\(number) is below \(rounded(limit))")
        }
        return after <= limit
            ? (true, "\(number) is at most \(rounded(limit))") : (false, "\(number) is above \(rounded(limit))")
    }

    /// Strictly above: rows on which both models say the same give a bound of 0, and keep the champion.
    private func sureness(_ paired: PairedGain) -> Rule {
        let numbers =
            "with \(rounded(paired.confidence * 100)) % confidence the gain in \(metric.title) is above "
            + "\(rounded(paired.lowerBound))"
        return paired.lowerBound > -tolerance
            ? (true, "\(numbers), more than \(rounded(-tolerance))")
            : (false, "\(numbers) only, not more than \(rounded(-tolerance))")
    }

    private func rounded(_ value: Double) -> Double {
        // Adding 0 makes the negative zero positive.
        (value * 10_000).rounded() / 10_000 + 0
    }
}
