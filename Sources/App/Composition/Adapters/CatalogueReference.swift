internal import Catalogue
internal import Monitoring

/// Training data as the reference of a monitor.
struct CatalogueReference: ReferenceSource {
    let catalogue: CatalogueService

    func columns(_ columns: [String], of reference: ReferenceDataset) async throws -> [String: [Double]] {
        let version = try await catalogue.version(reference.dataset, reference.version)
        return try await catalogue.readColumns(version, columns)
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
