internal import Lake
internal import Statistics

/// Reads columns of two files as columns of a report, by the kinds that Evidently would take them for.
///
/// Numbers come out as one array a column; categories are counted inside DuckDB. Works on the lake's thread that it was made
/// on.
struct ColumnReader {
    private let files: LakeReader

    /// The most categories of a column; beyond it, it is not compared.
    static let maximumCategories = 100_000

    /// Reads through `files`.
    init(_ files: LakeReader) {
        self.files = files
    }

    /// Both sides of a column, or why it is not compared.
    enum Pair {
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
    func column(
        _ name: String,
        of source: LakeSource,
        nullableIntegersAreNumbers: Bool = false
    ) throws -> ReportColumn {
        switch try source.field(name).type {
        case .double: return try numbers(name, of: source)
        case .integer:
            let column = try numbers(name, of: source)
            return Self.isOfCategories(column, .integer, nullableIntegersAreNumbers) ? column.asCategories : column
        case .boolean, .text, .timestamp:
            return try categories(name, of: source, guessedTimesAreTexts: nullableIntegersAreNumbers)
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
    func pair(
        _ name: String,
        reference: LakeSource,
        current: LakeSource,
        decidedByCurrent: Bool
    ) throws -> Pair {
        let (left, right) = (try reference.field(name).type, try current.field(name).type)
        if left.isNumber, right.isNumber {
            return Self.pair(
                (try numbers(name, of: reference), left),
                (try numbers(name, of: current), right),
                decidedByCurrent: decidedByCurrent
            )
        }
        guard left == right else { return try unequal(name, reference, current, decidedByCurrent) }
        if left == .timestamp, !decidedByCurrent || !(reference.isText || current.isText) {
            // Times are not compared, so their values need not be counted.
            let present = try files.present(name, of: decidedByCurrent ? current : reference)
            let kind = present == 0 ? ColumnKind.unknown : .datetime
            return .skipped(SkippedColumn(name: name, kind: kind))
        }
        let (first, second) = (
            try column(name, of: reference, nullableIntegersAreNumbers: decidedByCurrent),
            try column(name, of: current, nullableIntegersAreNumbers: decidedByCurrent)
        )
        return Self.compared(first, second, kind: decidedByCurrent ? second.kind : first.kind)
    }

    /// Two columns of numbers, as what the deciding side is: numbers, or categories where it has few whole numbers.
    static func pair(
        _ reference: (column: ReportColumn, type: LakeType),
        _ current: (column: ReportColumn, type: LakeType),
        decidedByCurrent: Bool
    ) -> Pair {
        let deciding = decidedByCurrent ? current : reference
        guard isOfCategories(deciding.column, deciding.type, decidedByCurrent) else {
            return .columns(reference: reference.column, current: current.column)
        }
        return .columns(reference: reference.column.asCategories, current: current.column.asCategories)
    }

    /// Reads a column of numbers.
    func numbers(_ name: String, of source: LakeSource) throws -> ReportColumn {
        ReportColumn(name: name, numbers: try files.numbers(name, of: source))
    }

    private static func isOfCategories(
        _ column: ReportColumn,
        _ type: LakeType,
        _ nullableIntegersAreNumbers: Bool
    ) -> Bool {
        guard type == .integer, !nullableIntegersAreNumbers || column.sample.missing == 0 else { return false }
        let limit = ColumnKind.categoricalIntegers + 1
        return column.sample.distinctCount(limit: limit) < limit
    }

    private static func compared(_ first: ReportColumn, _ second: ReportColumn, kind: ColumnKind) -> Pair {
        guard kind.isCompared else {
            return .skipped(SkippedColumn(name: first.name, kind: kind))
        }
        return .columns(reference: first, current: second)
    }

    /// Columns of two types: an error, unless one has no value at all and so could be of any.
    private func unequal(
        _ name: String,
        _ reference: LakeSource,
        _ current: LakeSource,
        _ decidedByCurrent: Bool
    ) throws -> Pair {
        let isEmpty = (
            try files.present(name, of: reference) == 0,
            try files.present(name, of: current) == 0
        )
        guard isEmpty.0 || isEmpty.1 else {
            let (left, right) = (try reference.field(name).type, try current.field(name).type)
            throw ReportError(
                .mixedTypes,
                "column \(name) is \(left.rawValue) in \(reference.name) and \(right.rawValue) in \(current.name): "
                    + "give both the same type, or choose the columns to compare"
            )
        }
        if isEmpty.0, isEmpty.1 { return .skipped(SkippedColumn(name: name, kind: .unknown)) }
        let full = try column(
            name,
            of: isEmpty.0 ? current : reference,
            nullableIntegersAreNumbers: decidedByCurrent
        )
        let none = full.without(rows: (isEmpty.0 ? reference : current).rowCount)
        return Self.compared(isEmpty.0 ? none : full, isEmpty.0 ? full : none, kind: full.kind)
    }

    /// Counts a column; times that were guessed from texts may be the texts that they are to pandas.
    private func categories(
        _ name: String,
        of source: LakeSource,
        guessedTimesAreTexts: Bool = false
    ) throws -> ReportColumn {
        let found = try source.field(name).type
        let type = found == .timestamp && source.isText && guessedTimesAreTexts ? .text : found
        let limit = Self.maximumCategories
        guard let found = try files.counts(name, of: source, limit: limit) else {
            let (present, distinct) = try files.distinct(name, of: source)
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
