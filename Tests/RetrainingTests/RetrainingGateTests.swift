import JSON
import Testing

@testable import Retraining

@Suite struct RetrainingGateTests {
    private let labels = (0..<200).map { $0 % 2 == 0 ? 1.0 : 0 }

    /// Probabilities that rank `right` of every 10 positive rows above all negative ones.
    private func scores(right: Int) -> [Double] {
        labels.enumerated().map { index, label in
            label == 1 ? (index / 2 % 10 < right ? 0.9 : 0.1) : 0.5
        }
    }

    private func judge(_ gate: RetrainingPolicy.Gate, champion: Int, challenger: Int) -> GateVerdict {
        gate.judge(
            HoldOutScores(
                task: .binary,
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
        #expect(verdict.numbers.champion[.auc] == 0.6)
        #expect(verdict.numbers.challenger[.auc] == 0.8)
        #expect(verdict.numbers.offsets == 10...209)
    }

    @Test func `a worse challenger is refused with the numbers in the first reason`() {
        let verdict = judge(.init(), champion: 8, challenger: 6)
        #expect(!verdict.passed)
        #expect(verdict.reasons.first?.contains("challenger AUC 0.6, champion 0.8") == true)
    }

    @Test func `a challenger below the floor is refused although it gains`() {
        let verdict = judge(.init(limit: 0.75), champion: 5, challenger: 7)
        #expect(!verdict.passed)
        #expect(verdict.reasons.first?.contains("below 0.75") == true)
        #expect(!judge(.init(), champion: 3, challenger: 4).passed, "a coin would be better")
    }

    @Test func `too few rows refuse whatever the numbers say`() {
        let verdict = judge(.init(minimumRows: 201), champion: 5, challenger: 10)
        #expect(!verdict.passed)
        #expect(verdict.reasons.first == "only 200 hold-out rows, 201 needed")
    }

    @Test func `rows of one class refuse, since AUC is not defined`() {
        let verdict = RetrainingPolicy.Gate(minimumRows: 1).judge(
            HoldOutScores(
                task: .binary,
                labels: [1, 1],
                champion: [0.1, 0.2],
                challenger: [0.9, 0.8],
                offsets: 0...1
            )
        )
        #expect(!verdict.passed)
        #expect(verdict.reasons.first?.contains("AUC is not defined") == true)
        #expect(verdict.numbers.challenger[.auc] == nil)
        #expect(verdict.numbers.challenger[.logLoss] != nil)
        #expect(verdict.json["challenger"]?["auc"] == JSONValue.null)
    }

    @Test func `a loss is better when it is smaller, and its limit is a ceiling`() {
        var gate = RetrainingPolicy.Gate(metric: .brier, minimumGain: 0.01, limit: 0.25)
        #expect(judge(gate, champion: 6, challenger: 8).passed)
        #expect(!judge(gate, champion: 8, challenger: 6).passed)
        gate.limit = 0.1
        let verdict = judge(gate, champion: 6, challenger: 8)
        #expect(verdict.reasons.first?.contains("above 0.1") == true)
    }

    // MARK: Other tasks

    @Test func `a regression is judged by its mean absolute error`() {
        let truth = (0..<100).map(Double.init)
        func judge(_ gate: RetrainingPolicy.Gate, champion: Double, challenger: Double) -> GateVerdict {
            gate.judge(
                HoldOutScores(
                    task: .regression,
                    labels: truth,
                    champion: truth.map { $0 + champion },
                    challenger: truth.map { $0 - challenger },
                    offsets: nil
                )
            )
        }
        let better = judge(.init(task: .regression), champion: 3, challenger: 2)
        #expect(better.passed)
        #expect(better.numbers.metric == .meanAbsoluteError)
        #expect(better.numbers.challenger[.meanAbsoluteError] == 2)
        #expect(better.numbers.challenger[.rootMeanSquaredError] == 2)
        #expect(better.numbers.challenger[.auc] == nil)
        #expect(better.reasons.contains("challenger MAE 2.0, champion 3.0: a gain of at least 0.0"))
        #expect(!judge(.init(task: .regression), champion: 2, challenger: 3).passed)
        #expect(!judge(.init(task: .regression, minimumGain: 1.5), champion: 3, challenger: 2).passed)
        #expect(!judge(.init(task: .regression, limit: 1.9), champion: 3, challenger: 2).passed)
        #expect(judge(.init(task: .regression, metric: .determination), champion: 3, challenger: 2).passed)
        let wild = judge(.init(task: .regression), champion: 3, challenger: .nan)
        #expect(!wild.passed && wild.reasons.first?.contains("MAE is not defined") == true)
    }

    @Test func `several classes count alike, so that giving up a rare one is no gain`() {
        // 90 rows of class 0, 10 of class 1: the challenger says 0 always, the champion finds all of 1 and errs on 0.
        let truth = (0..<100).map { $0 < 90 ? 0.0 : 1 }
        let champion = (0..<100).map { $0 < 12 ? 2.0 : truth[$0] }
        let scores = HoldOutScores(
            task: .multiclass,
            labels: truth,
            champion: champion,
            challenger: truth.map { _ in 0 },
            offsets: 0...99
        )
        let byMean = RetrainingPolicy.Gate(task: .multiclass).judge(scores)
        #expect(byMean.numbers.metric == .f1)
        #expect(!byMean.passed)
        let byShare = RetrainingPolicy.Gate(task: .multiclass, metric: .accuracy).judge(scores)
        #expect(byShare.passed)
        #expect(byShare.numbers.champion[.accuracy] == 0.88)
        #expect(byShare.numbers.challenger[.accuracy] == 0.9)
    }

    @Test func `a metric that the task lacks lets nothing pass`() {
        let scores = HoldOutScores(task: .regression, labels: [1], champion: [2], challenger: [1], offsets: nil)
        #expect(!RetrainingPolicy.Gate(task: .regression, metric: .auc, minimumRows: 1).judge(scores).passed)
    }

    // MARK: How sure the gain is

    @Test func `a small gain on few rows passes, unless it must be sure`() throws {
        let gate = RetrainingPolicy.Gate(limit: 0)
        #expect(judge(gate, champion: 6, challenger: 7).passed)
        var sure = gate
        sure.confidence = 0.999
        let unsure = judge(sure, champion: 9, challenger: 9)
        #expect(!unsure.passed, "a tie keeps the champion")
        #expect(unsure.numbers.paired?.lowerBound == 0)
        let clear = judge(sure, champion: 3, challenger: 9)
        let paired = try #require(clear.numbers.paired)
        #expect(clear.passed)
        #expect(paired.draws == 2_000)
        #expect(paired.lowerBound > 0.4 && paired.lowerBound < paired.gain)
        #expect(judge(sure, champion: 3, challenger: 9).numbers.paired == paired, "the seed is fixed")
    }

    @Test func `chance gains are refused, and a tolerance lets an equal challenger pass`() {
        // Each model errs on other rows, about as often.
        let truth = (0..<200).map { _ in 0.0 }
        let scores = HoldOutScores(
            task: .regression,
            labels: truth,
            champion: (0..<200).map { Double($0 * 7 % 13) },
            challenger: (0..<200).map { Double($0 * 5 % 13) * 0.99 },
            offsets: nil
        )
        var gate = RetrainingPolicy.Gate(task: .regression)
        #expect(gate.judge(scores).passed)
        gate.confidence = 0.95
        let verdict = gate.judge(scores)
        #expect(!verdict.passed)
        #expect(verdict.reasons.first?.hasPrefix("with 95.0 % confidence the gain in MAE is above -") == true)
        gate.tolerance = 2
        #expect(gate.judge(scores).passed)
    }

    // MARK: What is stored

    @Test func `a verdict reads back as it was stored`() throws {
        var gate = RetrainingPolicy.Gate(metric: .logLoss)
        gate.confidence = 0.9
        let verdict = judge(gate, champion: 6, challenger: 8)
        #expect(GateVerdict(json: .object(verdict.json)) == verdict)
    }

    @Test func `a verdict from before gates had a metric compared by AUC`() throws {
        let stored = """
            {"passed":true,"reasons":["a gain"],"rows":150,"first_offset":8620,"last_offset":8769,
             "champion":{"auc":0.4,"f1":0.1,"log_loss":0.9,"brier":0.3},
             "challenger":{"auc":0.8,"f1":0.5,"log_loss":0.5,"brier":null}}
            """
        let verdict = try #require(GateVerdict(json: try JSONValue.parse(stored)))
        #expect(verdict.numbers.task == .binary && verdict.numbers.metric == .auc)
        #expect(verdict.numbers.champion.values == [.auc: 0.4, .f1: 0.1, .logLoss: 0.9, .brier: 0.3])
        #expect(verdict.numbers.challenger[.auc] == 0.8)
        #expect(verdict.numbers.offsets == 8620...8769)
        #expect(verdict.numbers.paired == nil)
    }
}
