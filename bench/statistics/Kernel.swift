import Statistics

/// What is timed: a function of columns that gives one number, so that both sides can be seen to have found the same.
struct Kernel {
    /// How many columns it takes.
    let columns: Int
    let body: ([[Double]]) throws -> Double

    static var names: String { all.keys.sorted().joined(separator: ", ") }

    /// By name.
    static var all: [String: Kernel] {
        [
            "ks": Kernel(columns: 2) { columns in
                let contrast = try ColumnContrast(
                    reference: NumberColumn(columns[0]),
                    current: NumberColumn(columns[1])
                )
                return Double(contrast.scaledDistance) / (Double(columns[0].count) * Double(columns[1].count))
            },
            "wasserstein": Kernel(columns: 2) { columns in
                try ColumnContrast(reference: NumberColumn(columns[0]), current: NumberColumn(columns[1])).area
            },
            "mannwhitneyu": ranks { try MannWhitney.test(reference: $0, current: $1).pValue },
            "anderson": ranks { try AndersonDarling.twoSample(reference: $0, current: $1).statistic },
            "cramervonmises": ranks { try CramerVonMises.twoSample(reference: $0, current: $1).statistic },
            "energy": ranks { try EnergyDistance.distance(reference: $0, current: $1) },
            "roc_auc": Kernel(columns: 2) { columns in
                try ReceiverOperatingCharacteristic.areaUnderCurve(
                    scores: columns[0],
                    labels: columns[1].map { $0 == 1 }
                )
            },
            "cbpe": Kernel(columns: 3) { try estimate(scores: $0[0], labels: $0[1], current: $0[2]) },
            "adwin": detector { AdaptiveWindow() },
            "hddm_w": detector { HoeffdingWeightedDetector() },
            "kswin": detector { KolmogorovSmirnovWindow(seed: 42) },
            "page_hinkley": detector { PageHinkley() },
        ]
    }

    private static func ranks(
        _ test: @escaping (SortedSample, SortedSample) throws -> Double
    ) -> Kernel {
        Kernel(columns: 2) { columns in try test(SortedSample(columns[0]), SortedSample(columns[1])) }
    }

    /// The number of detections in a stream.
    private static func detector<Detector: ChangeDetector>(_ make: @escaping () -> Detector) -> Kernel {
        Kernel(columns: 1) { columns in
            var detector = make()
            var fired = 0
            for value in columns[0] where detector.update(value) == .drift { fired += 1 }
            return Double(fired)
        }
    }

    /// Calibrates on the reference, then estimates ten chunks of the current scores; the mean of their areas.
    private static func estimate(scores: [Double], labels: [Double], current: [Double]) throws -> Double {
        let calibration = try NeededCalibration(scores: scores, labels: labels.map { $0 == 1 })
        var sum = 0.0
        for chunk in 0..<10 {
            let rows = Array(current[(current.count * chunk / 10)..<(current.count * (chunk + 1) / 10)])
            let estimate = try EstimatedPerformance(
                scores: rows,
                calibrated: rows.map { calibration.probability(of: $0) },
                predictions: rows.map { $0 >= 0.5 }
            )
            sum += estimate.areaUnderCurve ?? .nan
        }
        return sum / 10
    }
}
