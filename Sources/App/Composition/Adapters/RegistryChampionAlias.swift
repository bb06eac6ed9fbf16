internal import Registry
internal import Retraining

/// Moves the alias in the registry, and lets what depends on it follow.
struct RegistryChampionAlias: ChampionAlias {
    /// Who moves an alias when a policy does.
    static let actor = "policy"

    let registry: RegistryService
    let followers: Followers

    func championVersion(model: String, alias: String) async throws -> Int {
        Int(try await registry.version(model, alias: alias).version)
    }

    func championSince(model: String, alias: String) async throws -> Int64? {
        try await registry.aliasHistory(of: model, alias: alias, limit: 1).first?.at
    }

    func promote(model: String, alias: String, version: Int, reason: String) async throws {
        try await registry.setAlias(
            alias,
            of: model,
            to: Int64(version),
            actor: RegistryChampionAlias.actor,
            reason: reason
        )
    }

    func follow(model: String) async {
        await followers.follow(model)
    }
}
