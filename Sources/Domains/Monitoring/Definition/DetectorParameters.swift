internal import JSON
internal import Statistics

/// A parameter of a detector's method.
private struct DetectorParameter {
    enum Kind {
        case real(ClosedRange<Double>)
        case whole(ClosedRange<Int64>)
        case flag
        case choice([String])
    }

    let name: String
    let kind: Kind

    static func real(_ name: String, _ range: ClosedRange<Double>) -> Self { Self(name: name, kind: .real(range)) }
    static func whole(_ name: String, _ range: ClosedRange<Int64>) -> Self { Self(name: name, kind: .whole(range)) }
    static func flag(_ name: String) -> Self { Self(name: name, kind: .flag) }

    func problem(_ value: JSONValue) -> String? {
        switch kind {
        case .real(let range):
            if let number = value.doubleValue, range.contains(number) { return nil }
            return "must be a number from \(range.lowerBound) to \(range.upperBound), not \(value)"
        case .whole(let range):
            if let number = value.intValue, range.contains(number) { return nil }
            return "must be a whole number from \(range.lowerBound) to \(range.upperBound), not \(value)"
        case .flag: return value.boolValue == nil ? "must be true or false, not \(value)" : nil
        case .choice(let names):
            if let name = value.stringValue, names.contains(name) { return nil }
            return "must be one of \(names.joined(separator: ", ")), not \(value)"
        }
    }
}

extension ChangeMethod {
    /// A chance of a false alarm, or the like; never 0, at which nothing would ever be found.
    private static let chance = 1e-15...1.0
    private static let counts: ClosedRange<Int64> = 1...1_000_000

    private var known: [DetectorParameter] {
        switch self {
        case .adwin:
            [
                .real("delta", Self.chance), .whole("clock", Self.counts), .whole("max_buckets", 1...100),
                .whole("min_window_length", Self.counts), .whole("grace_period", Self.counts),
            ]
        case .hddmA:
            [
                .real("drift_confidence", Self.chance), .real("warning_confidence", Self.chance),
                .flag("two_sided_test"),
            ]
        case .hddmW:
            [
                .real("drift_confidence", Self.chance), .real("warning_confidence", Self.chance),
                .real("lambda_val", 1e-9...1), .flag("two_sided_test"),
            ]
        case .ddm:
            [
                .whole("warm_start", Self.counts), .real("warning_threshold", 0.01...1000),
                .real("drift_threshold", 0.01...1000),
            ]
        case .eddm: [.whole("warm_start", Self.counts), .real("alpha", 0...1), .real("beta", 0...1)]
        case .pageHinkley:
            [
                .whole("min_instances", Self.counts), .real("delta", 0...1e300), .real("threshold", 1e-300...1e300),
                .real("alpha", 0...1), DetectorParameter(name: "mode", kind: .choice(["up", "down", "both"])),
            ]
        case .fhddm:
            [
                .whole("sliding_window_size", 2...10_000), .real("confidence_level", Self.chance),
                .whole("short_window_size", 1...10_000),
            ]
        case .kswin:
            [
                .real("alpha", Self.chance), .whole("window_size", 10...1000), .whole("stat_size", 5...500),
                .whole("seed", 0...Int64(UInt32.max)),
            ]
        }
    }

    /// What is wrong with parameters of this method; nil where nothing is.
    func problem(of parameters: [String: JSONValue]) -> String? {
        for (name, value) in parameters.sorted(by: { $0.key < $1.key }) {
            guard let parameter = known.first(where: { $0.name == name }) else {
                let names = known.map(\.name).joined(separator: ", ")
                return "has '\(name)', which is no parameter of \(rawValue): it has \(names)"
            }
            if let problem = parameter.problem(value) { return "has a \(name) that \(problem)" }
        }
        let settings = DetectorSettings(parameters)
        if self == .kswin, settings.int("window_size", 100) < 2 * settings.int("stat_size", 30) {
            return "has a window_size below twice the stat_size: newest values are compared with as many older ones"
        }
        return nil
    }

    /// The detector, new; of parameters in which ``problem(of:)`` found none.
    func makeDetector(_ parameters: [String: JSONValue]) -> any ChangeDetector {
        let settings = DetectorSettings(parameters)
        switch self {
        case .adwin:
            return AdaptiveWindow(
                delta: settings.double("delta", 0.002),
                clock: settings.int("clock", 32),
                maximumBuckets: settings.int("max_buckets", 5),
                minimumLength: settings.int("min_window_length", 5),
                gracePeriod: settings.int("grace_period", 10)
            )
        case .hddmA:
            return HoeffdingAverageDetector(
                driftConfidence: settings.double("drift_confidence", 0.001),
                warningConfidence: settings.double("warning_confidence", 0.005),
                twoSided: settings.bool("two_sided_test")
            )
        case .hddmW:
            return HoeffdingWeightedDetector(
                driftConfidence: settings.double("drift_confidence", 0.001),
                warningConfidence: settings.double("warning_confidence", 0.005),
                lambda: settings.double("lambda_val", 0.05),
                twoSided: settings.bool("two_sided_test")
            )
        case .ddm:
            return DriftDetectionMethod(
                warmStart: settings.int("warm_start", 30),
                warningThreshold: settings.double("warning_threshold", 2),
                driftThreshold: settings.double("drift_threshold", 3)
            )
        case .eddm:
            return EarlyDriftDetectionMethod(
                warmStart: settings.int("warm_start", 30),
                alpha: settings.double("alpha", 0.95),
                beta: settings.double("beta", 0.9)
            )
        case .pageHinkley:
            return PageHinkley(
                minimumCount: settings.int("min_instances", 30),
                delta: settings.double("delta", 0.005),
                threshold: settings.double("threshold", 50),
                alpha: settings.double("alpha", 0.9999),
                direction: settings.text("mode").flatMap(PageHinkley.Direction.init) ?? .both
            )
        case .fhddm:
            return FastHoeffdingDetector(
                windowSize: settings.int("sliding_window_size", 100),
                confidence: settings.double("confidence_level", 1e-6),
                shortWindowSize: settings.optionalInt("short_window_size")
            )
        case .kswin:
            return KolmogorovSmirnovWindow(
                alpha: settings.double("alpha", 0.005),
                windowSize: settings.int("window_size", 100),
                newestCount: settings.int("stat_size", 30),
                seed: settings.optionalInt("seed").flatMap(UInt32.init(exactly:))
            )
        }
    }

    /// The type of its detectors.
    var detectorType: any ChangeDetector.Type {
        switch self {
        case .adwin: AdaptiveWindow.self
        case .hddmA: HoeffdingAverageDetector.self
        case .hddmW: HoeffdingWeightedDetector.self
        case .ddm: DriftDetectionMethod.self
        case .eddm: EarlyDriftDetectionMethod.self
        case .pageHinkley: PageHinkley.self
        case .fhddm: FastHoeffdingDetector.self
        case .kswin: KolmogorovSmirnovWindow.self
        }
    }
}

/// Parameters that were checked.
private struct DetectorSettings {
    private let values: [String: JSONValue]

    init(_ values: [String: JSONValue]) {
        self.values = values
    }

    func double(_ name: String, _ standard: Double) -> Double { values[name]?.doubleValue ?? standard }
    func int(_ name: String, _ standard: Int) -> Int { optionalInt(name) ?? standard }
    func optionalInt(_ name: String) -> Int? { values[name]?.intValue.flatMap { Int(exactly: $0) } }
    func bool(_ name: String) -> Bool { values[name]?.boolValue ?? false }
    func text(_ name: String) -> String? { values[name]?.stringValue }
}
