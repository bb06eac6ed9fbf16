internal import SQLStore

/// An even sample of the points of a metric over step, time and value.
extension MetricStore {
    /// A chunk of points, or the newest points, with how many of them a sample looks at.
    private struct Part {
        let steps: ClosedRange<Int64>
        let count: Int
        /// The number of the chunk; nil for points that are at hand.
        let chunk: Int64?
        let points: [MetricPoint]
    }

    /// The first of each of `limit` parts of the points that are as equal as can be, and the last point in place of the
    /// last of them.
    ///
    /// Where the steps of a metric grow, as they do in training, only the chunks are read that a point of the sample lies
    /// in; all points otherwise.
    ///
    /// - Parameters:
    ///   - run: the run's row.
    ///   - key: the metric's number.
    ///   - steps: which steps to look at.
    ///   - limit: how many points at most.
    /// - Returns: the points by step.
    /// - Throws: `SQLError`, and an error that says so where stored points cannot be read.
    func sample(run: Int64, key: Int64, steps: ClosedRange<Int64>, limit: Int) throws -> [MetricPoint] {
        guard let parts = try parts(run: run, key: key, steps: steps) else {
            let points = try history(run: run, key: key, after: nil, limit: .max).filter { steps.contains($0.step) }
            return Self.positions(of: points.count, limit).map(points.sorted(by: Self.isEarlier).lookUp)
        }
        let wanted = Self.positions(of: parts.reduce(0) { $0 + $1.count }, limit)
        var sample: [MetricPoint] = []
        sample.reserveCapacity(wanted.count)
        var before = 0
        for part in parts {
            let end = before + part.count
            guard sample.count < wanted.count, wanted[sample.count] < end else {
                before = end
                continue
            }
            var points = part.points
            if let chunk = part.chunk { points = try self.points(run: run, key: key, chunk: chunk) }
            points.removeAll { !steps.contains($0.step) }
            guard points.count == part.count else { throw MetricDamage() }
            points.sort(by: Self.isEarlier)
            while sample.count < wanted.count, wanted[sample.count] < end {
                sample.append(points[wanted[sample.count] - before])
            }
            before = end
        }
        return sample
    }

    /// The parts that hold points of these steps, by step; nil where their steps overlap or are not known.
    private func parts(run: Int64, key: Int64, steps: ClosedRange<Int64>) throws -> [Part]? {
        guard let series = try transaction.first(SampleStatements.selectTail, [.int(run), .int(key)]) else { return [] }
        var (parts, known) = ([Part](), Int64(0))
        try transaction.forEach(SampleStatements.selectSteps, [.int(run), .int(key)]) { row in
            known += 1
            let (low, high) = (try row.int(1), try row.int(2))
            guard low <= high else { throw MetricDamage() }
            guard steps.overlaps(low...high) else { return }
            parts.append(Part(steps: low...high, count: Int(try row.int(3)), chunk: try row.int(0), points: []))
        }
        guard known == (try series.int(1)) else { return nil }
        if let newest = Self.part(try unpack(series.blob(0)).filter { steps.contains($0.step) }) {
            parts.append(newest)
        }
        parts.sort { $0.steps.lowerBound < $1.steps.lowerBound }
        for (part, next) in zip(parts, parts.dropFirst())
        where part.steps.upperBound >= next.steps.lowerBound {
            return nil
        }
        // Of a chunk at the edge only the points within count.
        return try parts.compactMap { part in
            guard let chunk = part.chunk,
                !(steps.contains(part.steps.lowerBound) && steps.contains(part.steps.upperBound))
            else { return part }
            return Self.part(try points(run: run, key: key, chunk: chunk).filter { steps.contains($0.step) })
        }
    }

    private static func part(_ points: [MetricPoint]) -> Part? {
        let found = points.map(\.step)
        guard let low = found.min(), let high = found.max() else { return nil }
        return Part(steps: low...high, count: points.count, chunk: nil, points: points)
    }

    /// The positions of a sample among `count` points.
    private static func positions(of count: Int, _ limit: Int) -> [Int] {
        guard count > limit else { return Array(0..<count) }
        let (size, longer) = count.quotientAndRemainder(dividingBy: limit)
        return (0..<limit - 1).map { $0 * size + min($0, longer) } + [count - 1]
    }

    /// By step, time and value; not-a-number counts as zero that comes late.
    private static func isEarlier(_ left: MetricPoint, _ right: MetricPoint) -> Bool {
        func key(_ point: MetricPoint) -> (Int64, Int64, Double, Int) {
            (point.step, point.timestamp, point.value.isNaN ? 0 : point.value, point.value.isNaN ? 1 : 0)
        }
        return key(left) < key(right)
    }

    private enum SampleStatements {
        static let selectTail = "SELECT tail, chunks FROM metric_series WHERE run = ? AND key = ?"
        static let selectSteps =
            "SELECT number, first_step, last_step, count FROM metric_summaries WHERE run = ? AND key = ?"
    }
}

extension Array {
    fileprivate func lookUp(_ index: Int) -> Element { self[index] }
}
