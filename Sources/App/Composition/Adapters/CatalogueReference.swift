internal import Catalogue
internal import Lake
internal import Monitoring

/// A version of a dataset, often the training data of a champion, as the reference of a monitor.
struct CatalogueReference: ReferenceSource, DatasetVersions {
    let catalogue: CatalogueService

    func versions(of dataset: String) async throws -> [Int] {
        do {
            return try await catalogue.versions(dataset).map { Int($0.version) }.sorted()
        } catch let error as CatalogueError where error.code == .unknownDataset {
            return []
        }
    }

    func columns(
        _ columns: [MonitoredColumn],
        of reference: ReferenceDataset
    ) async throws -> [String: ReferenceColumn] {
        let version = try await catalogue.version(reference.dataset, reference.version)
        let table = try await catalogue.readTable(version, columns.map(\.name))
        let kinds = Dictionary(columns.map { ($0.name, $0.kind) }, uniquingKeysWith: { first, _ in first })
        var found: [String: ReferenceColumn] = [:]
        for column in table.columns {
            found[column.name] = try Self.reference(column, kinds[column.name] ?? .numeric, of: reference)
        }
        return found
    }

    private static func reference(
        _ column: LakeColumn,
        _ kind: MonitoredColumn.Kind,
        of reference: ReferenceDataset
    ) throws(MonitorError) -> ReferenceColumn {
        switch kind {
        case .categorical: return .categories(column.categories)
        case .numeric:
            guard let numbers = column.numbers else {
                throw MonitorError(
                    .missingReference,
                    "column '\(column.name)' of \(reference) holds \(column.type.rawValue), not numbers: "
                        + "declare it as categorical, or leave it out"
                )
            }
            return .numbers(numbers)
        }
    }
}

extension LakeColumn {
    /// The values as the texts that they have in a record; nil for nulls.
    fileprivate var categories: [String?] {
        (0..<count).map { row in
            switch self[row] {
            case .null: nil
            case .boolean(let value): value ? "true" : "false"
            case .integer(let value), .timestamp(let value): String(value)
            case .double(let value): "\(value)"
            case .text(let value): value
            }
        }
    }
}

extension ReferenceDataset {
    /// Reads `dataset@v3`; nil for other texts.
    init?(parsing text: String) {
        let parts = text.split(separator: "@")
        guard parts.count == 2, parts[1].hasPrefix("v"), let version = Int(parts[1].dropFirst()) else { return nil }
        self.init(dataset: String(parts[0]), version: version)
    }
}
