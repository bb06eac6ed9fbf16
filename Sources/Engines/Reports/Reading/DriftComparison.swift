internal import Execution
package import Lake
internal import Statistics

/// Compares two files column by column, two at a time; no row is ever made.
///
/// A column is read and compared on one thread, and both sides of it are gone before the next.
/// Of both columns the reference is in memory. The current one is as long as it is not longer than that; a longer one is
/// read from its file as often as needed, so memory does not grow with it.
package struct DriftComparison: Sendable {
    private let lake: Lake
    private let reference: LakeSource
    private let current: LakeSource
    private let options: DriftOptions
    private let columns: [String]
    private let leftOut: [SkippedColumn]

    /// Columns at one time.
    private static let width = 2
    /// Rows up to which both sides are held, however short the reference is.
    private static let alwaysHeld = 1 << 17

    /// Prepares a comparison of all columns that both files have, or of those named.
    ///
    /// - Throws: `ReportError` or `LakeError` for options or columns that cannot be.
    package init(
        lake: Lake,
        reference: LakeSource,
        current: LakeSource,
        options: DriftOptions = DriftOptions(),
        columns: [String]? = nil
    ) throws {
        try options.validate()
        self.lake = lake
        self.reference = reference
        self.current = current
        self.options = options
        let asked = Array(options.columnMethods.keys) + Array(options.columnThresholds.keys) + (columns ?? [])
        for name in asked { _ = (try reference.field(name), try current.field(name)) }
        var seen = Set<String>()
        self.columns = (columns ?? reference.fields.map(\.name)).filter { name in
            seen.insert(name).inserted && current.fields.contains { $0.name == name }
        }
        leftOut = columns == nil ? Self.oneSided(reference, current) + Self.oneSided(current, reference) : []
    }

    /// Compares and judges.
    ///
    /// - Throws: `ReportError` where a column is of two types, or no column can be compared.
    package func run() async throws -> DriftReport {
        var comparisons: [ColumnDrift] = []
        var skipped = leftOut
        for outcome in try await columns.concurrentMap(width: Self.width, compare) {
            switch outcome {
            case .compared(let column): comparisons.append(column)
            case .skipped(let column): skipped.append(column)
            }
        }
        guard !comparisons.isEmpty else {
            throw ReportError(
                .nothingToCompare,
                "no column of numbers or categories is in both \(reference.name) and \(current.name)"
            )
        }
        return DriftReport(
            reference: DatasetLabel(name: reference.name, rows: reference.rowCount),
            current: DatasetLabel(name: current.name, rows: current.rowCount),
            comparisons: comparisons,
            skipped: skipped.sorted { $0.name < $1.name },
            options: options
        )
    }

    private enum Outcome: Sendable {
        case compared(ColumnDrift)
        case skipped(SkippedColumn)
    }

    @Sendable private func compare(_ name: String) async throws -> Outcome {
        try await lake.withReader { files in try self.compare(name, files) }
    }

    private func compare(_ name: String, _ files: LakeReader) throws -> Outcome {
        let (left, right) = (try reference.field(name).type, try current.field(name).type)
        if left.isNumber, right.isNumber, current.rowCount > max(reference.rowCount, Self.alwaysHeld) {
            return try compareReading(name, left, right, files)
        }
        return try outcome(
            try ColumnReader(files).pair(
                name,
                reference: reference,
                current: current,
                decidedByCurrent: options.compatibility == .evidently
            )
        )
    }

    /// Compares a column of numbers whose current side stays in its file.
    private func compareReading(
        _ name: String,
        _ left: LakeType,
        _ right: LakeType,
        _ files: LakeReader
    ) throws -> Outcome {
        let before = try ColumnReader(files).numbers(name, of: reference)
        return try files.withNumbers(name, of: current) { numbers in
            let now = NumberColumn(reading: ColumnInFile(numbers: numbers), rows: current.rowCount)
            return try outcome(
                ColumnReader.pair(
                    (before, left),
                    (ReportColumn(name: name, numbers: now), right),
                    decidedByCurrent: options.compatibility == .evidently
                )
            )
        }
    }

    private func outcome(_ pair: ColumnReader.Pair) throws -> Outcome {
        switch pair {
        case .skipped(let column): .skipped(column)
        case .columns(let reference, let current):
            .compared(try ColumnDrift(reference: reference, current: current, options: options))
        }
    }

    private static func oneSided(_ side: LakeSource, _ other: LakeSource) -> [SkippedColumn] {
        side.fields.filter { field in !other.fields.contains { $0.name == field.name } }.map {
            SkippedColumn(name: $0.name, reason: "not in \(other.name)")
        }
    }
}

/// A column in its file, as statistics read it.
private struct ColumnInFile: NumberSource {
    let numbers: LakeNumbers

    func forEachBlock(_ body: (UnsafeBufferPointer<Double>) -> Bool) { numbers.forEachBlock(body) }
}
