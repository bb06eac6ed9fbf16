internal import Glibc
package import Primitives

/// Folders by path.
///
/// Calls block, at most for a disk's time.
package enum Directory {
    /// Makes the folder and those above it; one that is there is no error.
    package static func create(_ path: String) throws(SystemError) {
        if isDirectory(path) { return }
        let above = parent(of: path)
        if above != path && !above.isEmpty { try create(above) }
        guard mkdir(path, 0o750) == 0 || errno == EEXIST else { throw SystemError(call: "mkdir", subject: path) }
    }

    /// True where a folder is at `path`.
    package static func isDirectory(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// The names in the folder in ascending order, without `.` and `..`.
    package static func names(_ path: String) throws(SystemError) -> [String] {
        guard let stream = opendir(path) else { throw SystemError(call: "opendir", subject: path) }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// Removes the folder and all that is in it; symbolic links are removed, not followed.
    ///
    /// One not there is no error.
    package static func remove(_ path: String) throws(SystemError) {
        var status = stat()
        guard lstat(path, &status) == 0 else {
            if errno == ENOENT { return }
            throw SystemError(call: "lstat", subject: path)
        }
        guard status.st_mode & S_IFMT == S_IFDIR else { return try File.remove(path) }
        for name in try names(path) { try remove("\(path)/\(name)") }
        guard rmdir(path) == 0 else { throw SystemError(call: "rmdir", subject: path) }
    }

    /// Makes renames, new and removed files in the folder durable.
    package static func synchronize(_ path: String) throws(SystemError) {
        let number = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard number >= 0 else { throw SystemError(call: "open", subject: path) }
        defer { close(number) }
        guard fsync(number) == 0 else { throw SystemError(call: "fsync", subject: path) }
    }

    /// When a name was last added to or removed from the folder, Unix milliseconds.
    package static func lastChange(_ path: String) throws(SystemError) -> Int64 {
        var status = stat()
        guard stat(path, &status) == 0 else { throw SystemError(call: "stat", subject: path) }
        return Int64(status.st_mtim.tv_sec) * 1_000 + Int64(status.st_mtim.tv_nsec) / 1_000_000
    }

    /// The path without its last part; `.` for a bare name, `/` for the root.
    package static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// The absolute path, with symbolic links and `..` resolved; throws where it does not exist.
    package static func resolve(_ path: String) throws(SystemError) -> String {
        guard let resolved = realpath(path, nil) else { throw SystemError(call: "realpath", subject: path) }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    /// Where folders and files go that nobody keeps: what `TMPDIR` says, else `/tmp`.
    package static var temporary: String {
        guard let path = getenv("TMPDIR"), path.pointee != 0 else { return "/tmp" }
        return String(cString: path)
    }

    /// The folder that the process was started in.
    package static var current: String {
        guard let path = getcwd(nil, 0) else { return "." }
        defer { free(path) }
        return String(cString: path)
    }
}
