internal import Execution
internal import Files
internal import Lake
internal import Primitives
internal import Reports
internal import Telemetry

/// Opens files for commands that work without a server.
struct FileDesk: Sendable {
    private let environments: @Sendable () -> [String]

    /// A desk that looks for DuckDB's library on the system and in `environments`.
    init(environments: @escaping @Sendable () -> [String]) {
        self.environments = environments
    }

    /// Runs `body` with the files open; what was made for them is gone afterwards.
    ///
    /// Work `byColumn` is two columns at a time, and more threads for each would only be in each other's way; CSV files are
    /// converted before, and that takes all there are.
    ///
    /// - Throws: `CommandFailure` for a file that is not there or cannot be read, and for what a report cannot be made
    ///   of.
    func withFiles<T: Sendable>(
        _ paths: [String],
        byColumn: Bool = false,
        _ body: @Sendable (Lake, [LakeSource]) async throws -> T
    ) async throws -> T {
        // What is told of the library is for those who run a server.
        Logger.level = .warning
        ProcessMemory.keepFreed()
        let files = try paths.map(resolve)
        let folder = try temporaryFolder()
        var configuration = Lake.Configuration(
            directory: folder,
            library: DuckDB.Location(virtualEnvironments: environments())
        )
        if byColumn, files.allSatisfy({ LakeFormat(fileName: $0) == .parquet }) { configuration.threads = 1 }
        configuration.readableFiles = files
        let lake = Lake(configuration)
        defer {
            lake.close()
            try? Directory.remove(folder)
        }
        do {
            var sources: [LakeSource] = []
            for (path, file) in zip(paths, files) { sources.append(try await lake.open(file, name: path)) }
            return try await body(lake, sources)
        } catch let error as LakeError {
            throw CommandFailure(status: Self.status(of: error), message: error.message)
        } catch let error as ReportError {
            throw CommandFailure(status: Self.status(of: error), message: error.message)
        }
    }

    private func resolve(_ path: String) throws(CommandFailure) -> String {
        do {
            return try Directory.resolve(path)
        } catch {
            throw CommandFailure(status: .notFound, message: "\(path) cannot be read: \(error.reason)")
        }
    }

    private func temporaryFolder() throws(SystemError) -> String {
        let folder = "\(Directory.temporary)/martlet-\(RandomID.hex())"
        try Directory.create(folder)
        return try Directory.resolve(folder)
    }

    private static func status(of error: LakeError) -> ExitStatus {
        error.code == .unknownColumn ? .notFound : .failed
    }

    private static func status(of error: ReportError) -> ExitStatus {
        switch error.code {
        case .unknownColumn: .notFound
        case .invalidOptions: .usage
        default: .failed
        }
    }
}
