internal import HTTPServer
internal import JSON
internal import Streams

/// The consumer groups of the log, and how far they are.
struct GroupRoutes: RouteGroup {
    let admin: StreamAdmin

    var operations: [Operation] {
        [
            .get("/api/v1/groups", "The consumer groups with their members and lag", list),
            .get("/api/v1/groups/{name}", "One consumer group: its members, and its lag in each partition", describe),
            .delete("/api/v1/groups/{name}", "Deletes a group without members, with its offsets") { [admin] request in
                try await admin.deleteGroup(request.parameter("name"))
                return HTTPResponse(status: 204)
            },
        ]
    }

    @Sendable private func list(_ request: HTTPRequest) async throws -> HTTPResponse {
        var items: [JSONValue] = []
        for group in try await admin.groups() {
            let membership = try await admin.membership(ofGroup: group.name)
            let progress = try await progress(of: membership)
            items.append([
                "name": .string(group.name),
                "state": .string(membership.state),
                "members": .int(Int64(membership.members.count)),
                "topics": .int(Int64(Set(progress.map(\.partition.topic)).count)),
                "lag": .int(progress.reduce(0) { $0 + $1.lag }),
            ])
        }
        return .list(items)
    }

    @Sendable private func describe(_ request: HTTPRequest) async throws -> HTTPResponse {
        let name = request.parameter("name")
        guard try await admin.groups().contains(where: { $0.name == name }) else {
            let message = "there is no consumer group '\(name)'; GET /api/v1/groups lists them"
            throw HTTPError(status: 404, code: "unknown_group", message: message)
        }
        let group = try await admin.membership(ofGroup: name)
        let progress = try await progress(of: group)
        return .json([
            "name": .string(name),
            "state": .string(group.state),
            "assignor": .string(group.assignor),
            "members": .array(group.members.map(Self.encode)),
            "partitions": .array(progress.map { Self.encode($0, in: group) }),
            "lag": .int(progress.reduce(0) { $0 + $1.lag }),
        ])
    }

    private func progress(of group: GroupMembership) async throws -> [PartitionProgress] {
        try await admin.progress(ofGroup: group.name, assigned: group.members.flatMap(\.partitions))
    }

    private static func encode(_ member: GroupMembership.Member) -> JSONValue {
        [
            "id": .string(member.id),
            "instance_id": member.instanceID.map(JSONValue.string) ?? .null,
            "client_id": .string(member.clientID),
            "host": .string(member.host),
            "partitions": .int(Int64(member.partitions.count)),
        ]
    }

    private static func encode(_ progress: PartitionProgress, in group: GroupMembership) -> JSONValue {
        let owner = group.members.first { $0.partitions.contains(progress.partition) }
        return [
            "topic": .string(progress.partition.topic),
            "partition": .int(Int64(progress.partition.partition)),
            "committed": progress.committed.map(JSONValue.int) ?? .null,
            "low": .int(progress.low),
            "high": .int(progress.high),
            "lag": .int(progress.lag),
            "member": owner.map { .string($0.id) } ?? .null,
        ]
    }
}
