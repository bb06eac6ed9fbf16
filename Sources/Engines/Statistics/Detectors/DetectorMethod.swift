/// The change detectors by name, with their parameters by the names that river gives them.
package enum DetectorMethod: String, Sendable, Hashable, Codable, CaseIterable {
    /// Adaptive windowing, of any value: the default for live values.
    case adwin
    /// Page and Hinkley's test, of any value.
    case pageHinkley = "page_hinkley"
    /// A Kolmogorov-Smirnov test of the newest values in a window, of any value.
    case kolmogorovSmirnov = "kswin"
    /// The drift detection method, of errors.
    case errorRate = "ddm"
    /// The early drift detection method, of errors.
    case errorDistance = "eddm"
    /// Hoeffding's bound on averages, of errors or other values from 0 to 1: the default for errors.
    case hoeffdingAverage = "hddm_a"
    /// McDiarmid's bound on weighted averages, of errors or other values from 0 to 1.
    case hoeffdingWeighted = "hddm_w"
    /// The fast Hoeffding detector, of successes: 1 is right.
    case fastHoeffding = "fhddm"

    /// What a detector is set up with.
    package struct Parameter: Sendable, Hashable {
        /// Its name, as river has it.
        package let name: String
        /// The value without one given.
        package let standard: Double
        /// The values that make sense.
        package let range: ClosedRange<Double>
        /// Whether it is a whole number.
        package let isWhole: Bool

        fileprivate init(_ name: String, _ standard: Double, _ range: ClosedRange<Double>, isWhole: Bool = false) {
            (self.name, self.standard, self.range, self.isWhole) = (name, standard, range, isWhole)
        }

        fileprivate static func count(_ name: String, _ standard: Double, _ range: ClosedRange<Double>) -> Parameter {
            Parameter(name, standard, range, isWhole: true)
        }

        fileprivate static func share(_ name: String, _ standard: Double) -> Parameter {
            Parameter(name, standard, 1e-12...1)
        }
    }

    /// Whether the detector takes rates, values from 0 to 1, only.
    package var wantsRates: Bool {
        switch self {
        case .adwin, .pageHinkley, .kolmogorovSmirnov: false
        case .errorRate, .errorDistance, .hoeffdingAverage, .hoeffdingWeighted, .fastHoeffding: true
        }
    }

    /// What the detector is set up with, all as numbers: a flag is 0 or 1, Page-Hinkley's `mode` 1 for rises, -1 for falls
    /// and 0 for both, KSWIN's `seed` -1 to compare with all older values, FHDDM's `short_window_size` 0 for none.
    ///
    /// Windows are bounded, so that no declaration costs more than some kilobytes.
    package var parameters: [Parameter] {
        switch self {
        case .adwin:
            [
                .share("delta", 0.002), .count("clock", 32, 1...1e6), .count("max_buckets", 5, 1...1_000),
                .count("min_window_length", 5, 1...1e6), .count("grace_period", 10, 1...1e6),
            ]
        case .pageHinkley:
            [
                .count("min_instances", 30, 0...1e9), Parameter("delta", 0.005, 0...1e12),
                Parameter("threshold", 50, 0...1e15), .share("alpha", 0.9999), .count("mode", 0, -1...1),
            ]
        case .kolmogorovSmirnov:
            [
                .share("alpha", 0.005), .count("window_size", 100, 4...10_000), .count("stat_size", 30, 2...5_000),
                .count("seed", -1, -1...4_294_967_295),
            ]
        case .errorRate:
            [
                .count("warm_start", 30, 0...1e9), Parameter("warning_threshold", 2, 0...100),
                Parameter("drift_threshold", 3, 0...100),
            ]
        case .errorDistance:
            [.count("warm_start", 30, 0...1e9), .share("alpha", 0.95), .share("beta", 0.9)]
        case .hoeffdingAverage: Self.hoeffding
        case .hoeffdingWeighted: Self.hoeffding + [.share("lambda_val", 0.05)]
        case .fastHoeffding:
            [
                .count("sliding_window_size", 100, 2...100_000), .share("confidence_level", 1e-6),
                .count("short_window_size", 0, 0...100_000),
            ]
        }
    }

    private static let hoeffding: [Parameter] = [
        .share("drift_confidence", 0.001), .share("warning_confidence", 0.005),
        .count("two_sided_test", 0, 0...1),
    ]

    /// A detector that has seen nothing, with river's defaults where `values` says nothing.
    ///
    /// - Throws: ``DetectorParameterError`` for a name that the method does not have, or a value that makes no sense.
    package func detector(_ values: [String: Double] = [:]) throws(DetectorParameterError) -> NamedDetector {
        for (name, value) in values.sorted(by: { $0.key < $1.key }) {
            guard let parameter = parameters.first(where: { $0.name == name }) else {
                let known = parameters.map(\.name).joined(separator: ", ")
                throw DetectorParameterError(message: "\(rawValue) has no parameter '\(name)'; it has \(known)")
            }
            guard parameter.range.contains(value), !parameter.isWhole || value == value.rounded() else {
                let (low, high) = (parameter.range.lowerBound, parameter.range.upperBound)
                let what = parameter.isWhole ? "a whole number" : "a number"
                throw DetectorParameterError(
                    message: "'\(name)' of \(rawValue) is \(what) from \(low) to \(high), not \(value)"
                )
            }
        }
        let given = Dictionary(uniqueKeysWithValues: parameters.map { ($0.name, values[$0.name] ?? $0.standard) })
        return made { given[$0] ?? 0 }
    }

    private func made(_ value: (String) -> Double) -> NamedDetector {
        func whole(_ name: String) -> Int { Int(value(name)) }
        switch self {
        case .adwin:
            return .adwin(
                AdaptiveWindow(
                    delta: value("delta"),
                    clock: whole("clock"),
                    maximumBuckets: whole("max_buckets"),
                    minimumLength: whole("min_window_length"),
                    gracePeriod: whole("grace_period")
                )
            )
        case .pageHinkley:
            return .pageHinkley(
                PageHinkley(
                    minimumCount: whole("min_instances"),
                    delta: value("delta"),
                    threshold: value("threshold"),
                    alpha: value("alpha"),
                    direction: [-1: .down, 1: .up][value("mode")] ?? .both
                )
            )
        case .kolmogorovSmirnov:
            return .kolmogorovSmirnov(
                KolmogorovSmirnovWindow(
                    alpha: value("alpha"),
                    windowSize: whole("window_size"),
                    newestCount: whole("stat_size"),
                    seed: value("seed") < 0 ? nil : UInt32(value("seed"))
                )
            )
        case .errorRate:
            return .errorRate(
                DriftDetectionMethod(
                    warmStart: whole("warm_start"),
                    warningThreshold: value("warning_threshold"),
                    driftThreshold: value("drift_threshold")
                )
            )
        case .errorDistance:
            return .errorDistance(
                EarlyDriftDetectionMethod(warmStart: whole("warm_start"), alpha: value("alpha"), beta: value("beta"))
            )
        case .hoeffdingAverage:
            return .hoeffdingAverage(
                HoeffdingAverageDetector(
                    driftConfidence: value("drift_confidence"),
                    warningConfidence: value("warning_confidence"),
                    twoSided: value("two_sided_test") == 1
                )
            )
        case .hoeffdingWeighted:
            return .hoeffdingWeighted(
                HoeffdingWeightedDetector(
                    driftConfidence: value("drift_confidence"),
                    warningConfidence: value("warning_confidence"),
                    lambda: value("lambda_val"),
                    twoSided: value("two_sided_test") == 1
                )
            )
        case .fastHoeffding:
            return .fastHoeffding(
                FastHoeffdingDetector(
                    windowSize: whole("sliding_window_size"),
                    confidence: value("confidence_level"),
                    shortWindowSize: whole("short_window_size") > 0 ? whole("short_window_size") : nil
                )
            )
        }
    }
}

/// A detector cannot be set up as it was asked for.
package struct DetectorParameterError: Error, Sendable, Hashable {
    /// What is wrong, and what would be right.
    package let message: String
}

/// A detector of one of the methods; a value like each of them, to be stored without knowing which it is.
package enum NamedDetector: ChangeDetector {
    case adwin(AdaptiveWindow)
    case pageHinkley(PageHinkley)
    case kolmogorovSmirnov(KolmogorovSmirnovWindow)
    case errorRate(DriftDetectionMethod)
    case errorDistance(EarlyDriftDetectionMethod)
    case hoeffdingAverage(HoeffdingAverageDetector)
    case hoeffdingWeighted(HoeffdingWeightedDetector)
    case fastHoeffding(FastHoeffdingDetector)

    /// Takes one value and says what it shows.
    package mutating func update(_ value: Double) -> DetectorVerdict {
        switch self {
        case .adwin(var detector): updated(&detector, value, Self.adwin)
        case .pageHinkley(var detector): updated(&detector, value, Self.pageHinkley)
        case .kolmogorovSmirnov(var detector): updated(&detector, value, Self.kolmogorovSmirnov)
        case .errorRate(var detector): updated(&detector, value, Self.errorRate)
        case .errorDistance(var detector): updated(&detector, value, Self.errorDistance)
        case .hoeffdingAverage(var detector): updated(&detector, value, Self.hoeffdingAverage)
        case .hoeffdingWeighted(var detector): updated(&detector, value, Self.hoeffdingWeighted)
        case .fastHoeffding(var detector): updated(&detector, value, Self.fastHoeffding)
        }
    }

    /// Takes values in order, and tells those at which there was something to say.
    ///
    /// The detector is taken out of its name once, so a block costs what the detector alone does.
    package mutating func update(
        _ values: UnsafeBufferPointer<Double>,
        _ found: (_ index: Int, DetectorVerdict) -> Void
    ) {
        switch self {
        case .adwin(var detector): updated(&detector, values, Self.adwin, found)
        case .pageHinkley(var detector): updated(&detector, values, Self.pageHinkley, found)
        case .kolmogorovSmirnov(var detector): updated(&detector, values, Self.kolmogorovSmirnov, found)
        case .errorRate(var detector): updated(&detector, values, Self.errorRate, found)
        case .errorDistance(var detector): updated(&detector, values, Self.errorDistance, found)
        case .hoeffdingAverage(var detector): updated(&detector, values, Self.hoeffdingAverage, found)
        case .hoeffdingWeighted(var detector): updated(&detector, values, Self.hoeffdingWeighted, found)
        case .fastHoeffding(var detector): updated(&detector, values, Self.fastHoeffding, found)
        }
    }

    private mutating func updated<Detector: ChangeDetector>(
        _ detector: inout Detector,
        _ value: Double,
        _ named: (Detector) -> NamedDetector
    ) -> DetectorVerdict {
        // The only reference to its buffers from here on, or each value would copy them.
        self = .errorRate(DriftDetectionMethod())
        let verdict = detector.update(value)
        self = named(detector)
        return verdict
    }

    private mutating func updated<Detector: ChangeDetector>(
        _ detector: inout Detector,
        _ values: UnsafeBufferPointer<Double>,
        _ named: (Detector) -> NamedDetector,
        _ found: (_ index: Int, DetectorVerdict) -> Void
    ) {
        self = .errorRate(DriftDetectionMethod())
        for index in values.indices {
            let verdict = detector.update(values[index])
            if verdict != .stable { found(index, verdict) }
        }
        self = named(detector)
    }
}
