import Testing

@testable import Retraining

@Suite struct RetrainingGateTests {
    private let labels = (0..<200).map { $0 % 2 == 0 }

    /// Probabilities that rank `right` of every 10 positive rows above all negative ones.
    private func scores(right: Int) -> [Double] {
        labels.enumerated().map { index, label in
            label ? (index / 2 % 10 < right ? 0.9 : 0.1) : 0.5
        }
    }

    private func judge(_ gate: RetrainingPolicy.Gate, champion: Int, challenger: Int) -> GateVerdict {
        gate.judge(
            HoldOutScores(
                labels: labels,
                champion: scores(right: champion),
                challenger: scores(right: challenger),
                offsets: 10...209
            )
        )
    }

    @Test func `a better challenger passes with both models' numbers on the same rows`() {
        let verdict = judge(.init(minimumGain: 0.02), champion: 6, challenger: 8)
        #expect(verdict.passed)
        #expect(verdict.numbers.rows == 200)
        #expect(verdict.numbers.champion.auc == 0.6)
        #expect(verdict.numbers.challenger.auc == 0.8)
        #expect(verdict.numbers.firstOffset == 10)
        #expect(verdict.numbers.lastOffset == 209)
    }

    @Test func `a worse challenger is refused with the numbers in the first reason`() {
        let verdict = judge(.init(), champion: 8, challenger: 6)
        #expect(!verdict.passed)
        #expect(verdict.reasons.first?.contains("challenger AUC 0.6, champion 0.8") == true)
    }

    @Test func `a challenger below the floor is refused although it gains`() {
        let verdict = judge(.init(minimumAUC: 0.75), champion: 5, challenger: 7)
        #expect(!verdict.passed)
        #expect(verdict.reasons.first?.contains("below 0.75") == true)
    }

    @Test func `too few rows refuse whatever the numbers say`() {
        let verdict = judge(.init(minimumRows: 201), champion: 5, challenger: 10)
        #expect(!verdict.passed)
        #expect(verdict.reasons.first == "only 200 hold-out rows, 201 needed")
    }

    @Test func `rows of one class refuse, since AUC is not defined`() {
        let verdict = RetrainingPolicy.Gate(minimumRows: 1).judge(
            HoldOutScores(labels: [true, true], champion: [0.1, 0.2], challenger: [0.9, 0.8], offsets: 0...1)
        )
        #expect(!verdict.passed)
        #expect(verdict.numbers.challenger.auc == nil)
        #expect(verdict.numbers.challenger.logLoss != nil)
    }
}
