internal import Access
internal import HTTPServer
internal import JSON
internal import Primitives

/// The users that may log in to the log.
struct UserRoutes: RouteGroup {
    let users: UserDirectory

    var operations: [Operation] {
        [
            .get("/api/v1/users", "The users, without anything of their passwords") { [users] _ in
                .list(users.users.map(Self.encode))
            },
            .post(
                "/api/v1/users",
                "Adds a user; without a password one is made, and shown in this answer only",
                body: [
                    .required("name", "string", "1 to 128 letters, digits and `. _ - @`"),
                    .optional("password", "string", "8 to 512 bytes"),
                ],
                add
            ),
            .delete("/api/v1/users/{name}", "Removes a user and closes its connections to the log") { [users] request in
                try await users.remove(request.parameter("name"))
                return HTTPResponse(status: 204)
            },
        ]
    }

    @Sendable private func add(_ request: HTTPRequest) async throws -> HTTPResponse {
        let fields = try await request.fields()
        let name = try fields.string("name")
        let given = try fields.optionalString("password")
        let password = given ?? RandomID.hex(bytes: 20)
        let user = try await users.add(name, password: password)
        var answer: JSONObject = ["name": .string(user.name), "created_at": Self.time(user)]
        if given == nil { answer["password"] = .string(password) }
        return .json(.object(answer), status: 201)
    }

    private static func encode(_ user: User) -> JSONValue {
        ["name": .string(user.name), "created_at": time(user)]
    }

    private static func time(_ user: User) -> JSONValue { .string(WallClock.iso8601(milliseconds: user.createdAt)) }
}
