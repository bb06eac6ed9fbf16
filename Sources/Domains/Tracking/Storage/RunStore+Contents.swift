internal import SQLStore

/// What was logged to runs, read for many runs at once.
extension RunStore {
    /// Runs with all that was logged to them, in the order given.
    func complete(_ found: [(row: Int64, run: Run)]) throws -> [Run] {
        var runs = found.map(\.run)
        let positions = Dictionary(found.enumerated().map { ($1.row, $0) }) { first, _ in first }
        let rows = found.map(\.row)
        // Few keys for many rows: looked up once each rather than joined to each row.
        var names: [Int64: String] = [:]
        func name(_ key: Int64) throws -> String {
            if let known = names[key] { return known }
            let name = try transaction.first(Contents.key, [.int(key)])?.text(0) ?? ""
            names[key] = name
            return name
        }
        try fill(&runs, positions, Contents.metrics, rows) { run, row in
            let value = try row.optionalDouble(2) ?? .nan
            run.metrics.append(
                Metric(key: try name(row.int(1)), value: value, timestamp: try row.int(3), step: try row.int(4))
            )
        }
        try fill(&runs, positions, Contents.params, rows) { run, row in
            run.params.append(KeyValue(try name(row.int(1)), try row.text(2)))
        }
        try fill(&runs, positions, Contents.tags, rows) { run, row in
            run.tags.append(KeyValue(try name(row.int(1)), try row.text(2)))
        }
        for index in runs.indices {
            runs[index].metrics.sort { $0.key < $1.key }
            runs[index].params.sort { $0.key < $1.key }
            runs[index].tags.sort { $0.key < $1.key }
        }
        let inputs = InputStore(transaction: transaction)
        for row in try linked(Contents.datasets, rows).union(linked(Contents.models, rows)) {
            if let index = positions[row] { try inputs.fill(&runs[index], row: row) }
        }
        return runs
    }

    private func fill(
        _ runs: inout [Run],
        _ positions: [Int64: Int],
        _ sql: String,
        _ rows: [Int64],
        _ add: (inout Run, SQLRow) throws -> Void
    ) throws {
        try transaction.forEach(sql, in: rows) { row in
            if let index = positions[try row.int(0)] { try add(&runs[index], row) }
        }
    }

    /// Those of the runs that have datasets or models: few do.
    private func linked(_ sql: String, _ rows: [Int64]) throws -> Set<Int64> {
        var found: Set<Int64> = []
        try transaction.forEach(sql, in: rows) { found.insert(try $0.int(0)) }
        return found
    }

    private enum Contents {
        static let key = "SELECT name FROM keys WHERE id = ?"
        static let metrics = "SELECT run, key, value, timestamp, step FROM metric_series WHERE run IN"
        static let params = "SELECT run, key, value FROM run_params WHERE run IN"
        static let tags = "SELECT run, key, value FROM run_tags WHERE run IN"
        static let datasets = "SELECT DISTINCT run FROM run_datasets WHERE run IN"
        static let models = "SELECT DISTINCT run FROM run_models WHERE run IN"
    }
}
