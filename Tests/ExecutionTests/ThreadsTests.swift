import Primitives
import Synchronization
import Testing

@testable import Execution

@Suite struct ThreadsTests {
    private struct Refused: Error {}

    @Test func `a dedicated thread runs what it is given in order`() async throws {
        let thread = DedicatedThread(name: "order")
        let seen = Mutex<[Int]>([])
        for index in 0..<1_000 { thread.submit { seen.withLock { $0.append(index) } } }
        let count = try await thread.run { seen.withLock { $0.count } }
        #expect(count == 1_000)
        #expect(seen.withLock { $0 } == Array(0..<1_000))
    }

    @Test func `an error of the body reaches the caller`() async {
        let thread = DedicatedThread(name: "error")
        await #expect(throws: Refused.self) { try await thread.run { throw Refused() } }
    }

    @Test func `an actor pinned to a thread runs there and nowhere else`() async {
        actor Pinned {
            let thread = DedicatedThread(name: "pinned")
            nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }
            func isOnThread() -> Bool { thread.isIsolatingCurrentContext() == true }
        }
        let pinned = Pinned()
        #expect(await pinned.isOnThread())
        #expect(pinned.thread.isIsolatingCurrentContext() == false)
    }

    @Test func `a pool of two runs two blocking calls at once`() async throws {
        let pool = BlockingPool(name: "pool", threads: 2)
        let first = OneShot<Void>()
        let second = OneShot<Void>()
        // Each call waits for the other: with one thread this would never end.
        async let one: Void = pool.run {
            first.succeed(())
            while !second.isDone {}
        }
        async let two: Void = pool.run {
            second.succeed(())
            while !first.isDone {}
        }
        _ = try await (one, two)
        #expect(pool.waiting == 0)
    }

    @Test func `only the first value of a one-shot counts`() async throws {
        let promise = OneShot<Int>()
        async let waiting = promise.value
        #expect(promise.succeed(1))
        #expect(!promise.succeed(2))
        #expect(!promise.fail(Refused()))
        #expect(try await waiting == 1)
        #expect(try await promise.value == 1)
    }
}
