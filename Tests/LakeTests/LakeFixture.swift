import Files
import Lake
import Testing
import TestSupport

/// A lake in a folder of its own over the real DuckDB.
struct LakeFixture {
    let folder: TemporaryDirectory
    let lake: Lake

    init() throws {
        folder = try TemporaryDirectory()
        try Directory.create("\(folder.path)/lake")
        lake = Lake(
            .init(directory: "\(folder.path)/lake", library: .init(virtualEnvironments: [VirtualEnvironment.path]))
        )
    }

    /// A path in the lake's folder.
    func inside(_ name: String) -> String { "\(folder.path)/lake/\(name)" }

    /// Writes a file outside of the lake and gives its path.
    func file(_ name: String, _ text: String) throws -> String {
        let path = "\(folder.path)/\(name)"
        try File.replace(path, with: Array(text.utf8))
        return path
    }
}

/// The code of the ``LakeError`` that `body` throws, or nil.
func code(of body: () async throws -> Void) async -> LakeError.Code? {
    do {
        try await body()
        return nil
    } catch {
        return (error as? LakeError)?.code
    }
}
