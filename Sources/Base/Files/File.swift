internal import Glibc
package import Primitives

/// Whole files by path.
///
/// Calls block, at most for a disk's time.
package enum File {
    /// Reads a file of at most `limit` bytes; throws ``SystemError``, EFBIG where it is larger.
    package static func read(_ path: String, limit: Int = 64 << 20) throws(SystemError) -> [UInt8] {
        let file = try FileDescriptor(path: path, mode: .read)
        let length = try file.length
        guard length <= limit else { throw SystemError(call: "read", subject: path, number: EFBIG) }
        var failure: SystemError?
        let bytes = [UInt8](unsafeUninitializedCapacity: length) { buffer, count in
            do throws(SystemError) {
                count = try file.read(into: UnsafeMutableRawBufferPointer(buffer), at: 0)
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return bytes
    }

    /// Replaces the file at `path` so that a crash leaves either the old or the new content, never a part.
    ///
    /// The new content is written beside it, synced, renamed, and the folder synced: durable when it returns.
    package static func replace(_ path: String, with bytes: [UInt8]) throws(SystemError) {
        let temporary = "\(path).\(RandomID.hex(bytes: 4)).new"
        do throws(SystemError) {
            let file = try FileDescriptor(path: temporary, mode: .createNew)
            try file.write(bytes)
            try file.synchronize()
            try move(temporary, to: path)
        } catch {
            unlink(temporary)
            throw error
        }
        try Directory.synchronize(Directory.parent(of: path))
    }

    /// Renames a file or folder within one file system, replacing a file at the new place.
    ///
    /// Not durable by itself.
    package static func move(_ path: String, to other: String) throws(SystemError) {
        guard rename(path, other) == 0 else { throw SystemError(call: "rename", subject: path) }
    }

    /// Removes a file; one that is not there is no error.
    package static func remove(_ path: String) throws(SystemError) {
        guard unlink(path) == 0 || errno == ENOENT else { throw SystemError(call: "unlink", subject: path) }
    }

    /// True where something is at `path`, seen through symbolic links.
    package static func exists(_ path: String) -> Bool {
        access(path, F_OK) == 0
    }

    /// The length in bytes of the file at `path`.
    package static func length(_ path: String) throws(SystemError) -> Int {
        var status = stat()
        guard stat(path, &status) == 0 else { throw SystemError(call: "stat", subject: path) }
        return Int(status.st_size)
    }
}
