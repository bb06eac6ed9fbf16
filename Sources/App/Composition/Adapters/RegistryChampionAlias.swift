internal import Registry
internal import Retraining

/// Moves the alias in the registry, then lets what depends on it follow.
struct RegistryChampionAlias: ChampionAlias {
    let registry: RegistryService
    /// Swaps deployments and the monitor's reference; called after the move is durable.
    let follow: @Sendable (_ model: String) async -> Void

    func championVersion(model: String, alias: String) async throws -> Int {
        Int(try await registry.version(model, alias: alias).version)
    }

    func promote(model: String, alias: String, version: Int, reason: String) async throws {
        try await registry.setAlias(alias, of: model, to: Int64(version), actor: "policy", reason: reason)
        await follow(model)
    }
}
