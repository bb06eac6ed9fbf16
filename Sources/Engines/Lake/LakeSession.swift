internal import CDuckDB
internal import Files
internal import Primitives

/// DuckDB's database of one lake: in memory, since all that lasts is in Parquet files.
///
/// `@unchecked`: the handle is set once, and DuckDB's connections may be made from any thread.
final class LakeSession: @unchecked Sendable {
    private let library: DuckDB
    private var database: CDuckDBDatabase?
    /// Whether columns may be taken out as they are read.
    private let takesColumns: Bool

    /// Opens the library and a database that sees only the lake's folder.
    ///
    /// Blocks for some 0.1 s.
    init(_ configuration: Lake.Configuration) throws {
        library = try DuckDB.load(configuration.library)
        takesColumns = configuration.threads == 1
        try Directory.create(configuration.directory)
        let directory = configuration.directory
        // Both as it is called and as it is, where a symbolic link is in between.
        let allowed = [directory, try Directory.resolve(directory)].map { SQLText.literal($0 + "/") }
        database = try LakeSession.open(
            library.api,
            [
                "threads": "\(max(1, configuration.threads))",
                "memory_limit": "\(max(64 << 20, configuration.memoryLimitBytes) >> 10)KiB",
                "autoinstall_known_extensions": "false",
                "autoload_known_extensions": "false",
                "allow_community_extensions": "false",
            ]
        )
        let connection = try connect()
        try connection.execute("SET temp_directory = \(SQLText.literal(directory + "/.spill"))")
        try connection.execute(
            "SET max_temp_directory_size = '\(max(0, configuration.temporaryLimitBytes) >> 10)KiB'"
        )
        // A file of the disk is read page by page: fetching a column ahead takes memory of its whole length.
        try connection.execute("SET GLOBAL disable_parquet_prefetching = true")
        try connection.execute("SET allowed_directories = [\(allowed.joined(separator: ", "))]")
        if !configuration.readableFiles.isEmpty {
            let files = configuration.readableFiles.map(SQLText.literal).joined(separator: ", ")
            try connection.execute("SET allowed_paths = [\(files)]")
        }
        if takesColumns { try TakenColumn.register(connection) }
        try connection.execute("SET enable_external_access = false")
        try connection.execute("SET lock_configuration = true")
    }

    deinit {
        library.api.close(&database)
    }

    /// A connection of its own for one piece of work.
    func connect(_ interruption: Interruption = Interruption()) throws(LakeError) -> LakeConnection {
        guard let database else { throw LakeError(.closed, "the lake is closed") }
        return try LakeConnection(
            api: library.api,
            database: database,
            takesColumns: takesColumns,
            interruption: interruption
        )
    }

    private static func open(
        _ api: CDuckDBFunctions,
        _ settings: KeyValuePairs<String, String>
    ) throws(LakeError) -> CDuckDBDatabase {
        var configuration: CDuckDBConfig?
        defer { api.destroy_config(&configuration) }
        guard api.create_config(&configuration) == 0 else { throw LakeError(.engine, "DuckDB gave no configuration") }
        for (name, value) in settings where api.set_config(configuration, name, value) != 0 {
            throw LakeError(.engine, "DuckDB does not take the setting \(name) = \(value)")
        }
        var database: CDuckDBDatabase?
        var reason: UnsafeMutablePointer<CChar>?
        guard api.open_ext(nil, &database, configuration, &reason) == 0, let database else {
            defer { api.free(reason) }
            throw LakeError(.engine, "DuckDB does not open: \(reason.map { String(cString: $0) } ?? "no reason given")")
        }
        return database
    }
}
