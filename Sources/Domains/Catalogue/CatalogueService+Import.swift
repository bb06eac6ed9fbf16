internal import JSON
package import Lake
internal import Primitives
internal import SQLStore

extension CatalogueService {
    /// Imports a CSV (plain or gzip) or Parquet file as the next version of `dataset`.
    ///
    /// A row that does not fit its column is refused with its line; nothing is skipped. Where the newest version came
    /// from the same file and rows and has the same content, that version is returned and none is made, so that an
    /// import may be repeated after a crash.
    package func importFile(
        _ dataset: String,
        path: String,
        options: ImportOptions = ImportOptions()
    ) async throws -> DatasetVersion {
        let name = try DatasetName(dataset)
        let source = DatasetSource.file(path: path, rows: options.rows)
        let definition = SHA256.hex(Array(source.json.description.utf8))
        let newest = try? await version(dataset)
        do {
            return try await publish(name, definition: definition) { file in
                let imported = try await lake.importFile(path, options, to: file)
                if let newest, newest.source == source, newest.contentHash == imported.contentHash {
                    throw Unchanged(version: newest)
                }
                return (imported, source)
            }
        } catch let unchanged as Unchanged {
            return unchanged.version
        }
    }

    /// The import would make a version equal to the newest.
    private struct Unchanged: Error {
        let version: DatasetVersion
    }
}
