internal import HTTPServer
internal import JSON
internal import Primitives
internal import Trash

/// What was deleted: listed, restored, purged.
struct TrashRoutes: RouteGroup {
    private static let millisecondsOfADay: Int64 = 86_400_000
    private static let purgeTimeout = Duration.seconds(3_600)
    let trash: TrashService

    var operations: [Operation] {
        [
            .get(
                "/api/v1/trash",
                "What was deleted and can be restored, newest first, with the bytes that a purge frees",
                query: [
                    .optional("limit", "integer", "Most items, 1 to 1000; 100 without"),
                    .optional("cursor", "string", "The `next` of the page before"),
                ],
                list
            ),
            .post(
                "/api/v1/trash/{id}/restore",
                "Takes something out of the trash",
                body: [
                    .optional("name", "string", "Another name, for a registered model whose own is taken"),
                    .optional("actor", "string", "Who does it; `api` without"),
                ],
                restore
            ),
            Operation(
                method: .delete,
                path: "/api/v1/trash/{id}",
                summary: "Removes something in the trash for good; its bytes are free when this answers",
                limits: RouteLimits(timeout: Self.purgeTimeout)
            ) { [trash] request in
                let freed = try await trash.purge(request.parameter("id"))
                return .json(["purged": 1, "freed_bytes": .int(freed)])
            },
            .post(
                "/api/v1/trash/purge",
                "Removes for good all that has been in the trash for some days",
                body: [.required("older_than_days", "integer", "How many days; 0 for all")],
                limits: RouteLimits(timeout: Self.purgeTimeout),
                purge
            ),
        ]
    }

    @Sendable private func list(_ request: HTTPRequest) async throws -> HTTPResponse {
        let limit = Int(try request.integer("limit", 1...1_000) ?? 100)
        let offset = Int(try request.integer("cursor", 0...1_000_000_000) ?? 0)
        let (entries, hasMore) = try await trash.list(offset: offset, limit: limit)
        return .list(entries.map(Self.json), next: hasMore ? String(offset + limit) : nil)
    }

    @Sendable private func restore(_ request: HTTPRequest) async throws -> HTTPResponse {
        let fields = try await request.fields()
        let item = try await trash.restore(
            request.parameter("id"),
            as: fields.optionalString("name"),
            actor: fields.optionalString("actor") ?? "api"
        )
        return .json(["id": .string(item.id), "kind": .string(item.kind.rawValue), "name": .string(item.name)])
    }

    @Sendable private func purge(_ request: HTTPRequest) async throws -> HTTPResponse {
        let days = try await request.fields().integer("older_than_days", 0...36_500)
        // Zero days means all: what was deleted in this very millisecond as well.
        let limit = WallClock.nowMilliseconds() - days * Self.millisecondsOfADay + (days == 0 ? 1 : 0)
        let (items, bytes) = try await trash.purge(deletedBefore: limit)
        return .json(["purged": .int(Int64(items)), "freed_bytes": .int(bytes)])
    }

    private static func json(_ entry: TrashEntry) -> JSONValue {
        let item = entry.item
        return [
            "id": .string(item.id),
            "kind": .string(item.kind.rawValue),
            "name": .string(item.name),
            "deleted_at": .string(WallClock.iso8601(milliseconds: item.deletedAt)),
            "deleted_by": item.actor.isEmpty ? .null : .string(item.actor),
            "expires_at": entry.expiresAt.map { .string(WallClock.iso8601(milliseconds: $0)) } ?? .null,
            "count": .int(item.count),
            "bytes": .int(entry.usage.bytes),
            "frees_bytes": .int(entry.usage.freed),
        ]
    }
}
