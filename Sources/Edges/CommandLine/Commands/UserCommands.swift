internal import Files
internal import JSON

/// `martlet users`.
enum UserCommands {
    static let group = CommandGroup(
        name: "users",
        summary: "The users that may log in to the log",
        commands: [list, add, remove]
    )

    private static let name = PlaceSpecification.required("USER", "the user's name")

    private static let list = CommandSpecification(name: "list", summary: "Lists the users") { _, context in
        context.report.list(
            try await context.client().get(["users"]),
            [Column("USER", "name"), Column("SINCE", "created_at")],
            empty: "no users yet: martlet users add NAME"
        )
    }

    private static let add = CommandSpecification(
        name: "add",
        summary: "Adds a user; prints its password once, unless that comes from a file",
        places: [name],
        options: [.value("--password-file", "FILE", "Takes the password from a file's first line; - is standard input")]
    ) { invocation, context in
        var body: JSONObject = ["name": .string(invocation.required("USER"))]
        if let file = invocation.value("--password-file") {
            body["password"] = .string(try password(in: file, context.streams))
        }
        let answer = try await context.client().post(["users"], body)
        let made = answer["password"]?.stringValue.map { " with the password \($0)" } ?? ""
        context.report.line("added \(invocation.required("USER"))\(made)", answer)
    }

    private static let remove = CommandSpecification(
        name: "remove",
        summary: "Removes a user; connections that are logged in stay",
        places: [name]
    ) { invocation, context in
        let name = invocation.required("USER")
        try await context.client().delete(["users", name])
        context.report.line("removed \(name)", ["name": .string(name), "removed": true])
    }

    private static func password(in file: String, _ streams: CommandStreams) throws(CommandFailure) -> String {
        guard file != "-" else {
            guard let line = streams.readLine() else { throw .usage("there is no password on standard input") }
            return line
        }
        let bytes: [UInt8]
        do {
            bytes = try File.read(file)
        } catch {
            throw CommandFailure(status: .failed, message: "the password cannot be read: \(error)")
        }
        guard let line = String(validating: bytes, as: UTF8.self)?.split(whereSeparator: \.isNewline).first else {
            throw .usage("there is no password in \(file)")
        }
        return String(line)
    }
}
