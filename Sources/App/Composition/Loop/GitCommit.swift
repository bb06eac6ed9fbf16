internal import Files
internal import Pipelines
internal import Processes

/// The commit of a project's code.
enum GitCommit {
    /// The commit that the folder is at, with `-dirty` where files of it differ; empty where it is not under Git.
    static func read(folder: String) async -> String {
        guard let head = await git(["rev-parse", "HEAD"], folder), head.utf8.count == 40 else { return "" }
        let changes = await git(["status", "--porcelain", "--", "."], folder) ?? ""
        return changes.isEmpty ? head : "\(head)-dirty"
    }

    private static func git(_ arguments: [String], _ folder: String) async -> String? {
        let request = SpawnRequest(
            executable: "/usr/bin/git",
            arguments: ["--no-optional-locks"] + arguments,
            environment: ["PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "GIT_CONFIG_NOSYSTEM": "1"],
            directory: folder,
            logPath: "/dev/null"
        )
        guard let child = try? await ChildProcess.spawn(request) else { return nil }
        let (status, _) = await child.wait(atMost: .seconds(5))
        guard status.isSuccess else { return nil }
        return child.outputTail.split(separator: "\n", omittingEmptySubsequences: true).joined(separator: "\n")
    }
}
