/// The P² estimate of one quantile in the memory of five markers (Jain and Chlamtac 1985); equal to river's `Quantile`.
///
/// Without a bound on its error: for one that has, see ``QuantileSketch`` and ``RelativeQuantileSketch``.
package struct StreamingQuantile: Sendable, Hashable, Codable {
    /// The quantile, 0…1.
    package let fraction: Double

    private var heights: [Double] = []
    private var positions = [1.0, 2, 3, 4, 5]
    private var targets: [Double]
    private let steps: [Double]

    /// Makes an empty estimate; a fraction outside 0…1 is drawn to its nearer end.
    package init(_ fraction: Double = 0.5) {
        let q = min(1, max(0, fraction))
        self.fraction = q
        targets = [1, 1 + 2 * q, 1 + 4 * q, 3 + 2 * q, 5]
        steps = [0, q / 2, q, (1 + q) / 2, 1]
    }

    /// Takes one value; NaN and infinities are ignored.
    package mutating func add(_ value: Double) {
        guard value.isFinite else { return }
        guard heights.count == 5 else {
            heights.append(value)
            heights.sort()
            return
        }
        let cell = place(value)
        for index in 0..<5 {
            if index >= cell { positions[index] += 1 }
            targets[index] += steps[index]
        }
        for index in 1..<4 { adjust(index) }
    }

    /// The estimate; nil before the first value.
    package var value: Double? {
        guard !heights.isEmpty else { return nil }
        guard heights.count == 5 else {
            return heights[min(heights.count - 1, Int(Double(heights.count) * fraction))]
        }
        return heights[2]
    }

    private mutating func place(_ value: Double) -> Int {
        if value < heights[0] {
            heights[0] = value
            return 1
        }
        for index in 1..<5 where value < heights[index] { return index }
        heights[4] = max(heights[4], value)
        return 4
    }

    private mutating func adjust(_ index: Int) {
        let distance = targets[index] - positions[index]
        let (below, above) = (positions[index - 1] - positions[index], positions[index + 1] - positions[index])
        guard (distance >= 1 && above > 1) || (distance <= -1 && below < -1) else { return }
        let step = distance < 0 ? -1.0 : 1.0
        let rising = (heights[index + 1] - heights[index]) / above
        let falling = (heights[index] - heights[index - 1]) / -below
        let parabola = heights[index] + step / (above - below) * ((step - below) * rising + (above - step) * falling)
        if heights[index - 1] < parabola, parabola < heights[index + 1] {
            heights[index] = parabola
        } else {
            heights[index] += step > 0 ? rising : -falling
        }
        positions[index] += step
    }
}
