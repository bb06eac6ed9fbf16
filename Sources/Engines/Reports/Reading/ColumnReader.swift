package import Lake
internal import Statistics

/// Reads columns of two files as columns of a report, by the kinds that Evidently would take them for.
///
/// Numbers come out as one array a column; categories are counted inside DuckDB.
package struct ColumnReader: Sendable {
    private let lake: Lake

    /// The most categories of a column; beyond it, it is not compared.
    package static let maximumCategories = 100_000

    /// Reads through `lake`.
    package init(lake: Lake) {
        self.lake = lake
    }

    /// Both sides of a column, or why it is not compared.
    package enum Pair: Sendable {
        /// Two columns of one kind.
        case columns(reference: ReportColumn, current: ReportColumn)
        /// A column that is not compared.
        case skipped(SkippedColumn)
    }

    /// One column of one file, of the kind that its own values say.
    ///
    /// - Parameters:
    ///   - name: the column.
    ///   - source: the file.
    ///   - nullableIntegersAreNumbers: whether whole numbers with gaps are numbers however few there are, as pandas has
    ///     it, which holds them as floats.
    /// - Returns: the column.
    /// - Throws: `LakeError` where the file has no such column or cannot be read.
    package func column(
        _ name: String,
        of source: LakeSource,
        nullableIntegersAreNumbers: Bool = false
    ) async throws -> ReportColumn {
        switch try source.field(name).type {
        case .double: return ReportColumn(name: name, numbers: try await lake.numbers(name, of: source))
        case .integer:
            let column = ReportColumn(name: name, numbers: try await lake.numbers(name, of: source))
            if nullableIntegersAreNumbers, column.sample.missing > 0 { return column }
            let limit = ColumnKind.categoricalIntegers + 1
            return column.sample.distinctCount(limit: limit) < limit ? column.asCategories : column
        case .boolean, .text, .timestamp: return try await categories(name, of: source)
        }
    }

    /// One column on both sides; the kind is that of the deciding side.
    ///
    /// - Parameters:
    ///   - name: the column.
    ///   - reference: the file to compare with.
    ///   - current: the file that is judged.
    ///   - decidedByCurrent: whether the current data says what a column is, as with Evidently; else it is the reference,
    ///     so that a column does not change its kind with the window.
    /// - Returns: both sides, or why they are not compared.
    /// - Throws: `ReportError` where one side holds numbers and the other does not.
    package func pair(
        _ name: String,
        reference: LakeSource,
        current: LakeSource,
        decidedByCurrent: Bool
    ) async throws -> Pair {
        let (left, right) = (try reference.field(name).type, try current.field(name).type)
        guard left.isNumber == right.isNumber, left.isNumber || left == right else {
            throw ReportError(
                .mixedTypes,
                "column \(name) is \(left.rawValue) in \(reference.name) and \(right.rawValue) in \(current.name): "
                    + "give both the same type, or choose the columns to compare"
            )
        }
        var (first, second) = (
            try await column(name, of: reference, nullableIntegersAreNumbers: decidedByCurrent),
            try await column(name, of: current, nullableIntegersAreNumbers: decidedByCurrent)
        )
        if left.isNumber, first.kind != second.kind {
            let kind = decidedByCurrent ? second.kind : first.kind
            if kind == .categorical {
                (first, second) = (first.asCategories, second.asCategories)
            } else {
                first = try await numbers(name, of: reference)
                second = try await numbers(name, of: current)
            }
        }
        let kind = decidedByCurrent ? second.kind : first.kind
        guard kind.isCompared else {
            return .skipped(SkippedColumn(name: name, reason: "\(kind.inWords) is not compared"))
        }
        return .columns(reference: first, current: second)
    }

    private func numbers(_ name: String, of source: LakeSource) async throws -> ReportColumn {
        ReportColumn(name: name, numbers: try await lake.numbers(name, of: source))
    }

    private func categories(_ name: String, of source: LakeSource) async throws -> ReportColumn {
        let type = try source.field(name).type
        let limit = Self.maximumCategories
        guard let found = try await lake.counts(name, of: source, limit: limit) else {
            let (present, distinct) = try await lake.distinct(name, of: source)
            let kind = type == .timestamp ? .datetime : ColumnKind.ofTexts(present: present, distinct: distinct)
            guard kind != .categorical else {
                throw ReportError(
                    .tooLarge,
                    "column \(name) of \(source.name) has \(distinct) categories, more than \(limit): leave it out"
                )
            }
            let counts = CategoryCounts([], missing: source.rowCount - present)
            return ReportColumn(name: name, categories: counts, kind: kind)
        }
        let counts = CategoryCounts(
            found.counts.map { (category: $0.value, count: $0.count) },
            missing: found.missing
        )
        let kind: ColumnKind =
            switch type {
            case .timestamp: counts.rows == 0 ? .unknown : .datetime
            case .boolean: .categorical
            default: .ofTexts(present: counts.rows, distinct: found.counts.count)
            }
        return ReportColumn(name: name, categories: counts, kind: kind)
    }
}

extension LakeType {
    /// Whether values of the type are numbers.
    var isNumber: Bool { self == .integer || self == .double }
}
