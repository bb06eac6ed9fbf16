/// What a column's values are like; enough to show it and to notice at a glance that another one differs.
package struct ColumnStatistics: Sendable, Hashable {
    /// A value below which a share of the values lie.
    package struct Quantile: Sendable, Hashable {
        /// The share, from 0 to 1.
        package let share: Double
        /// The value, by linear interpolation as in NumPy.
        package let value: Double

        /// The value at `share`.
        package init(share: Double, value: Double) {
            self.share = share
            self.value = value
        }
    }

    /// How many values lie in an interval: from `lower`, without `upper` except in the last one.
    package struct Bin: Sendable, Hashable {
        /// The lower edge.
        package let lower: Double
        /// The upper edge.
        package let upper: Double
        /// The number of values.
        package let count: Int64

        /// `count` values from `lower` to `upper`.
        package init(lower: Double, upper: Double, count: Int64) {
            self.lower = lower
            self.upper = upper
            self.count = count
        }
    }

    /// A text and how often it comes.
    package struct Frequency: Sendable, Hashable {
        /// The text, cut at 200 characters.
        package let text: String
        /// The number of rows with it.
        package let count: Int64

        /// `text` in `count` rows.
        package init(text: String, count: Int64) {
            self.text = text
            self.count = count
        }
    }

    /// The column's name.
    package let name: String
    /// The column's type.
    package let type: LakeType
    /// Rows without a value.
    package var nulls: Int64 = 0
    /// Doubles that are NaN or infinite; they are left out of the numbers below.
    package var nonFinite: Int64 = 0
    /// About how many different values there are: HyperLogLog, within some percent.
    package var approximateDistinct: Int64 = 0
    /// The least value, of numbers and times.
    package var minimum: LakeValue = .null
    /// The greatest value, of numbers and times.
    package var maximum: LakeValue = .null
    /// The arithmetic mean of numbers; the share of true of booleans.
    package var mean: Double?
    /// The sample standard deviation of numbers (divisor n - 1); nil for fewer than two, or where it overflows.
    package var standardDeviation: Double?
    /// Quantiles of numbers at 1, 5, 25, 50, 75, 95 and 99 percent.
    package var quantiles: [Quantile] = []
    /// Twenty intervals of equal width from the least to the greatest number; one where all are equal.
    package var histogram: [Bin] = []
    /// The ten most frequent texts.
    package var frequent: [Frequency] = []

    /// The statistics of an empty column.
    package init(name: String, type: LakeType) {
        self.name = name
        self.type = type
    }
}

extension LakeConnection {
    private static let shares = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99]
    private static let bins: Int64 = 20

    /// Computes the statistics of column `field` of `source`, a table or table function in SQL.
    func statistics(of field: LakeField, in source: String) throws(LakeError) -> ColumnStatistics {
        var statistics = ColumnStatistics(name: field.name, type: field.type)
        let column = SQLText.identifier(field.name)
        let counts = try query(
            "SELECT count(*) - count(x), approx_count_distinct(x) FROM (SELECT \(column) AS x FROM \(source))"
        )
        statistics.nulls = counts.integer(column: 0)
        statistics.approximateDistinct = counts.integer(column: 1)
        switch field.type {
        case .integer, .double: try addNumbers(column, source, to: &statistics)
        case .boolean:
            let mean = try query("SELECT avg(CAST(x AS INTEGER)) FROM (SELECT \(column) AS x FROM \(source))")
            statistics.mean = mean.double(column: 0)
        case .timestamp:
            let ends = try query("SELECT min(x), max(x) FROM (SELECT \(column) AS x FROM \(source))")
            statistics.minimum = ends.columns[0][0]
            statistics.maximum = ends.columns[1][0]
        case .text: try addFrequencies(column, source, to: &statistics)
        }
        return statistics
    }

    private func addNumbers(_ column: String, _ source: String, to statistics: inout ColumnStatistics) throws(LakeError)
    {
        let finite = "(SELECT x, CAST(x AS DOUBLE) AS d FROM (SELECT \(column) AS x FROM \(source)) WHERE isfinite(d))"
        let shares = LakeConnection.shares
        let large = "abs(d) >= 1e150"
        let row = try query(
            """
            SELECT count(*), min(x), max(x), avg(d),
                CASE WHEN count(*) FILTER (WHERE \(large)) = 0 THEN stddev_samp(d) FILTER (WHERE NOT \(large)) END,
                \(shares.map { "quantile_cont(d, \($0))" }.joined(separator: ", "))
            FROM \(finite)
            """
        )
        let count = row.integer(column: 0)
        let total = try query("SELECT count(\(column)) FROM \(source)").integer(column: 0)
        statistics.nonFinite = total - count
        guard count > 0 else { return }
        statistics.minimum = row.columns[1][0]
        statistics.maximum = row.columns[2][0]
        statistics.mean = row.double(column: 3)
        statistics.standardDeviation = row.double(column: 4)
        for (index, share) in shares.enumerated() {
            guard let value = row.double(column: 5 + index) else { continue }
            statistics.quantiles.append(.init(share: share, value: value))
        }
        statistics.histogram = try histogram(of: finite, from: row.columns[1], to: row.columns[2], count: count)
    }

    private func histogram(
        of finite: String,
        from minimum: LakeColumn,
        to maximum: LakeColumn,
        count: Int64
    ) throws(LakeError) -> [ColumnStatistics.Bin] {
        guard let low = minimum.numbers?.first, let high = maximum.numbers?.first else { return [] }
        let bins = LakeConnection.bins
        let width = (high - low) / Double(bins)
        guard width > 0, width.isFinite else { return [.init(lower: low, upper: high, count: count)] }
        let table = try query(
            """
            SELECT least(CAST(floor((d - $1) / $2) AS BIGINT), \(bins - 1)) AS bin, count(*) FROM \(finite)
            GROUP BY bin ORDER BY bin
            """,
            [.double(low), .double(width)]
        )
        var counts = [Int64](repeating: 0, count: Int(bins))
        guard case .integers(let indexes) = table.columns[0].values, case .integers(let found) = table.columns[1].values
        else { return [] }
        for (index, found) in zip(indexes, found) where counts.indices.contains(Int(index)) {
            counts[Int(index)] = found
        }
        return counts.enumerated().map { index, count in
            let upper = index == counts.count - 1 ? high : low + width * Double(index + 1)
            return .init(lower: low + width * Double(index), upper: upper, count: count)
        }
    }

    private func addFrequencies(
        _ column: String,
        _ source: String,
        to statistics: inout ColumnStatistics
    ) throws(LakeError) {
        let table = try query(
            """
            SELECT left(x, 200) AS x, count(*) AS n FROM (SELECT \(column) AS x FROM \(source)) WHERE x IS NOT NULL
            GROUP BY x ORDER BY n DESC, x LIMIT 10
            """
        )
        guard case .texts(let texts) = table.columns[0].values, case .integers(let counts) = table.columns[1].values
        else { return }
        statistics.frequent = zip(texts, counts).map { .init(text: $0, count: $1) }
    }
}

extension LakeTable {
    fileprivate func integer(column: Int) -> Int64 {
        if rowCount > 0, case .integer(let value) = columns[column][0] { return value }
        return 0
    }

    fileprivate func double(column: Int) -> Double? {
        if rowCount > 0, case .double(let value) = columns[column][0], value.isFinite { return value }
        return nil
    }
}
