@testable import Monitoring

/// The records of a small monitored stream, each topic in order, to be read in any interleaving.
struct StreamScript {
    var definition: MonitorDefinition
    /// By source: rows, then one for each role, then labels.
    var sources: [[MonitorEvent]]

    /// A stream of `count` rows scored by a champion, which swaps from version 1 to 2 at `swap`, and a frozen model.
    ///
    /// The champion is right about 80 of 100 rows, and of no use from `breakAt` to
    /// `swap`.
    static func make(
        count: Int,
        definition: MonitorDefinition,
        swap: Int = .max,
        breakAt: Int = .max,
        seed: UInt64 = 1
    ) -> StreamScript {
        var generator = SplitMix(seed: seed)
        var sources: [[MonitorEvent]] = [[], [], [], []]
        var labels: [MonitorEvent.Label] = []
        for row in 0..<count {
            let truth = generator.uniform() < 0.4
            let cells = definition.columns.map { _ in Cell.number(generator.normal()) }
            sources[0].append(.row(.init(offset: Int64(row), time: Int64(row) * 1000, cells: cells)))
            let useful = row < breakAt || row >= swap
            for role in 0..<2 {
                let informed = role == 0 ? useful : row < breakAt
                let center = informed ? (truth ? 0.7 : 0.3) : 0.5
                let probability = min(1, max(0, center + 0.2 * (generator.uniform() - 0.5) * 3))
                let verdict = MonitorEvent.Prediction(
                    id: "in-0-\(row)",
                    rowOffset: Int64(row),
                    probability: probability,
                    predicted: .flag(probability > 0.5),
                    version: role == 0 && row >= swap ? 2 : 1
                )
                sources[1 + role].append(.prediction(role: role, verdict))
            }
            labels.append(.init(id: "in-0-\(row)", offset: 0, value: .flag(truth), time: Int64(row) * 1000))
        }
        sources[3] = labels.enumerated().map { index, label in
            var label = label
            label.offset = Int64(index)
            return .label(label)
        }
        return StreamScript(definition: definition, sources: sources)
    }

    /// A definition for the script's topics.
    static func definition(windowRows: Int = 100, columns: [String] = ["a", "b"]) -> MonitorDefinition {
        var definition = MonitorDefinition(
            name: "quality",
            model: "rain",
            inputTopic: "in",
            predictionTopics: [.init(role: "champion", topic: "out"), .init(role: "frozen", topic: "frozen")],
            labelsTopic: "labels",
            columns: columns.map { MonitoredColumn($0) },
            window: .rows(windowRows),
            evaluation: RollingEvaluation(rows: 120, every: 20, minimumRows: 40)
        )
        definition.labelHorizonMilliseconds = 30_000
        return definition
    }
}

/// A small seeded generator, so that a test sees the same numbers on every run.
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A number in 0..<1.
    mutating func uniform() -> Double {
        Double(next() >> 11) * 0x1p-53
    }

    /// About a standard normal: the sum of twelve uniforms, less six.
    mutating func normal() -> Double {
        (0..<12).reduce(-6.0) { sum, _ in sum + uniform() }
    }
}

extension AssembledWindow {
    /// A window of these columns, each row predicted by version 1.
    static func sample(index: Int = 0, columns: [[Cell]]) -> AssembledWindow {
        let rows = columns.first?.count ?? 0
        let first = Int64(index * rows)
        return AssembledWindow(
            index: index,
            firstRow: first,
            lastRow: first + Int64(max(1, rows)) - 1,
            firstTime: 0,
            lastTime: 0,
            rows: rows,
            labelled: 0,
            unscored: 0,
            quality: [],
            championVersions: [1],
            scores: [],
            rowNumbers: (0..<rows).map { first + Int64($0) },
            columns: columns
        )
    }
}
