import Synchronization
import Testing

@testable import Execution

@Suite(.timeLimit(.minutes(10))) struct ServiceGroupTests {
    private final class Recorder: Sendable {
        let events = Mutex<[String]>([])
        func add(_ event: String) { events.withLock { $0.append(event) } }
    }

    private final class Part: Service {
        let name: String
        private let recorder: Recorder
        private let failing: Bool
        private let stopped = OneShot<Void>()

        init(_ name: String, _ recorder: Recorder, failing: Bool = false) {
            self.name = name
            self.recorder = recorder
            self.failing = failing
        }

        func run() async throws {
            if failing { throw Broken() }
            try await stopped.value
            recorder.add("ended \(name)")
        }

        func stop() async { stopped.succeed(()) }
    }

    private final class Stuck: Service {
        let name = "stuck"
        func run() async throws { try? await Task.sleep(for: .seconds(3_600)) }
        func stop() async {}
    }

    private struct Broken: Error {}

    @Test func `services stop in the reverse order of their start`() async throws {
        let recorder = Recorder()
        let group = ServiceGroup(["log", "registry", "web"].map { Part($0, recorder) })
        group.stop()
        try await group.run()
        #expect(recorder.events.withLock { $0 } == ["ended web", "ended registry", "ended log"])
    }

    @Test func `the failure of one service stops the others and is thrown`() async {
        let recorder = Recorder()
        let group = ServiceGroup([Part("log", recorder), Part("web", recorder, failing: true)])
        await #expect(throws: Broken.self) { try await group.run() }
        #expect(recorder.events.withLock { $0 } == ["ended log"])
    }

    @Test func `a service that does not stop is left behind after the deadline`() async throws {
        let group = ServiceGroup([Stuck()], deadline: .milliseconds(20))
        group.stop()
        try await group.run()
    }
}
