package import Primitives

/// A file that is open for reading and shared: it can be read to its end also after its name has gone.
///
/// Thread-safe: reads name their position. The file is closed with the last reference.
package final class SharedFile: @unchecked Sendable {
    // Never changed after init, and only read from, by position.
    private let file: FileDescriptor
    /// Its length in bytes when it was opened.
    package let length: Int

    /// Opens the file at `path`; blocks for a disk's time.
    package init(path: String) throws(SystemError) {
        file = try FileDescriptor(path: path, mode: .read)
        length = try file.length
    }

    /// The system's number for the file; valid as long as this object lives.
    package var number: Int32 { file.number }

    /// Reads a part; fewer bytes only at the end of the file.
    ///
    /// Blocks for a disk's time.
    package func read(_ range: Range<Int>) throws(SystemError) -> [UInt8] {
        var failure: SystemError?
        let bytes = [UInt8](unsafeUninitializedCapacity: range.count) { buffer, count in
            do throws(SystemError) {
                count = try file.read(into: UnsafeMutableRawBufferPointer(buffer), at: range.lowerBound)
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return bytes
    }
}
