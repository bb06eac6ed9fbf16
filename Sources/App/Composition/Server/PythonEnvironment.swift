internal import Files
internal import Glibc

/// A Python virtual environment: where jobs run, and where the wheels of DuckDB and ONNX Runtime lie.
struct PythonEnvironment: Sendable, Hashable {
    /// The folder of the environment, absolute.
    let directory: String

    /// The interpreter.
    var python: String { "\(directory)/bin/python" }

    /// The folder of its installed packages, or nil where there is none.
    var sitePackages: String? {
        let library = "\(directory)/lib"
        let versions = (try? Directory.names(library)) ?? []
        return versions.filter { $0.hasPrefix("python3") }.map { "\(library)/\($0)/site-packages" }
            .first(where: Directory.isDirectory)
    }

    /// The environment that was asked for, or the first that is there: `$MARTLET_VENV`, `.venv` in the working
    /// folder, `.venv` in a folder above the program.
    static func find(_ asked: String?) -> PythonEnvironment? {
        let named = asked ?? getenv("MARTLET_VENV").map { String(cString: $0) }
        if let named { return open(named) }
        return ([Directory.current] + foldersAboveProgram()).lazy.compactMap { open("\($0)/.venv") }.first
    }

    private static func open(_ directory: String) -> PythonEnvironment? {
        guard let path = try? Directory.resolve(directory), File.exists("\(path)/bin/python") else { return nil }
        return PythonEnvironment(directory: path)
    }

    private static func foldersAboveProgram() -> [String] {
        guard var folder = try? Directory.resolve("/proc/self/exe") else { return [] }
        var folders: [String] = []
        for _ in 0..<5 {
            folder = Directory.parent(of: folder)
            if folder == "/" { break }
            folders.append(folder)
        }
        return folders
    }
}
