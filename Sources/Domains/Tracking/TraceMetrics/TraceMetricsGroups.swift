internal import Primitives
internal import SQLStore

/// Collects the values of each group and computes the aggregations.
struct TraceMetricsGroups {
    private struct Key: Hashable {
        let time: Int64?
        let dimensions: [String]
    }

    /// How many groups there may be.
    private static let groupLimit = 100_000

    private let source: TraceMetricsSource
    private var values: [Key: [Double]] = [:]
    private var sessions: [Key: Set<String>] = [:]

    init(_ source: TraceMetricsSource) {
        self.source = source
        if source.query.dimensions.isEmpty, source.query.interval == nil {
            values[Key(time: nil, dimensions: [])] = []
        }
    }

    /// Adds a row of the source.
    mutating func add(_ row: SQLRow) throws {
        guard let key = try key(row) else { return }
        if source.query.metric == "session_count" {
            if let session = try row.optionalText(1) { sessions[key, default: []].insert(session) }
        } else if let number = source.number(row[1]) {
            values[key, default: []].append(number)
        }
        guard max(values.count, sessions.count) <= Self.groupLimit else {
            throw TrackingError.invalid(
                "The answer has more than \(Self.groupLimit) groups. Ask for a shorter time or a wider interval."
            )
        }
    }

    /// What was computed, by time and then by dimension.
    func points() -> [TraceMetricsPoint] {
        var groups = values
        for (key, names) in sessions { groups[key] = Array(repeating: 1, count: names.count) }
        return groups.sorted { Self.isBefore($0.key, $1.key) }.compactMap { key, values in point(key, values) }
    }

    private func key(_ row: SQLRow) throws -> Key? {
        var dimensions: [String] = []
        for index in source.query.dimensions.indices {
            guard let text = try row.optionalText(index + 2) else { return nil }
            dimensions.append(text)
        }
        guard let interval = source.query.interval else { return Key(time: nil, dimensions: dimensions) }
        let width = interval * 1_000
        return Key(time: try row.int(0).flooredDivision(by: width) * width, dimensions: dimensions)
    }

    private func point(_ key: Key, _ values: [Double]) -> TraceMetricsPoint? {
        let sorted = values.sorted()
        let results = source.query.aggregations.compactMap { aggregation in
            Self.result(aggregation, sorted).map { (label: aggregation.label, value: $0) }
        }
        guard !results.isEmpty else { return nil }
        var dimensions = key.time.map { [KeyValue("time_bucket", Self.text($0))] } ?? []
        dimensions += zip(source.query.dimensions, key.dimensions).map { KeyValue($0, $1) }
        return TraceMetricsPoint(metric: source.query.metric, dimensions: dimensions, values: results)
    }

    private static func result(_ aggregation: TraceMetricsQuery.Aggregation, _ sorted: [Double]) -> Double? {
        if case .count = aggregation { return Double(sorted.count) }
        guard let first = sorted.first, let last = sorted.last else { return nil }
        let sum = sorted.reduce(0, +)
        switch aggregation {
        case .count, .sum: return sum
        case .average: return sum / Double(sorted.count)
        case .minimum: return first
        case .maximum: return last
        case .percentile(let percent): return quantile(sorted, percent / 100)
        }
    }

    /// Linear interpolation between the closest ranks: definition 7 of Hyndman and Fan (1996), NumPy's default.
    private static func quantile(_ sorted: [Double], _ share: Double) -> Double {
        let place = share * Double(sorted.count - 1)
        let low = Int(place)
        let high = min(low + 1, sorted.count - 1)
        return sorted[low] + (sorted[high] - sorted[low]) * (place - Double(low))
    }

    private static func isBefore(_ left: Key, _ right: Key) -> Bool {
        if let early = left.time, let late = right.time, early != late { return early < late }
        return left.dimensions.lexicographicallyPrecedes(right.dimensions)
    }

    /// `2026-11-21T04:20:00+00:00`.
    private static func text(_ milliseconds: Int64) -> String {
        String(WallClock.iso8601(milliseconds: milliseconds).prefix(19)) + "+00:00"
    }
}
