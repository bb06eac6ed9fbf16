internal import Files
internal import Glibc
internal import Lake
internal import Primitives
internal import Synchronization

extension FuzzTarget {
    /// A CSV file that is imported: refused with words, or a table of which every column has all rows.
    static let csv = FuzzTarget(name: "csv") { bytes in
        guard let importer = CSVImporter.shared else { preconditionFailure("the folder for tables cannot be made") }
        importer.take(Array(bytes))
    }
}

/// Imports one file after the other into a lake of its own.
private final class CSVImporter: Sendable {
    static let shared = try? CSVImporter()

    /// Says across threads that the work is done.
    private final class Flag: Sendable {
        let isSet = Atomic<Bool>(false)
    }

    private let folder: String
    private let lake: Lake

    init() throws {
        folder = "\(Directory.temporary)/martlet-fuzz-csv-\(RandomID.hex())"
        // The fuzzer and the tests end with `exit`; nothing before that is the last use.
        atexit { if let importer = CSVImporter.shared { try? Directory.remove(importer.folder) } }
        try Directory.create("\(folder)/lake")
        let environment = getenv("MARTLET_TEST_VENV").map { String(cString: $0) } ?? "\(Directory.current)/.venv"
        let library = DuckDB.Location(virtualEnvironments: [environment])
        lake = Lake(Lake.Configuration(directory: "\(folder)/lake", library: library))
    }

    /// Blocks the calling thread, which is none of Swift's pool, until the file is imported or refused.
    func take(_ bytes: [UInt8]) {
        let done = Flag()
        Task {
            await self.load(bytes)
            done.isSet.store(true, ordering: .releasing)
        }
        while !done.isSet.load(ordering: .acquiring) { usleep(50) }
    }

    private func load(_ bytes: [UInt8]) async {
        let source = "\(folder)/input.csv"
        let destination = "\(folder)/lake/output.parquet"
        do {
            try File.remove(source)
            let file = try FileDescriptor(path: source, mode: .createNew)
            try file.write(bytes)
            let table = try await lake.importFile(source, ImportOptions(), to: destination)
            precondition(!table.fields.isEmpty, "a table has a column")
            try File.remove(destination)
        } catch let error as LakeError {
            let isRefusal = [.invalidFile, .tooLarge, .unsupportedType, .emptyRange].contains(error.code)
            precondition(isRefusal, "an import failed otherwise than by a refusal: \(error.code) \(error)")
        } catch {
            preconditionFailure("an import failed otherwise than by a refusal: \(error)")
        }
    }
}
