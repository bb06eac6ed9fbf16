internal import CDuckDB
internal import Synchronization
internal import Telemetry

/// DuckDB's library, opened at run time.
///
/// Opening takes some 0.1 s and stays for the life of the process; do it where the first query is, on a thread that
/// may block. Thread-safe.
package final class DuckDB: Sendable {
    /// The library's own version, for example `v2.0.0`.
    package let version: String
    /// The file that was opened.
    package let path: String

    private let functions: Functions

    /// `@unchecked`: written once before it is shared, and DuckDB's functions may be called from any thread.
    private struct Functions: @unchecked Sendable {
        let table: CDuckDBFunctions
    }

    /// DuckDB's functions.
    var api: CDuckDBFunctions { functions.table }

    /// Opens the first library of `location` that is there; throws ``LakeError`` that says what to install.
    package static func load(_ location: Location = Location()) throws(LakeError) -> DuckDB {
        let candidates = location.candidates()
        var failures: [String] = []
        for candidate in candidates {
            do throws(LakeError) {
                return try opened(candidate)
            } catch {
                // The system need not have one; one that is there and does not open is worth telling.
                let isAbsent = error.message.contains("cannot open shared object file")
                if !candidate.isOptional || !isAbsent { failures.append(error.message) }
            }
        }
        guard failures.isEmpty else {
            throw LakeError(.libraryUnusable, failures.joined(separator: "; "))
        }
        throw LakeError(.libraryMissing, location.remedy)
    }

    /// What was opened before, by path.
    private static let cache = Mutex<[String: DuckDB]>([:])

    private static func opened(_ candidate: Location.Candidate) throws(LakeError) -> DuckDB {
        if let library = cache.withLock({ $0[candidate.path] }) { return library }
        let library = try DuckDB(candidate)
        cache.withLock { $0[candidate.path] = library }
        Logger(label: "lake").info("opened DuckDB", ["path": library.path, "version": library.version])
        return library
    }

    private init(_ candidate: Location.Candidate) throws(LakeError) {
        var table = CDuckDBFunctions()
        var reason = [CChar](repeating: 0, count: 1_024)
        guard CDuckDBOpen(candidate.path, candidate.needed, &table, &reason, reason.count) else {
            let text = String(decoding: reason.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
            throw LakeError(.libraryUnusable, "cannot open DuckDB at \(candidate.path): \(text)\(candidate.hint)")
        }
        functions = Functions(table: table)
        path = candidate.path
        version = table.library_version().map { String(cString: $0) } ?? "unknown"
    }
}
