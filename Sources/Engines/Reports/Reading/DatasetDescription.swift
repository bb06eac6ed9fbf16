internal import Execution
package import Lake
package import Statistics

/// Describes a file, beside a reference if there is one, column by column; no row is ever made.
///
/// Two columns are in memory at a time. What concerns whole rows is counted inside DuckDB meanwhile.
package struct DatasetDescription: Sendable {
    private let lake: Lake
    private let reference: LakeSource?
    private let current: LakeSource
    private let columns: [String]
    private let compatibility: Compatibility
    /// Whether all columns are described, so that rows can be spoken of.
    private let isWhole: Bool

    /// Columns at one time.
    private static let width = 2

    /// Prepares a description of all columns of `current`, or of those named.
    ///
    /// - Throws: `LakeError` for columns that are not there.
    package init(
        lake: Lake,
        reference: LakeSource?,
        current: LakeSource,
        columns: [String]? = nil,
        compatibility: Compatibility = .none
    ) throws {
        for name in columns ?? [] { _ = try current.field(name) }
        self.lake = lake
        self.reference = reference
        self.current = current
        self.columns = columns ?? current.fields.map(\.name)
        isWhole = columns == nil
        self.compatibility = compatibility
    }

    /// Describes.
    ///
    /// - Throws: `ReportError` or `LakeError` where a file cannot be read.
    package func run() async throws -> SummaryReport {
        async let described = columns.concurrentMap(width: Self.width, describe)
        async let now = rows(of: current)
        async let before = rows(of: reference)
        let found = try await described
        let health = try await now.health(found.map(\.current), rows: current.rowCount, compatibility)
        let referenceRows = try await before
        return SummaryReport(
            reference: reference.map { source in
                let health = referenceRows.health(found.compactMap(\.reference), rows: source.rowCount, compatibility)
                return (DatasetLabel(name: source.name, rows: source.rowCount), health)
            },
            current: (DatasetLabel(name: current.name, rows: current.rowCount), health),
            columns: found.map(\.summary)
        )
    }

    /// What is kept of a column.
    private struct Described: Sendable {
        let summary: ColumnSummary
        let reference: ColumnHealth?
        let current: ColumnHealth
    }

    @Sendable private func describe(_ name: String) async throws -> Described {
        try await lake.withReader { files in
            let reader = ColumnReader(files)
            let areFloats = compatibility == .evidently
            let now = try reader.column(name, of: current, nullableIntegersAreNumbers: areFloats)
            let hasBefore = reference?.fields.contains { $0.name == name } ?? false
            let before =
                hasBefore
                ? try reference.map { try reader.column(name, of: $0, nullableIntegersAreNumbers: areFloats) } : nil
            return Described(
                summary: ColumnSummary(reference: before, current: now, quirks: try quirks(now, files)),
                reference: before.map(ColumnHealth.init),
                current: ColumnHealth(now)
            )
        }
    }

    /// What Evidently does with values that are none; nothing without compatibility.
    private func quirks(_ column: ReportColumn, _ files: LakeReader) throws -> SummaryQuirks {
        var quirks = SummaryQuirks()
        guard compatibility == .evidently else { return quirks }
        quirks.missingLabel = current.isText ? "nan" : "null"
        if column.kind == .numerical, column.sample.infinite > 0 {
            quirks.negativeInfinities = try files.numbers(column.name, of: current).count { $0 == -.infinity }
        }
        return quirks
    }

    /// What was found of whole rows.
    private struct Rows: Sendable {
        var duplicated: Int?
        var empty: Int?
        var twins: [ColumnTwins] = []

        func health(_ columns: [ColumnHealth], rows: Int, _ compatibility: Compatibility) -> DatasetHealth {
            DatasetHealth(
                columns: columns,
                rows: rows,
                duplicatedRows: duplicated,
                emptyRows: empty,
                twins: twins,
                compatibility: compatibility
            )
        }
    }

    private func rows(of source: LakeSource?) async throws -> Rows {
        guard isWhole, let source else { return Rows() }
        let twins = try await lake.twins(of: source, share: DatasetHealth.almost)
        return Rows(
            duplicated: try await lake.duplicatedRows(of: source),
            empty: try await lake.emptyRows(of: source),
            twins: twins.map {
                ColumnTwins(first: $0.first, second: $0.second, equalRows: $0.rows, equalValues: $0.values)
            }
        )
    }
}
