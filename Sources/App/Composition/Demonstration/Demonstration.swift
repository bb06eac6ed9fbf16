internal import Files
internal import Glibc
internal import JSON
internal import MartletAPI
internal import Pipelines
internal import Primitives
internal import Telemetry

/// How the demonstration is played.
package struct DemonstrationOptions: Sendable {
    /// The server that it runs on; its data folder is the demonstration's own.
    package var server: ServerConfiguration
    /// The folder of the project; nil for `examples/weather` in the working folder or beside the program.
    package var projectFolder: String?
    /// Ends when the loop is played, rather than leave the server up.
    package var exits = false
    /// Where the report goes as JSON; nil for nowhere.
    package var reportPath: String?

    /// The weather project on a server of its own in `.martlet/demo`.
    package init() {
        server = ServerConfiguration()
        server.dataDirectory = ".martlet/demo"
    }
}

/// Plays a project on a server in this process and tells its story on standard output.
///
/// A demonstration that was cut off goes on where it was; one that was played to its end is played anew.
package final class Demonstration: Sendable {
    private static let finishedMarker = "demo.finished"

    private let options: DemonstrationOptions
    private let server: MartletServer
    private let story: DemonstrationStory

    /// Prepares a demonstration; nothing is touched before ``run()``.
    package init(_ options: DemonstrationOptions) {
        self.options = options
        server = MartletServer(options.server)
        story = DemonstrationStory(isTerminal: isatty(STDOUT_FILENO) == 1)
    }

    /// Plays to the end; with `exits` returns then, else when ``stop()`` is called.
    ///
    /// - Returns: 0 where every check of the project holds, 1 where not.
    /// - Throws: errors whose descriptions name the thing and the remedy.
    package func run() async throws -> Int32 {
        // The story is what the terminal is for; `--log-level debug` or `warning` shows the server's own lines too.
        if Logger.level == .info { Logger.level = .error }
        let folder = try projectFolder()
        try clearFinished()
        let isFresh = !File.exists("\(options.server.dataDirectory)/martlet.sqlite")
        try await server.start()
        async let serving: Void = server.run()
        let status: Int32
        do {
            if isFresh { try await refuseUsedTopics(folder) }
            status = try await play(folder)
        } catch {
            server.stop()
            try? await serving
            throw error
        }
        if options.exits { server.stop() }
        try await serving
        return status
    }

    /// Ends the server and with it the demonstration.
    package func stop() {
        server.stop()
    }

    private func play(_ folder: String) async throws -> Int32 {
        guard let loops = server.loops else { return 1 }
        story.begin(url: server.url, kafka: server.bootstrapServers)
        let name = try await loops.apply(folder: folder)
        while true {
            guard let snapshot = try await loops.snapshot(project: name) else { return 1 }
            story.tell(snapshot)
            switch snapshot["state"]?.stringValue {
            case "finished": return try await finish(loops, name)
            case "failed": throw LoopError("the project \(name) failed: \(snapshot["problem"]?.stringValue ?? "")")
            case "stopped": throw LoopError("stopped before the end; the same command goes on from here")
            default: try await Task.sleep(for: .milliseconds(250))
            }
        }
    }

    private func finish(_ loops: any LoopSource, _ name: String) async throws -> Int32 {
        guard let report = try await loops.report(project: name) else { return 1 }
        if let path = options.reportPath {
            try File.replace(path, with: JSONValue.object(report).serialized(pretty: true) + [10])
        }
        try File.replace("\(options.server.dataDirectory)/\(Demonstration.finishedMarker)", with: [])
        story.end(report, reportPath: options.reportPath, url: options.exits ? nil : server.url)
        let checks = report["checks"]?.arrayValue ?? []
        return checks.allSatisfy { $0["passed"]?.boolValue == true } ? 0 : 1
    }

    /// Removes what a demonstration that was played to its end left behind; only the marker makes a folder ours.
    private func clearFinished() throws {
        let data = options.server.dataDirectory
        guard File.exists("\(data)/\(Demonstration.finishedMarker)") else { return }
        guard options.server.kafka == nil else {
            throw ConfigurationError(
                "the demonstration in \(data) was played to its end, and its topics are still on the cluster: "
                    + "delete them (martlet topics delete) and remove the folder to play it anew"
            )
        }
        let lock = try DirectoryLock(directory: data)
        try Directory.remove(data)
        _ = lock
    }

    /// On a cluster of somebody else's, topics outlive the folder: a new story does not begin on the rows of an old one.
    private func refuseUsedTopics(_ folder: String) async throws {
        let used = try await server.topicsWithRecords(ProjectReader.read(folder: folder).topics.map(\.name))
        guard let first = used.first else { return }
        throw ConfigurationError(
            "topic \(first) holds records already (of \(used.count) such topics): delete \(used.joined(separator: ", ")) "
                + "to play anew, or name the folder that they belong to with --data"
        )
    }

    private func projectFolder() throws -> String {
        if let folder = options.projectFolder { return folder }
        var candidates = [Directory.current]
        if var folder = try? Directory.resolve("/proc/self/exe") {
            for _ in 0..<5 {
                folder = Directory.parent(of: folder)
                candidates.append(folder)
            }
        }
        for candidate in candidates where File.exists("\(candidate)/examples/weather/martlet.yaml") {
            return "\(candidate)/examples/weather"
        }
        throw ConfigurationError(
            "examples/weather is not here: run this in Martlet's folder, or name it with --project"
        )
    }
}
