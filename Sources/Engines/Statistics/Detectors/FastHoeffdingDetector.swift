import Glibc

/// FHDDM (Pesaranghader 2016): the share of ones in a sliding window against its highest, by Hoeffding's bound.
///
/// Feed it 1 for a right prediction: it sees a falling share only. With a second, short window it sees abrupt falls
/// sooner (FHDDMS). Equal to river's `FHDDM` on the same values.
package struct FastHoeffdingDetector: ChangeDetector {
    /// Values in the window.
    package let windowSize: Int
    /// The tolerated chance of a false drift.
    package let confidence: Double
    /// Newest values in the short window; nil for none.
    package let shortWindowSize: Int?

    private var window: [Bool] = []
    private var next = 0
    private var ones = 0
    private var shortOnes = 0
    private var greatest = 0.0
    private var shortGreatest = 0.0
    private var detected = false

    /// Makes a detector; the defaults are river's.
    package init(windowSize: Int = 100, confidence: Double = 1e-6, shortWindowSize: Int? = nil) {
        let size = max(1, windowSize)
        self.windowSize = size
        self.confidence = confidence
        self.shortWindowSize = shortWindowSize.map { min(size, max(1, $0)) }
    }

    /// Takes one value and says what it shows.
    package mutating func update(_ value: Double) -> DetectorVerdict {
        guard value.isFinite else { return .stable }
        if detected {
            self = FastHoeffdingDetector(
                windowSize: windowSize,
                confidence: confidence,
                shortWindowSize: shortWindowSize
            )
        }
        slide(value != 0)
        guard window.count == windowSize else { return .stable }
        detected = falls(ones, windowSize, &greatest)
        if let shortWindowSize, falls(shortOnes, shortWindowSize, &shortGreatest) { detected = true }
        return detected ? .drift : .stable
    }

    private mutating func slide(_ one: Bool) {
        if let shortWindowSize, window.count >= shortWindowSize {
            // The ring wraps only when it is full; before, the newest values are at its end.
            let leaving = (next + window.count - shortWindowSize) % window.count
            if window[leaving] { shortOnes -= 1 }
        }
        if window.count < windowSize {
            window.append(one)
        } else {
            if window[next] { ones -= 1 }
            window[next] = one
            next = (next + 1) % windowSize
        }
        if one {
            ones += 1
            shortOnes += 1
        }
    }

    private func falls(_ ones: Int, _ size: Int, _ greatest: inout Double) -> Bool {
        let share = Double(ones) / Double(size)
        greatest = max(greatest, share)
        return greatest - share > (log(1 / confidence) / (2 * Double(size))).squareRoot()
    }
}
