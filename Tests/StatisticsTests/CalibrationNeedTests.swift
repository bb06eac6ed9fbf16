import Glibc
import Testing

@testable import Statistics

struct CalibrationNeedTests {
    /// Scores whose log-odds are `slope` times the true ones.
    private func rows(_ count: Int, slope: Double) -> (scores: [Double], labels: [Bool]) {
        let chances = (0..<count).map { (Double($0) * 0.618_033_988_749_894_9).truncatingRemainder(dividingBy: 1) }
        let labels = (0..<count).map { index in
            (Double(index) * 0.754_877_666_246_692_7).truncatingRemainder(dividingBy: 1) < chances[index]
        }
        guard slope != 1 else { return (chances, labels) }
        return (chances.map { 1 / (1 + exp(-slope * log(max(1e-6, $0) / (1 - max(1e-6, $0))))) }, labels)
    }

    /// NannyML 0.13: expected calibration errors 0.079 and 0.113; 0.062 and 0.047; 0.028 and 0.040; 0.114 and 0.040.
    @Test(arguments: [(200, 1.0, false), (500, 1.0, true), (1_000, 1.0, false), (1_000, 2.0, true)])
    func `scores are calibrated where NannyML calibrates them`(count: Int, slope: Double, isNeeded: Bool) throws {
        let rows = rows(count, slope: slope)
        let calibration = try NeededCalibration(scores: rows.scores, labels: rows.labels)
        #expect(calibration.changesScores == isNeeded)
        if !isNeeded { #expect(calibration.probability(of: 0.123) == 0.123) }
    }

    @Test func `one class and scores that tell the classes apart need none, and too few rows to tell do`() {
        let rising = (0..<50).map { Double($0) / 50 }
        #expect(!CalibrationNeed.isNeeded(scores: rising, labels: rising.map { _ in true }))
        #expect(!CalibrationNeed.isNeeded(scores: rising, labels: rising.map { $0 > 0.5 }))
        #expect(CalibrationNeed.isNeeded(scores: [0.1, 0.2, 0.3], labels: [true, false, true]))
    }

    @Test func `permutations are those of numpy's generator`() {
        var generator = MersenneTwister(legacyNumpySeed: 42)
        #expect(generator.permutation(10) == [8, 1, 5, 0, 7, 2, 9, 4, 3, 6])
        #expect(generator.permutation(7) == [4, 1, 0, 3, 5, 6, 2])
        #expect(generator.permutation(1_000).prefix(5) == [916, 31, 507, 518, 215])
        var other = MersenneTwister(legacyNumpySeed: 42)
        other.skipShuffle(10)
        #expect(other.permutation(7) == [4, 1, 0, 3, 5, 6, 2])
    }

    @Test func `scores less than 1e-15 apart are one, as with scikit-learn`() throws {
        let map = try IsotonicCalibration(scores: [1e-17, 3e-16, 0.5], labels: [false, true, true])
        #expect(map.scores == [1e-17, 0.5] && map.probabilities == [0.5, 1])
    }

    /// Numbers of NannyML's `auroc_sampling_error_components`.
    @Test func `a positive below all others does not vary the area under the curve`() {
        let few = SamplingError.ofBinary(
            scores: [0.05, 0.1, 0.3, 0.35, 0.5, 0.6, 0.7, 0.9],
            predictions: Array(repeating: false, count: 8),
            labels: [true, false, true, false, false, false, true, false]
        )
        #expect(agrees(few["roc_auc"]?.error(rows: 8) ?? .nan, 0.3 / (8 * 0.375).squareRoot()))
        let many = SamplingError.ofBinary(
            scores: [0.95, 0.9, 0.1, 0.3, 0.35, 0.5, 0.6, 0.7, 0.75, 0.8],
            predictions: Array(repeating: false, count: 10),
            labels: [false, true, true, false, true, true, true, false, true, true]
        )
        #expect(agrees(many["roc_auc"]?.error(rows: 10) ?? .nan, 0.2142857142857143 / (10 * 0.3).squareRoot()))
    }
}
