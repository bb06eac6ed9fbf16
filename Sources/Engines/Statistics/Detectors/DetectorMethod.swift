/// The change detectors by name, with their parameters by the names that river gives them.
package enum DetectorMethod: String, Sendable, Hashable, Codable, CaseIterable {
    /// Adaptive windowing, of any value: the default for live values.
    case adwin
    /// Page and Hinkley's test, of any value.
    case pageHinkley = "page_hinkley"
    /// A Kolmogorov-Smirnov test of the newest values in a window, of any value.
    case kswin
    /// The drift detection method, of errors.
    case ddm
    /// The early drift detection method, of errors.
    case eddm
    /// Hoeffding's bound on averages, of errors or other values from 0 to 1: the default for errors.
    case hddmA = "hddm_a"
    /// McDiarmid's bound on weighted averages, of errors or other values from 0 to 1.
    case hddmW = "hddm_w"
    /// The fast Hoeffding detector, of successes: 1 is right.
    case fhddm

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
        /// The words that river has for some of the numbers.
        package private(set) var words: [String: Double] = [:]

        fileprivate init(_ name: String, _ standard: Double, _ range: ClosedRange<Double>, isWhole: Bool = false) {
            (self.name, self.standard, self.range, self.isWhole) = (name, standard, range, isWhole)
        }

        fileprivate static func count(_ name: String, _ standard: Double, _ range: ClosedRange<Double>) -> Parameter {
            Parameter(name, standard, range, isWhole: true)
        }

        fileprivate static func choice(_ name: String, _ standard: Double, _ words: [String: Double]) -> Parameter {
            let values = words.values
            var parameter = Parameter.count(name, standard, (values.min() ?? 0)...(values.max() ?? 0))
            parameter.words = words
            return parameter
        }

        fileprivate static func share(_ name: String, _ standard: Double) -> Parameter {
            Parameter(name, standard, 1e-12...1)
        }
    }

    /// Whether the detector takes rates, values from 0 to 1, only.
    package var wantsRates: Bool {
        switch self {
        case .adwin, .pageHinkley, .kswin: false
        case .ddm, .eddm, .hddmA, .hddmW, .fhddm: true
        }
    }

    /// What the detector is set up with, all as numbers, for some of which there are words: flags, and Page-Hinkley's `mode`.
    ///
    /// KSWIN's `seed` of -1 compares with all older values, FHDDM's `short_window_size` of 0 is none. Windows are bounded, so that no declaration costs more than some kilobytes.
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
                Parameter("threshold", 50, 0...1e15), .share("alpha", 0.9999),
                .choice("mode", 0, ["up": 1, "down": -1, "both": 0]),
            ]
        case .kswin:
            [
                .share("alpha", 0.005), .count("window_size", 100, 4...10_000), .count("stat_size", 30, 2...5_000),
                .count("seed", -1, -1...4_294_967_295),
            ]
        case .ddm:
            [
                .count("warm_start", 30, 0...1e9), Parameter("warning_threshold", 2, 0...100),
                Parameter("drift_threshold", 3, 0...100),
            ]
        case .eddm:
            [.count("warm_start", 30, 0...1e9), .share("alpha", 0.95), .share("beta", 0.9)]
        case .hddmA: Self.hoeffding
        case .hddmW: Self.hoeffding + [.share("lambda_val", 0.05)]
        case .fhddm:
            [
                .count("sliding_window_size", 100, 2...100_000), .share("confidence_level", 1e-6),
                .count("short_window_size", 0, 0...100_000),
            ]
        }
    }

    private static let hoeffding: [Parameter] = [
        .share("drift_confidence", 0.001), .share("warning_confidence", 0.005),
        .choice("two_sided_test", 0, ["true": 1, "false": 0]),
    ]

    /// A detector that has seen nothing, with river's defaults.
    package var standard: NamedDetector {
        let values = Dictionary(uniqueKeysWithValues: parameters.map { ($0.name, $0.standard) })
        return made { values[$0] ?? 0 }
    }

    /// A detector that has seen nothing, with river's defaults where `values` says nothing.
    ///
    /// - Throws: ``DetectorParameterError`` for a name that the method does not have, or a value that makes no sense.
    package func detector(_ values: [String: Double] = [:]) throws(DetectorParameterError) -> NamedDetector {
        for (name, value) in values.sorted(by: { $0.key < $1.key }) {
            let parameter = try parameter(name)
            guard parameter.range.contains(value), !parameter.isWhole || value == value.rounded() else {
                throw DetectorParameterError(parameter, "\(value)")
            }
        }
        let given = Dictionary(uniqueKeysWithValues: parameters.map { ($0.name, values[$0.name] ?? $0.standard) })
        if self == .kswin, let window = given["window_size"], let newest = given["stat_size"], window < 2 * newest {
            throw DetectorParameterError(
                message: "window_size is below twice the stat_size: newest values are compared with as many older ones"
            )
        }
        return made { given[$0] ?? 0 }
    }

    /// The number that a word stands for, such as `up` of Page-Hinkley's `mode`.
    ///
    /// - Throws: ``DetectorParameterError`` that says what the parameter can be.
    package func number(_ word: String, of name: String) throws(DetectorParameterError) -> Double {
        let parameter = try parameter(name)
        guard let number = parameter.words[word] else { throw DetectorParameterError(parameter, "'\(word)'") }
        return number
    }

    private func parameter(_ name: String) throws(DetectorParameterError) -> Parameter {
        if let parameter = parameters.first(where: { $0.name == name }) { return parameter }
        let known = parameters.map(\.name).joined(separator: ", ")
        throw DetectorParameterError(message: "'\(name)' is no parameter of \(rawValue): it has \(known)")
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
        case .kswin:
            return .kswin(
                KolmogorovSmirnovWindow(
                    alpha: value("alpha"),
                    windowSize: whole("window_size"),
                    newestCount: whole("stat_size"),
                    seed: value("seed") < 0 ? nil : UInt32(value("seed"))
                )
            )
        case .ddm:
            return .ddm(
                DriftDetectionMethod(
                    warmStart: whole("warm_start"),
                    warningThreshold: value("warning_threshold"),
                    driftThreshold: value("drift_threshold")
                )
            )
        case .eddm:
            return .eddm(
                EarlyDriftDetectionMethod(warmStart: whole("warm_start"), alpha: value("alpha"), beta: value("beta"))
            )
        case .hddmA:
            return .hddmA(
                HoeffdingAverageDetector(
                    driftConfidence: value("drift_confidence"),
                    warningConfidence: value("warning_confidence"),
                    twoSided: value("two_sided_test") == 1
                )
            )
        case .hddmW:
            return .hddmW(
                HoeffdingWeightedDetector(
                    driftConfidence: value("drift_confidence"),
                    warningConfidence: value("warning_confidence"),
                    lambda: value("lambda_val"),
                    twoSided: value("two_sided_test") == 1
                )
            )
        case .fhddm:
            return .fhddm(
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

    fileprivate init(message: String) {
        self.message = message
    }

    fileprivate init(_ parameter: DetectorMethod.Parameter, _ given: String) {
        let (low, high) = (parameter.range.lowerBound, parameter.range.upperBound)
        let words = parameter.words.keys.sorted().joined(separator: ", ")
        let what =
            parameter.words.isEmpty
            ? "\(parameter.isWhole ? "a whole number" : "a number") from \(low) to \(high)" : "one of \(words)"
        message = "\(parameter.name) is \(what), not \(given)"
    }
}

/// A detector of one of the methods; a value like each of them, to be stored without knowing which it is.
package enum NamedDetector: ChangeDetector {
    case adwin(AdaptiveWindow)
    case pageHinkley(PageHinkley)
    case kswin(KolmogorovSmirnovWindow)
    case ddm(DriftDetectionMethod)
    case eddm(EarlyDriftDetectionMethod)
    case hddmA(HoeffdingAverageDetector)
    case hddmW(HoeffdingWeightedDetector)
    case fhddm(FastHoeffdingDetector)

    /// Takes one value and says what it shows.
    package mutating func update(_ value: Double) -> DetectorVerdict {
        switch self {
        case .adwin(var detector): updated(&detector, value, Self.adwin)
        case .pageHinkley(var detector): updated(&detector, value, Self.pageHinkley)
        case .kswin(var detector): updated(&detector, value, Self.kswin)
        case .ddm(var detector): updated(&detector, value, Self.ddm)
        case .eddm(var detector): updated(&detector, value, Self.eddm)
        case .hddmA(var detector): updated(&detector, value, Self.hddmA)
        case .hddmW(var detector): updated(&detector, value, Self.hddmW)
        case .fhddm(var detector): updated(&detector, value, Self.fhddm)
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
        case .kswin(var detector): updated(&detector, values, Self.kswin, found)
        case .ddm(var detector): updated(&detector, values, Self.ddm, found)
        case .eddm(var detector): updated(&detector, values, Self.eddm, found)
        case .hddmA(var detector): updated(&detector, values, Self.hddmA, found)
        case .hddmW(var detector): updated(&detector, values, Self.hddmW, found)
        case .fhddm(var detector): updated(&detector, values, Self.fhddm, found)
        }
    }

    private mutating func updated<Detector: ChangeDetector>(
        _ detector: inout Detector,
        _ value: Double,
        _ named: (Detector) -> NamedDetector
    ) -> DetectorVerdict {
        // The only reference to its buffers from here on, or each value would copy them.
        self = .ddm(DriftDetectionMethod())
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
        self = .ddm(DriftDetectionMethod())
        for index in values.indices {
            let verdict = detector.update(values[index])
            if verdict != .stable { found(index, verdict) }
        }
        self = named(detector)
    }
}
