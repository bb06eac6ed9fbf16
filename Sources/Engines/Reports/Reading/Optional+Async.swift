extension Optional {
    /// What `body` makes of the value, if there is one.
    func asyncMap<T>(_ body: (Wrapped) async throws -> T) async throws -> T? {
        guard let self else { return nil }
        return try await body(self)
    }
}
