internal import Files
internal import Primitives

/// A folder for one test, removed with the object.
package final class TemporaryDirectory: Sendable {
    /// The absolute path of the folder.
    package let path: String

    /// Makes a folder with a name of its own below the system's place for such.
    package init() throws {
        path = "\(Directory.temporary)/martlet-test-\(RandomID.hex(bytes: 8))"
        try Directory.create(path)
    }

    deinit {
        try? Directory.remove(path)
    }
}
