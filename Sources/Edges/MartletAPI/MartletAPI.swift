package import Access
package import Catalogue
package import HTTPServer
internal import JSON
package import Registry
package import Streams
package import Tracking
package import Trash

/// Our own routes: `/api/v1` as `docs/api.md` has them, `/healthz`, `/readyz` and `/metrics`.
///
/// A handler decodes the request, calls one service and encodes what it gives.
package struct MartletAPI: Sendable {
    private let groups: [any RouteGroup]

    /// Makes the routes over the services that answer them.
    package init(
        status: ServerStatus,
        loops: any LoopSource,
        monitors: any MonitorSource,
        streams: StreamConfiguration,
        admin: StreamAdmin,
        catalogue: CatalogueService,
        tracking: TrackingService,
        registry: RegistryService,
        users: UserDirectory,
        trash: TrashService,
        events: EventHub
    ) {
        groups = [
            ServerRoutes(status: status, events: events),
            TopicRoutes(streams: streams, admin: admin),
            GroupRoutes(admin: admin),
            UserRoutes(users: users),
            DatasetRoutes(catalogue: catalogue),
            ReportRoutes(catalogue: catalogue),
            RunRoutes(tracking: tracking),
            MetricRoutes(tracking: tracking),
            ModelRoutes(registry: registry),
            TrashRoutes(trash: trash),
            LoopRoutes(loops: loops),
            WorkRoutes(loops: loops),
            MonitorRoutes(source: monitors),
            AlertRoutes(source: monitors),
        ]
    }

    /// Adds all routes, and the document that describes them.
    package func install(on router: inout Router) {
        let operations = groups.flatMap(\.operations)
        for operation in operations { operation.install(on: &router) }
        let document = OpenAPIDocument(operations: operations).json.serialized()
        router.on(.get, "/api/v1/openapi.json") { _ in .json(bytes: document) }
    }
}

/// Operations that belong together.
protocol RouteGroup: Sendable {
    /// The operations, in the order of the document.
    var operations: [Operation] { get }
}
