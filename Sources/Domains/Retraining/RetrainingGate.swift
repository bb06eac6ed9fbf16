internal import Statistics

extension RetrainingPolicy.Gate {
    /// Compares both models on the same rows and says whether the challenger may take the champion's place.
    ///
    /// Pure. Where AUC is not defined, since all rows are of one class, nothing passes: the champion stays.
    package func judge(_ scores: HoldOutScores) -> GateVerdict {
        let champion = ModelNumbers(probabilities: scores.champion, labels: scores.labels)
        let challenger = ModelNumbers(probabilities: scores.challenger, labels: scores.labels)
        let numbers = GateNumbers(
            rows: scores.labels.count,
            firstOffset: scores.offsets.lowerBound,
            lastOffset: scores.offsets.upperBound,
            champion: champion,
            challenger: challenger
        )
        var rules = [enoughRows(scores.labels.count)]
        if let before = champion.auc, let after = challenger.auc {
            rules.append(gain(before: before, after: after))
            rules.append(floor(after: after))
        } else {
            rules.append((false, "AUC is not defined on the hold-out rows: all are of one class"))
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
        let numbers = "challenger AUC \(rounded(after)), champion \(rounded(before))"
        return after >= before + minimumGain
            ? (true, "\(numbers): a gain of at least \(rounded(minimumGain))")
            : (false, "\(numbers): less than the gain of \(rounded(minimumGain)) that is asked for")
    }

    private func floor(after: Double) -> Rule {
        after >= minimumAUC
            ? (true, "challenger AUC \(rounded(after)) is at least \(rounded(minimumAUC))")
            : (false, "challenger AUC \(rounded(after)) is below \(rounded(minimumAUC))")
    }

    private func rounded(_ value: Double) -> Double {
        (value * 10_000).rounded() / 10_000
    }
}

extension ModelNumbers {
    /// Computes the numbers of probabilities of class 1; equal to scikit-learn's.
    package init(probabilities: [Double], labels: [Bool]) {
        auc = try? ReceiverOperatingCharacteristic.areaUnderCurve(scores: probabilities, labels: labels)
        let confusion = try? BinaryConfusion(predictions: probabilities.map { $0 >= 0.5 }, labels: labels)
        f1 = confusion?.f1
        logLoss = try? ProbabilityLoss.logarithmic(probabilities: probabilities, labels: labels)
        brier = try? ProbabilityLoss.brier(probabilities: probabilities, labels: labels)
    }
}
