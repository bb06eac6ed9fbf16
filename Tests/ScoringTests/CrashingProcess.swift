internal import Glibc
internal import Scoring
internal import Streams

/// Work that another process does until it is killed.
enum CrashingProcess {
    /// Scores until some milliseconds after there is a prediction, then dies without any cleaning-up.
    static func score(bootstrap: String, milliseconds: Int) async throws {
        let configuration = DeploymentConfiguration(
            name: "scorer",
            model: try ModelReference("rain@champion"),
            input: "rows",
            output: "predictions",
            streams: StreamConfiguration(bootstrapServers: bootstrap)
        )
        let deployment = ScoringDeployment(
            configuration,
            source: FixedSource(try Fixtures.model()),
            loader: try Fixtures.loader()
        )
        await die(after: milliseconds, of: { deployment.status.rows > 0 }) { try await deployment.run() }
    }

    /// Replays until some milliseconds after the first row, then dies.
    static func replay(bootstrap: String, milliseconds: Int) async throws {
        let replay = try ReplayFixture.replay(StreamConfiguration(bootstrapServers: bootstrap))
        await die(after: milliseconds, of: { replay.status.rowsSent > 0 }) {
            try await replay.run()
        }
    }

    private static func die(
        after milliseconds: Int,
        of start: @escaping @Sendable () -> Bool,
        _ work: @escaping @Sendable () async throws -> Void
    ) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { try? await work() }
            group.addTask {
                while !start() { try? await Task.sleep(for: .milliseconds(1)) }
                try? await Task.sleep(for: .milliseconds(milliseconds))
                kill(getpid(), SIGKILL)
            }
        }
    }
}
