package import Registry
package import Tracking
package import Trash

/// Deleted registered models and versions; purging one frees files only where their run has been purged before.
package struct RegistryTrash: TrashSource {
    private let tracking: TrackingService
    private let registry: RegistryService

    /// The trash of the registry.
    package init(tracking: TrackingService, registry: RegistryService) {
        self.tracking = tracking
        self.registry = registry
    }

    /// What is in the trash.
    package func items() async throws -> [TrashItem] {
        try await registry.trash().map { model in
            TrashItem(
                id: model.version == nil ? "model-\(model.id)" : "version-\(model.id)",
                kind: model.version == nil ? .registeredModel : .modelVersion,
                name: model.version.map { "\(model.name) version \($0)" } ?? model.name,
                deletedAt: model.deletedAt,
                actor: model.actor,
                count: model.versions
            )
        }
    }

    /// How much space the files take that the item's versions name.
    package func usage(of item: TrashItem) async throws -> TrashUsage {
        let id = Self.identifier(item)
        let usage = try await tracking.orphanUsage(
            of: registry.locations(ofTrashed: id),
            besides: registry.locationsInUse(besidesTrashed: id)
        )
        return TrashUsage(bytes: usage.bytes, freed: usage.freed)
    }

    /// Takes an item out of the trash.
    package func restore(_ item: TrashItem, as name: String?, actor: String) async throws {
        try await registry.restore(trashed: Self.identifier(item), as: name, actor: actor)
    }

    /// Removes an item for good.
    package func purge(_ item: TrashItem) async throws -> Int64 {
        try await registry.purge(trashed: Self.identifier(item))
        return try await tracking.freeOrphans(besides: registry.locationsInUse())
    }

    private static func identifier(_ item: TrashItem) -> String {
        String(item.id.drop { $0 != "-" }.dropFirst())
    }
}
