package import Registry
package import Tracking
package import Trash

/// Deleted experiments, runs and logged models; their files stay as long as a registered version needs them.
package struct TrackingTrash: TrashSource, SpaceSweeper {
    private let tracking: TrackingService
    private let registry: RegistryService

    /// The trash of tracking.
    package init(tracking: TrackingService, registry: RegistryService) {
        self.tracking = tracking
        self.registry = registry
    }

    /// What is in the trash.
    package func items() async throws -> [TrashItem] {
        try await tracking.trash().map { work in
            let (kind, id): (TrashItem.Kind, String) =
                switch work.subject {
                case .experiment(let id): (.experiment, "experiment-\(id)")
                case .run(let id): (.run, "run-\(id)")
                case .loggedModel(let id): (.loggedModel, "logged-model-\(id)")
                }
            return TrashItem(id: id, kind: kind, name: work.name, deletedAt: work.deletedAt, count: work.runs)
        }
    }

    /// How much space an item takes.
    package func usage(of item: TrashItem) async throws -> TrashUsage {
        let usage = try await tracking.usage(of: try subject(item), besides: registry.locationsInUse())
        return TrashUsage(bytes: usage.bytes, freed: usage.freed)
    }

    /// Takes an item out of the trash.
    package func restore(_ item: TrashItem, as name: String?, actor: String) async throws {
        try await tracking.restore(try subject(item))
    }

    /// Removes an item for good.
    package func purge(_ item: TrashItem) async throws -> Int64 {
        let registry = registry
        return try await tracking.purge(try subject(item), besides: registry.locationsInUse()) {
            runs,
            models,
            transaction in
            try registry.locations(ofRuns: runs.map(\.text), loggedModels: models.map(\.text), in: transaction)
        }
    }

    /// Frees what interrupted acts have left behind.
    package func sweep() async throws -> Int64 {
        let orphans = try await tracking.freeOrphans(besides: registry.locationsInUse())
        return try await orphans + tracking.artifacts.sweep()
    }

    private func subject(_ item: TrashItem) throws -> TrashedWork.Subject {
        switch item.kind {
        case .experiment: .experiment(try ExperimentID(parsing: String(item.id.dropFirst("experiment-".count))))
        case .run: .run(RunID(String(item.id.dropFirst("run-".count))))
        default: .loggedModel(LoggedModelID(String(item.id.dropFirst("logged-model-".count))))
        }
    }
}
