internal import Execution
internal import Files
internal import JSON
package import Lake
internal import Primitives
package import SQLStore
package import Streams
internal import Synchronization
internal import Telemetry

/// Datasets and their versions: immutable Parquet files with a record each.
///
/// A version is made in three steps: its file is written and synced in a staging folder, the folder is renamed to its
/// place and that is synced, and then the record is written. A crash in between leaves a folder without a record, which
/// ``recover()`` removes at the next start: there is never half a version. Thread-safe.
package final class CatalogueService: Sendable {
    /// The bounds of one version.
    package struct Limits: Sendable {
        /// The most messages that a slice may span.
        package var maximumMessages: Int64 = 10_000_000

        /// The usual bounds.
        package init() {}
    }

    let database: any SQLDatabase
    /// Where the files of the versions are; for reading them.
    package let lake: Lake
    let limits: Limits
    let logger = Logger(label: "catalogue")
    let sliceReader: SliceReader
    private let files = BlockingPool(name: "catalogue", threads: 1)
    private let numbers = Mutex<[String: Int]>([:])

    /// A catalogue with its records in `database`, its files in `lake` and its topics in the log at `streams`.
    package init(
        database: any SQLDatabase,
        lake: Lake,
        streams: StreamConfiguration,
        limits: Limits = Limits()
    ) throws {
        self.database = database
        self.lake = lake
        self.limits = limits
        sliceReader = SliceReader(configuration: streams, admin: try StreamAdmin(streams))
    }

    /// Makes the tables, and removes what a crash left behind; call it once before the first use.
    package func recover() async throws {
        try await database.migrate(CatalogueSchema.migrations)
        let known = try await database.read { transaction in
            Set(try transaction.query(CatalogueStatements.files).map { Directory.parent(of: try $0.text(0)) })
        }
        let root = lake.directory
        let removed = try await files.run {
            guard Directory.isDirectory(root) else { return [String]() }
            var removed: [String] = []
            for folder in try CatalogueService.versionFolders(in: root) where !known.contains(folder) {
                try Directory.remove("\(root)/\(folder)")
                removed.append(folder)
            }
            try Directory.remove("\(root)/.staging")
            return removed
        }
        for folder in removed { logger.warning("removed an unfinished version", ["folder": folder]) }
    }

    /// All datasets by name, each with its newest version.
    package func list() async throws -> [DatasetSummary] {
        let root = lake.directory
        return try await database.read { transaction in
            try transaction.query(CatalogueStatements.newestOfAll).map { row in
                let latest = try DatasetVersion(row, root: root)
                return DatasetSummary(name: latest.dataset, versions: Int(try row.int(10)), latest: latest)
            }
        }
    }

    /// The versions of a dataset, newest first; throws where there is no such dataset.
    package func versions(_ dataset: String) async throws -> [DatasetVersion] {
        let root = lake.directory
        let versions = try await database.read { transaction in
            try transaction.query(CatalogueStatements.ofDataset, [.text(dataset)])
                .map { try DatasetVersion($0, root: root) }
        }
        guard !versions.isEmpty else { throw CatalogueService.unknownDataset(dataset) }
        return versions
    }

    /// One version of a dataset; the newest where `number` is nil.
    package func version(_ dataset: String, _ number: Int? = nil) async throws -> DatasetVersion {
        let row = try await database.read { transaction in
            guard let number else { return try transaction.first(CatalogueStatements.newest, [.text(dataset)]) }
            return try transaction.first(CatalogueStatements.byNumber, [.text(dataset), .int(Int64(number))])
        }
        if let row { return try DatasetVersion(row, root: lake.directory) }
        guard let number else { throw CatalogueService.unknownDataset(dataset) }
        let newest = try await version(dataset)
        throw CatalogueError(
            .unknownVersion,
            "the dataset \(dataset) has no version \(number): its newest is \(newest.version)"
        )
    }

    /// Reads columns of numbers of a version, in the version's order of rows; a null is NaN.
    ///
    /// - Throws: ``CatalogueError`` `unknown_column`, or `not_numeric` for texts and times.
    package func readColumns(_ version: DatasetVersion, _ columns: [String]) async throws -> [String: [Double]] {
        _ = try version.columns(columns)
        var numbers: [String: [Double]] = [:]
        for column in try await lake.read(version.path, columns: columns).columns {
            guard let values = column.numbers else {
                throw CatalogueError(.notNumeric, "column \(column.name) holds \(column.type.rawValue), not numbers")
            }
            numbers[column.name] = values
        }
        return numbers
    }

    /// Reads columns of a version whatever their types, in the version's order of rows.
    ///
    /// - Throws: ``CatalogueError`` `unknown_column`.
    package func readTable(_ version: DatasetVersion, _ columns: [String]) async throws -> LakeTable {
        _ = try version.columns(columns)
        return try await lake.read(version.path, columns: columns)
    }

    private static func unknownDataset(_ name: String) -> CatalogueError {
        CatalogueError(.unknownDataset, "there is no dataset \(name): import one, or list them with martlet data list")
    }

    /// `<dataset>/v<number>` for each such folder.
    private static func versionFolders(in root: String) throws -> [String] {
        try Directory.names(root).filter { !$0.hasPrefix(".") && Directory.isDirectory("\(root)/\($0)") }
            .flatMap { dataset in try Directory.names("\(root)/\(dataset)").map { "\(dataset)/\($0)" } }
    }
}

/// Making versions.
extension CatalogueService {
    /// Writes a version: `write` makes the Parquet file at the path that it is given.
    func publish(
        _ name: DatasetName,
        definition: String,
        write: (String) async throws -> (LakeFile, DatasetSource)
    ) async throws -> DatasetVersion {
        let staging = "\(lake.directory)/.staging/\(RandomID.hex())"
        try await files.run { try Directory.create(staging) }
        do {
            let (file, source) = try await write("\(staging)/\(CatalogueService.fileName)")
            let version = try await place(staging, name, file, source, definition: definition)
            logger.info(
                "made a dataset version",
                ["version": version.reference, "rows": "\(version.rowCount)", "hash": version.contentHash]
            )
            return version
        } catch {
            try? await files.run { try Directory.remove(staging) }
            throw error
        }
    }

    private static let fileName = "part-0.parquet"

    private func place(
        _ staging: String,
        _ name: DatasetName,
        _ file: LakeFile,
        _ source: DatasetSource,
        definition: String
    ) async throws -> DatasetVersion {
        let number = try await nextNumber(name)
        let folder = "\(name)/v\(number)"
        let root = lake.directory
        try await files.run {
            try FileDescriptor(path: file.path, mode: .append).synchronize()
            try Directory.synchronize(staging)
            try Directory.create("\(root)/\(name)")
            try File.move(staging, to: "\(root)/\(folder)")
            try Directory.synchronize("\(root)/\(name)")
            try Directory.synchronize(root)
        }
        let version = DatasetVersion(
            dataset: name.text,
            version: number,
            path: "\(root)/\(folder)/\(CatalogueService.fileName)",
            schema: file.fields,
            rowCount: file.rowCount,
            bytes: file.bytes,
            contentHash: file.contentHash,
            source: source,
            statistics: file.statistics,
            createdAt: WallClock.nowMilliseconds()
        )
        do {
            let values = version.values(file: "\(folder)/\(CatalogueService.fileName)", definitionHash: definition)
            try await database.write { try $0.execute(CatalogueStatements.insert, values) }
        } catch {
            try? await files.run { try Directory.remove("\(root)/\(folder)") }
            throw error
        }
        return version
    }

    /// A number that no version has or is being made with.
    private func nextNumber(_ name: DatasetName) async throws -> Int {
        let highest = try await database.read { transaction in
            try transaction.first(CatalogueStatements.highestNumber, [.text(name.text)])?.optionalInt(0) ?? 0
        }
        return numbers.withLock { numbers in
            let number = max(Int(highest), numbers[name.text] ?? 0) + 1
            numbers[name.text] = number
            return number
        }
    }
}
