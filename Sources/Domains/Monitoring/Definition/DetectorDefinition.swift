package import JSON
package import Statistics

/// A change detector that a monitor runs over its rows, one value at a time.
package struct DetectorDefinition: Sendable, Hashable {
    /// What it watches.
    package enum Series: Sendable, Hashable {
        /// The numbers of a monitored column.
        case column(String)
        /// What the champion got wrong: 1 for a wrong class and 0 for a right one, or the absolute error of a number.
        case errors
        /// What the champion says: its probability, or its number.
        case predictions
    }

    /// The series.
    package var series: Series

    /// How it looks for a change.
    package var method: DetectorMethod

    /// The method's parameters by the names that river gives them; those that are missing have river's defaults.
    package var parameters: [String: JSONValue]

    /// How serious its alert is.
    package var severity = AlertSeverity.warn

    /// So many rows without another change end its alert; nil for two windows of rows, or 10,000 rows.
    package var quietRows: Int?

    /// Describes a detector.
    package init(_ series: Series, _ method: DetectorMethod, parameters: [String: JSONValue] = [:]) {
        self.series = series
        self.method = method
        self.parameters = parameters
    }

    /// What it is called among the detectors of its monitor, such as `column.temperature.adwin` or `errors.hddm_a`.
    package var key: String {
        switch series {
        case .column(let name): "column.\(name).\(method.rawValue)"
        case .errors: "errors.\(method.rawValue)"
        case .predictions: "predictions.\(method.rawValue)"
        }
    }

    /// The parameters as text, in one order.
    var writtenParameters: String {
        JSONValue.object(JSONObject(parameters.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })).description
    }

    /// The detector, which has seen nothing.
    func fresh() throws(DetectorParameterError) -> NamedDetector {
        var values: [String: Double] = [:]
        for (name, value) in parameters {
            if let number = value.doubleValue {
                values[name] = number
            } else {
                values[name] = try method.number(value.stringValue ?? value.description, of: name)
            }
        }
        return try method.detector(values)
    }

    /// Whether it looks at what one champion version does, so that another version begins anew.
    var isOfChampion: Bool {
        if case .column = series { false } else { true }
    }
}

/// What the values of a series can be.
enum DetectorValues: Sendable, Hashable {
    case numbers
    /// Between 0 and 1.
    case shares
    /// 1 for a wrong prediction, 0 for a right one.
    case mistakes
}

extension DetectorMethod {
    /// What it was made for.
    var takes: Set<DetectorValues> {
        switch self {
        case .adwin, .pageHinkley: [.numbers, .shares, .mistakes]
        case .kswin: [.numbers, .shares]
        case .hddmA, .hddmW: [.shares, .mistakes]
        case .ddm, .eddm, .fhddm: [.mistakes]
        }
    }
}

extension MonitorDefinition {
    /// The most detectors of one monitor.
    package static let maximumDetectors = 200

    /// Rows without another change that end a detector's alert.
    func quietRows(_ detector: DetectorDefinition) -> Int64 {
        if let rows = detector.quietRows { return Int64(rows) }
        return window.rowLimit.map { 2 * Int64($0) } ?? 10_000
    }

    /// What is wrong with the detectors: a field and a problem; nil where nothing is.
    var detectorProblem: (field: String, problem: String)? {
        if detectors.isEmpty { return nil }
        if dataset != nil { return ("detectors", "watch the rows of a topic one by one, and a dataset has none") }
        if detectors.count > Self.maximumDetectors {
            return ("detectors", "has \(detectors.count) entries: at most \(Self.maximumDetectors) run in one monitor")
        }
        for (index, detector) in detectors.enumerated() {
            let field = "detectors[\(index)]"
            if let problem = problem(of: detector) { return (field, problem) }
            if detectors[..<index].contains(where: { $0.key == detector.key }) {
                return (field, "watches the same by the same method as another one: keep one of them")
            }
        }
        return nil
    }

    private func problem(of detector: DetectorDefinition) -> String? {
        if let rows = detector.quietRows, !(1...1_000_000_000).contains(rows) {
            return "has quietRows \(rows): use 1 to 1,000,000,000"
        }
        let values: DetectorValues
        switch detector.series {
        case .column(let name):
            guard let column = columns.first(where: { $0.name == name }) else {
                let known = columns.filter { $0.kind == .numeric }.map(\.name).joined(separator: ", ")
                return "watches the column '\(name)', which is not among the monitor's columns: \(known)"
            }
            guard column.kind == .numeric else { return "watches '\(name)', whose values are categories, not numbers" }
            values = .numbers
        case .errors:
            guard !predictionTopics.isEmpty, labelsTopic != nil else {
                return "watches errors, which need predictions and labels: name their topics"
            }
            values = task == .regression ? .numbers : .mistakes
        case .predictions:
            guard !predictionTopics.isEmpty else { return "watches predictions: name the champion's topic of them" }
            guard task != .multiclass else {
                return "watches predictions, and those of a multiclass model are no numbers: watch errors"
            }
            values = task == .regression ? .numbers : .shares
        }
        guard detector.method.takes.contains(values) else { return detector.misfit(values) }
        do {
            _ = try detector.fresh()
            return nil
        } catch {
            return "cannot be set up: \(error.message)"
        }
    }
}

extension DetectorDefinition {
    /// Why its method is not for these values, and which ones are.
    fileprivate func misfit(_ values: DetectorValues) -> String {
        let what =
            switch values {
            case .numbers: "numbers of any size"
            case .shares: "probabilities"
            case .mistakes: "only 0 and 1"
            }
        let wants =
            switch method {
            case .ddm, .eddm, .fhddm: "right and wrong predictions (0 and 1)"
            case .hddmA, .hddmW: "values between 0 and 1"
            case .kswin, .adwin, .pageHinkley: "numbers that differ, whose distribution it compares"
            }
        let fitting = DetectorMethod.allCases.filter { $0.takes.contains(values) }.map(\.rawValue)
        return "uses \(method.rawValue), which watches \(wants), and this series has \(what): "
            + "use \(fitting.joined(separator: ", "))"
    }
}
