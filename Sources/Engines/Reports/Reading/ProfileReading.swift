package import Lake
internal import Statistics

/// Makes the profile of a file: each column is read once, and a block of it is in memory.
package struct ProfileReading: Sendable {
    /// A longer category is cut here, so that what is kept of a column stays small.
    static let categoryBytes = 128

    /// The most columns of a profile: what is kept of each is up to 300 kB of JSON.
    private static let maximumColumns = 500

    private let lake: Lake
    private let current: LakeSource
    private let fields: [LakeField]
    private let skipped: [SkippedColumn]

    /// Prepares the profile of all columns but times, or of those named.
    ///
    /// - Throws: `ReportError` or `LakeError` for a column that is not there, or holds times.
    package init(lake: Lake, current: LakeSource, columns: [String]? = nil) throws {
        self.lake = lake
        self.current = current
        guard let columns else {
            fields = current.fields.filter { $0.type != .timestamp }
            skipped = current.fields.filter { $0.type == .timestamp }.map {
                SkippedColumn(name: $0.name, reason: "a profile takes no times")
            }
            return
        }
        var fields: [LakeField] = []
        for name in columns where !fields.contains(where: { $0.name == name }) {
            let field = try current.field(name)
            guard field.type != .timestamp else {
                throw ReportError(.mixedTypes, "column \(name) of \(current.name) holds times: a profile takes none")
            }
            fields.append(field)
        }
        self.fields = fields
        skipped = []
    }

    /// Reads.
    ///
    /// - Throws: `ReportError` where there is nothing to read.
    package func run() async throws -> ProfileReport {
        guard !fields.isEmpty else {
            throw ReportError(.nothingToCompare, "\(current.name) has no column of numbers, texts or truth values")
        }
        guard fields.count <= Self.maximumColumns else {
            throw ReportError(
                .tooLarge,
                "\(current.name) has \(fields.count) columns, and a profile takes \(Self.maximumColumns): name them"
            )
        }
        var columns: [ColumnProfile] = []
        for field in fields { columns.append(field.type.isNumber ? try await numbers(field) : try await texts(field)) }
        return ProfileReport(
            current: DatasetLabel(name: current.name, rows: current.rowCount),
            columns: columns,
            skipped: skipped
        )
    }

    private func numbers(_ field: LakeField) async throws -> ColumnProfile {
        try await lake.withReader { [current] files in
            var quantiles = QuantileSketch(k: 1_024)
            var moments = ShapeMoments()
            var distinct = DistinctSketch(precision: 12)
            var (rows, missing) = (0, 0)
            try files.withNumbers(field.name, of: current) { numbers in
                numbers.forEachBlock { block in
                    rows += block.count
                    for value in block {
                        guard !value.isNaN else {
                            missing += 1
                            continue
                        }
                        quantiles.add(value)
                        moments.add(value)
                        distinct.add(value)
                    }
                    return true
                }
            }
            return ColumnProfile(
                name: field.name,
                type: .number,
                counts: (rows, missing, rows - missing - quantiles.count),
                distinct: distinct,
                sketches: .numbers(quantiles, moments.isFinite ? moments : nil)
            )
        }
    }

    private func texts(_ field: LakeField) async throws -> ColumnProfile {
        try await lake.withReader { [current] files in
            var items = FrequentItems(capacity: 1_024)
            var distinct = DistinctSketch(precision: 12)
            var (rows, missing) = (0, 0)
            try files.forEachText(field.name, of: current) { text in
                rows += 1
                guard let text else {
                    missing += 1
                    return
                }
                distinct.add(text)
                items.add(Self.cut(text))
            }
            return ColumnProfile(
                name: field.name,
                type: field.type == .boolean ? .boolean : .text,
                counts: (rows, missing, 0),
                distinct: distinct,
                sketches: .categories(items)
            )
        }
    }

    /// The first bytes of a long text, up to a whole character of Unicode.
    static func cut(_ text: String) -> String {
        guard text.utf8.count > categoryBytes else { return text }
        var end = text.utf8.index(text.utf8.startIndex, offsetBy: categoryBytes)
        while end.samePosition(in: text.unicodeScalars) == nil { end = text.utf8.index(before: end) }
        return String(text[..<end])
    }
}
