extension Array where Element: Sendable {
    /// What `body` makes of the elements, in their order, at most `width` of them at one time.
    ///
    /// Where one fails the others are cancelled.
    ///
    /// - Throws: what `body` throws first.
    package func concurrentMap<Result: Sendable>(
        width: Int,
        _ body: @escaping @Sendable (Element) async throws -> Result
    ) async throws -> [Result] {
        try await withThrowingTaskGroup(of: (Int, Result).self) { group in
            var waiting = enumerated().makeIterator()
            for _ in 0..<Swift.max(1, width) {
                guard let (index, element) = waiting.next() else { break }
                group.addTask { (index, try await body(element)) }
            }
            var found: [(Int, Result)] = []
            for try await result in group {
                found.append(result)
                guard let (index, element) = waiting.next() else { continue }
                group.addTask { (index, try await body(element)) }
            }
            return found.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }
}
