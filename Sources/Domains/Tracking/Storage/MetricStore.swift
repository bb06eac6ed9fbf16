internal import SQLStore

/// The points of metrics inside one transaction.
///
/// The newest points of a metric lie in its row of `metric_series`, older ones in chunks of about a thousand.
struct MetricStore {
    private static let tailLimit = 64
    private static let chunkLimit = 1_024
    /// With more metrics than this in one batch, those of the run are read in one scan.
    private static let scanThreshold = 64

    /// A row of `metric_series`.
    private struct Series {
        var latest: MetricPoint?
        var chunks: Int64 = 0
        var tail: [MetricPoint] = []
    }

    let transaction: any SQLTransaction

    /// Adds points to metrics of one run; a point that is there already is no second one.
    func append(_ points: [Int64: [MetricPoint]], run: Int64) throws {
        var rows: [[SQLValue]] = []
        rows.reserveCapacity(points.count)
        let known = points.count > Self.scanThreshold ? try allSeries(of: run) : nil
        // In the order of the table, so that neighbours are written together.
        for (key, added) in points.sorted(by: { $0.key < $1.key }) {
            let series = if let known { known[key] } else { try series(of: run, key) }
            rows.append(try row(run: run, key: key, series ?? Series(), adding: added))
        }
        try transaction.execute(Statements.upsertSeries, rows: rows)
    }

    /// Removes every point of a run.
    func removeAll(of run: Int64) throws {
        for table in ["metric_summaries", "metric_chunks", "metric_series"] {
            try transaction.execute("DELETE FROM \(table) WHERE run = ?", [.int(run)])
        }
    }

    /// The points of one metric that come after `cursor`, at most `limit`, in the order of time, step and value.
    ///
    /// Reads only the chunks that the answer needs.
    func history(run: Int64, key: Int64, after cursor: MetricPoint?, limit: Int) throws -> [MetricPoint] {
        guard let series = try transaction.first(Statements.selectTail, [.int(run), .int(key)]) else { return [] }
        var points: [MetricPoint] = []
        for number in try chunkNumbers(run: run, key: key, from: cursor?.timestamp ?? .min, limit: limit) {
            let row = try transaction.first(Statements.selectChunk, [.int(run), .int(key), .int(number)])
            points += try row.map { try unpack($0.blob(1)) } ?? []
        }
        points += try unpack(series.blob(0))
        if let cursor { points.removeAll { $0 <= cursor } }
        Self.sortUnique(&points)
        return points.count > limit ? Array(points.prefix(limit)) : points
    }

    /// The chunks that hold the first `limit` points from a time on, by their first point.
    private func chunkNumbers(run: Int64, key: Int64, from: Int64, limit: Int) throws -> [Int64] {
        var numbers: [Int64] = []
        var count = 0
        var reach = Int64.min
        try transaction.forEach(Statements.selectRanges, [.int(run), .int(key), .int(from)]) { row in
            let (first, last) = (try row.int(1), try row.int(2))
            guard count < limit || first <= reach else { return }
            numbers.append(try row.int(0))
            reach = max(reach, last)
            if first > from { count += Int(try row.int(3)) }
        }
        return numbers
    }

    private func series(of run: Int64, _ key: Int64) throws -> Series? {
        try transaction.first(Statements.selectSeries, [.int(run), .int(key)]).map(series)
    }

    /// Every metric of a run by its key: one scan instead of many look-ups.
    private func allSeries(of run: Int64) throws -> [Int64: Series] {
        var known: [Int64: Series] = [:]
        try transaction.forEach(Statements.selectAllSeries, [.int(run)]) { row in
            known[try row.int(5)] = try series(row)
        }
        return known
    }

    private func series(_ row: SQLRow) throws -> Series {
        Series(
            latest: MetricPoint(
                timestamp: try row.int(2),
                step: try row.int(1),
                value: try row.optionalDouble(0) ?? .nan
            ),
            chunks: try row.int(3),
            tail: try unpack(row.blob(4))
        )
    }

    private func row(run: Int64, key: Int64, _ known: Series, adding added: [MetricPoint]) throws -> [SQLValue] {
        var series = known
        for point in added where series.latest.map({ point.supersedes($0) }) ?? true {
            series.latest = point
        }
        series.tail += added
        Self.sortUnique(&series.tail)
        if series.tail.count > Self.tailLimit {
            series.chunks = try seal(series.tail, run: run, key: key, chunks: series.chunks)
            series.tail = []
        }
        guard let latest = series.latest else { preconditionFailure("a series has a point") }
        return [
            .int(run), .int(key), latest.value.isNaN ? .null : .double(latest.value), .int(latest.step),
            .int(latest.timestamp), .int(series.chunks), .blob(MetricPack.pack(series.tail)),
        ]
    }

    /// Moves points into chunks; small ones join the last chunk.
    ///
    /// Returns how many chunks there are then.
    private func seal(_ points: [MetricPoint], run: Int64, key: Int64, chunks: Int64) throws -> Int64 {
        var points = points
        var number = chunks
        if points.count < Self.chunkLimit, chunks > 0,
            let last = try transaction.first(Statements.selectChunk, [.int(run), .int(key), .int(chunks - 1)]),
            try last.int(0) + Int64(points.count) <= Int64(Self.chunkLimit)
        {
            // Older ones first: they are in order then, as a rule, and need no sorting.
            points = try unpack(last.blob(1)) + points
            Self.sortUnique(&points)
            number = chunks - 1
        }
        var start = 0
        while start < points.count {
            let part = points[start..<min(points.count, start + Self.chunkLimit)]
            try transaction.execute(
                Statements.upsertChunk,
                [
                    .int(run), .int(key), .int(number), .int(part[part.startIndex].timestamp),
                    .int(part[part.endIndex - 1].timestamp), .int(Int64(part.count)), .blob(MetricPack.pack(part)),
                ]
            )
            try summarise(part, run: run, key: key, number: number)
            number += 1
            start += Self.chunkLimit
        }
        return number
    }

    func unpack(_ bytes: [UInt8]) throws -> [MetricPoint] {
        guard let points = MetricPack.unpack(bytes) else { throw MetricDamage() }
        return points
    }

    private static func sortUnique(_ points: inout [MetricPoint]) {
        var isSorted = true
        for index in points.indices.dropFirst() where !(points[index - 1] < points[index]) {
            isSorted = false
            break
        }
        if isSorted { return }
        points.sort()
        var unique: [MetricPoint] = []
        unique.reserveCapacity(points.count)
        for point in points where unique.last != point {
            unique.append(point)
        }
        points = unique
    }

    private enum Statements {
        static let selectSeries =
            "SELECT value, step, timestamp, chunks, tail FROM metric_series WHERE run = ? AND key = ?"
        static let selectAllSeries =
            "SELECT value, step, timestamp, chunks, tail, key FROM metric_series WHERE run = ?"
        static let selectTail = "SELECT tail FROM metric_series WHERE run = ? AND key = ?"
        static let upsertSeries = """
            INSERT INTO metric_series (run, key, value, step, timestamp, chunks, tail) VALUES (?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (run, key) DO UPDATE SET value = excluded.value, step = excluded.step,
                timestamp = excluded.timestamp, chunks = excluded.chunks, tail = excluded.tail
            """
        static let selectChunk = "SELECT count, points FROM metric_chunks WHERE run = ? AND key = ? AND number = ?"
        static let selectRanges = """
            SELECT number, first_time, last_time, count FROM metric_chunks
            WHERE run = ? AND key = ? AND last_time >= ? ORDER BY first_time, number
            """
        static let upsertChunk = """
            INSERT INTO metric_chunks (run, key, number, first_time, last_time, count, points)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (run, key, number) DO UPDATE SET first_time = excluded.first_time,
                last_time = excluded.last_time, count = excluded.count, points = excluded.points
            """
    }
}

/// Stored points that cannot be read.
struct MetricDamage: Error, CustomStringConvertible {
    var description: String {
        "the stored points of a metric are damaged or of a newer version; restore the data folder from a backup"
    }
}
