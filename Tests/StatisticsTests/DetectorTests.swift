import Foundation
import Testing

@testable import Statistics

struct DetectorTests {
    private static let names = ["ADWIN", "PageHinkley", "DDM", "EDDM", "HDDMA", "HDDMW", "FHDDM", "KSWIN"]

    /// Index of every golden run of a detector that is built here.
    static func runs() throws -> [Int] {
        try GoldenFile.cases("river_detectors").enumerated()
            .filter { names.contains($1["detector"].string) }.map(\.offset)
    }

    private func detector(_ run: GoldenValue) throws -> any ChangeDetector {
        let parameters = run["params"]
        func number(_ name: String, _ standard: Double) -> Double {
            parameters[name].exists ? parameters[name].double : standard
        }
        switch run["detector"].string {
        case "ADWIN":
            return AdaptiveWindow(
                delta: number("delta", 0.002),
                clock: Int(number("clock", 32)),
                maximumBuckets: Int(number("max_buckets", 5)),
                minimumLength: Int(number("min_window_length", 5)),
                gracePeriod: Int(number("grace_period", 10))
            )
        case "PageHinkley":
            return PageHinkley(
                delta: number("delta", 0.005),
                threshold: number("threshold", 50),
                alpha: number("alpha", 0.9999),
                direction: PageHinkley.Direction(rawValue: parameters["mode"].string) ?? .both
            )
        case "DDM":
            return DriftDetectionMethod(
                warmStart: Int(number("warm_start", 30)),
                warningThreshold: number("warning_threshold", 2),
                driftThreshold: number("drift_threshold", 3)
            )
        case "EDDM": return EarlyDriftDetectionMethod(alpha: number("alpha", 0.95), beta: number("beta", 0.9))
        case "HDDMA":
            return HoeffdingAverageDetector(
                driftConfidence: number("drift_confidence", 0.001),
                warningConfidence: number("warning_confidence", 0.005),
                twoSided: parameters["two_sided_test"].bool
            )
        case "HDDMW":
            return HoeffdingWeightedDetector(
                lambda: number("lambda_val", 0.05),
                twoSided: parameters["two_sided_test"].bool
            )
        case "KSWIN":
            return KolmogorovSmirnovWindow(
                alpha: number("alpha", 0.005),
                windowSize: Int(number("window_size", 100)),
                newestCount: Int(number("stat_size", 30)),
                seed: UInt32(number("seed", 0))
            )
        default:
            return FastHoeffdingDetector(
                windowSize: Int(number("sliding_window_size", 100)),
                confidence: number("confidence_level", 1e-6),
                shortWindowSize: parameters["short_window_size"].exists ? parameters["short_window_size"].int : nil
            )
        }
    }

    @Test(arguments: try runs())
    func `fires at the positions of river`(index: Int) throws {
        let run = try GoldenFile.cases("river_detectors")[index]
        let values = try #require(try GoldenFile.byID("inputs_streams")[run["stream"].string])["values"].doubles
        var detector = try detector(run)
        var drifts: [Int] = []
        var warnings: [Int] = []
        for (position, value) in values.enumerated() {
            switch detector.update(value) {
            case .drift: drifts.append(position)
            case .warning: warnings.append(position)
            case .stable: break
            }
        }
        #expect(drifts == run["drift_at"].ints, "\(run["detector"].string) \(run["stream"].string)")
        if run["warning_at"].exists, !run["warning_at"].array.isEmpty {
            // river leaves EDDM's warning up while it drifts
            #expect(warnings == run["warning_at"].ints.filter { !drifts.contains($0) })
        }
    }

    @Test func `the adaptive window holds the mean and spread that river's does`() throws {
        for run in try GoldenFile.cases("river_detectors") where run["detector"].string == "ADWIN" {
            guard let window = try detector(run) as? AdaptiveWindow else { continue }
            var detector = window
            let values = try #require(try GoldenFile.byID("inputs_streams")[run["stream"].string])["values"].doubles
            let trace = Dictionary(uniqueKeysWithValues: run["trace"].array.map { ($0["i"].int, $0) })
            for (position, value) in values.enumerated() {
                _ = detector.update(value)
                guard let expected = trace[position] else { continue }
                #expect(Double(detector.width) == expected["width"].double)
                #expect(agrees(detector.total, expected["total"].double))
                #expect(agrees(detector.mean, expected["estimation"].double))
            }
        }
    }

    @Test func `draws are those of Python's random`() throws {
        for golden in try GoldenFile.cases("river_detectors")
        where golden["detector"].string == "KSWIN_sample_indices" {
            var generator = MersenneTwister(seed: UInt32(golden["params"]["seed"].int))
            var pool: [Int] = []
            for expected in golden["samples"].array {
                var drawn: [Int] = []
                generator.sample(30, below: 70, pool: &pool) { drawn.append($0) }
                #expect(drawn == expected.ints)
            }
        }
    }

    /// Saved in the middle of a stream and restored, a detector must go on as if nothing had happened.
    private func survivesARestart<Detector: ChangeDetector>(_ detector: Detector, _ values: [Double]) throws -> Bool {
        var (whole, first) = (detector, detector)
        for value in values.prefix(1_013) { _ = (whole.update(value), first.update(value)) }
        var second = try JSONDecoder().decode(Detector.self, from: try JSONEncoder().encode(first))
        return values.dropFirst(1_013).allSatisfy { whole.update($0) == second.update($0) } && whole == second
    }

    @Test func `a detector that was saved and restored goes on where it was`() throws {
        let values = try #require(try GoldenFile.byID("inputs_streams")["bern_abrupt"])["values"].doubles
        #expect(try survivesARestart(AdaptiveWindow(), values))
        #expect(try survivesARestart(PageHinkley(), values))
        #expect(try survivesARestart(DriftDetectionMethod(), values))
        #expect(try survivesARestart(EarlyDriftDetectionMethod(), values))
        #expect(try survivesARestart(HoeffdingAverageDetector(), values))
        #expect(try survivesARestart(HoeffdingWeightedDetector(), values))
        #expect(try survivesARestart(FastHoeffdingDetector(shortWindowSize: 20), values))
        #expect(try survivesARestart(KolmogorovSmirnovWindow(seed: 42), values))
        #expect(try survivesARestart(KolmogorovSmirnovWindow(), values))
    }

    @Test func `all older values see a change of spread that the mean does not show`() throws {
        var generator = SplitMix(seed: 3)
        var detector = KolmogorovSmirnovWindow(alpha: 2e-4)
        var fired: [Int] = []
        for index in 0..<2_000 {
            let value = generator.uniform() - 0.5
            if detector.update(index < 1_000 ? value : 100 * value) == .drift { fired.append(index) }
        }
        #expect(fired.count >= 1 && (1_000..<1_100).contains(fired[0]), "\(fired)")
    }

    @Test func `NaN and infinities change nothing`() {
        var detector = AdaptiveWindow()
        for _ in 0..<100 { _ = detector.update(1) }
        let before = detector
        #expect(detector.update(.nan) == .stable)
        #expect(detector.update(.infinity) == .stable)
        #expect(detector == before)
    }

    @Test func `moments of two halves merge to the moments of the whole`() throws {
        let values = try #require(try GoldenFile.byID("inputs_streams")["gauss_abrupt"])["values"].doubles
        var (whole, first, second) = (Moments(), Moments(), Moments())
        for (index, value) in values.enumerated() {
            whole.add(value)
            if index < 700 { first.add(value) } else { second.add(value) }
        }
        first.merge(second)
        #expect(agrees(first.mean, whole.mean))
        #expect(agrees(first.sampleVariance, whole.sampleVariance))
        #expect(first.count == whole.count && first.minimum == whole.minimum && first.maximum == whole.maximum)
        var empty = Moments()
        empty.merge(Moments())
        #expect(empty.sampleVariance == 0 && empty.populationVariance == 0 && empty.mean == 0)
    }
}
