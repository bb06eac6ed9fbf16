import Testing

@testable import Statistics

struct EstimateBoundsTests {
    private let scores = (0..<400).map { Double($0) / 400 }

    private func bounds(seed: UInt64 = 1) throws -> EstimateBounds {
        try EstimateBounds(scores: scores, calibrated: scores, predictions: scores.map { $0 > 0.5 }, seed: seed)
    }

    @Test func `the range of each metric holds its estimate`() throws {
        let found = try bounds()
        let expected = try EstimatedPerformance(
            scores: scores,
            calibrated: scores,
            predictions: scores.map { $0 > 0.5 }
        )
        #expect(found.accuracy.contains(expected.accuracy))
        #expect(found.precision.contains(expected.precision))
        #expect(found.recall.contains(expected.recall))
        #expect(found.f1.contains(expected.f1))
        let area = try #require(expected.areaUnderCurve)
        #expect(found.areaUnderCurve?.contains(area) == true)
        // The share right of 400 labels varies by about 0.02 on either side.
        #expect((0.04...0.12).contains(found.accuracy.upperBound - found.accuracy.lowerBound))
    }

    @Test func `the same seed draws the same, another one nearly`() throws {
        let (first, second, other) = (try bounds(), try bounds(), try bounds(seed: 2))
        #expect(first == second)
        #expect(abs(other.accuracy.lowerBound - first.accuracy.lowerBound) < 0.03)
    }

    @Test func `labels that are certain leave no room`() throws {
        let certain = [1.0, 1, 0, 0]
        let found = try EstimateBounds(
            scores: [0.9, 0.8, 0.2, 0.1],
            calibrated: certain,
            predictions: [true, true, false, false],
            seed: 1
        )
        #expect(found.accuracy == 1...1)
        #expect(found.areaUnderCurve == 1...1)
    }

    @Test func `one class has no area, and odd columns are refused`() throws {
        let positive = try EstimateBounds(scores: [0.9, 0.8], calibrated: [1, 1], predictions: [true, true], seed: 1)
        #expect(positive.areaUnderCurve == nil)
        #expect(throws: UndefinedStatistic(.emptyCurrent)) {
            try EstimateBounds(scores: [], calibrated: [], predictions: [], seed: 1)
        }
        #expect(throws: UndefinedStatistic(.lengthMismatch)) {
            try EstimateBounds(scores: [1], calibrated: [], predictions: [true], seed: 1)
        }
        #expect(throws: UndefinedStatistic(.notFinite)) {
            try EstimateBounds(scores: [.nan], calibrated: [0.5], predictions: [true], seed: 1)
        }
    }
}
