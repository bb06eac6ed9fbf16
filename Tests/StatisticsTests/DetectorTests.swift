import Testing

@testable import Statistics

struct DetectorTests {
    private static let names = ["ADWIN", "PageHinkley", "DDM", "EDDM", "HDDMA", "HDDMW", "FHDDM"]

    /// Index of every golden run of a detector that is built here.
    static func runs() throws -> [Int] {
        try GoldenFile.cases("river_detectors").enumerated()
            .filter { names.contains($1["detector"].string) && !$1["params"]["short_window_size"].exists }.map(\.offset)
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
        default:
            return FastHoeffdingDetector(
                windowSize: Int(number("sliding_window_size", 100)),
                confidence: number("confidence_level", 1e-6)
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
