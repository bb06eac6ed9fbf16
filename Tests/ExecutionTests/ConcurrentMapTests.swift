import Synchronization
import Testing

@testable import Execution

struct ConcurrentMapTests {
    private struct Refused: Error {}

    @Test(arguments: [1, 2, 7, 100])
    func `results keep the order, and no more than so many run at one time`(width: Int) async throws {
        let counts = Mutex((now: 0, most: 0))
        let found = try await Array(0..<40).concurrentMap(width: width) { number in
            counts.withLock { counts in
                counts.now += 1
                counts.most = max(counts.most, counts.now)
            }
            for _ in 0..<(number % 5) { await Task.yield() }
            counts.withLock { $0.now -= 1 }
            return number * 2
        }
        #expect(found == (0..<40).map { $0 * 2 })
        #expect(counts.withLock { $0.most } <= width)
    }

    @Test func `one failure ends it, and begins nothing more`() async {
        let begun = Mutex(0)
        await #expect(throws: Refused.self) {
            try await Array(0..<1_000).concurrentMap(width: 2) { number in
                begun.withLock { $0 += 1 }
                if number == 3 { throw Refused() }
            }
        }
        #expect(begun.withLock { $0 } < 1_000)
    }

    @Test func `of nothing nothing comes`() async throws {
        #expect(try await [Int]().concurrentMap(width: 3) { $0 }.isEmpty)
    }
}
