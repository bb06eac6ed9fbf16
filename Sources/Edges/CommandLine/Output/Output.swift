internal import Glibc
internal import JSON

/// Where commands read from and write to: the process's own streams, or a test's.
package struct CommandStreams: Sendable {
    let write: @Sendable (String) -> Void
    let writeError: @Sendable (String) -> Void
    let readLine: @Sendable () -> String?
    let environment: @Sendable (String) -> String?

    /// Makes streams of closures; `readLine` gives nil at the end.
    package init(
        write: @escaping @Sendable (String) -> Void,
        writeError: @escaping @Sendable (String) -> Void,
        readLine: @escaping @Sendable () -> String?,
        environment: @escaping @Sendable (String) -> String?
    ) {
        self.write = write
        self.writeError = writeError
        self.readLine = readLine
        self.environment = environment
    }

    /// Standard input, output and error, and the process's environment.
    package static let standard = CommandStreams(
        write: { writeAll($0, to: STDOUT_FILENO) },
        writeError: { writeAll($0, to: STDERR_FILENO) },
        readLine: { Swift.readLine() },
        environment: { name in getenv(name).map { String(cString: $0) } }
    )

    private static func writeAll(_ text: String, to descriptor: Int32) {
        let bytes = Array(text.utf8)
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.write(descriptor, $0.baseAddress.map { $0 + written }, bytes.count - written)
            }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return }
            written += count
        }
    }
}

/// Prints what a command found: a table for people, or the server's JSON.
struct Report: Sendable {
    let streams: CommandStreams
    let isJSON: Bool

    /// A list: each item a row.
    func list(_ answer: JSONValue, _ columns: [Column], empty: String) {
        if isJSON { return json(answer) }
        let items = answer["items"]?.arrayValue ?? []
        streams.write(items.isEmpty ? "\(empty)\n" : Table(columns).render(items))
    }

    /// A thing: each member a line.
    func fields(_ answer: JSONValue, _ columns: [Column]) {
        if isJSON { return json(answer) }
        let width = columns.map(\.title.count).max() ?? 0
        for column in columns {
            let pad = String(repeating: " ", count: width - column.title.count)
            streams.write("\(column.title)\(pad)  \(column.text(of: answer))\n")
        }
    }

    /// A line for people; the answer for programs.
    func line(_ text: String, _ answer: JSONValue) {
        if isJSON { json(answer) } else { streams.write(text + "\n") }
    }

    /// A title and rows beneath, for people only.
    func section(_ title: String, _ items: [JSONValue], _ columns: [Column]) {
        guard !isJSON, !items.isEmpty else { return }
        streams.write("\n\(title)\n\(Table(columns).render(items))")
    }

    func json(_ value: JSONValue) {
        streams.write(String(decoding: value.serialized(pretty: true), as: UTF8.self) + "\n")
    }
}
