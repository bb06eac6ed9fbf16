internal import JSON
internal import Synchronization

/// Prints the steps and alerts of a project out of a stream of server-sent events.
final class EventPrinter: Sendable {
    private let project: String
    private let context: CommandContext
    private let rest = Mutex<[UInt8]>([])

    init(project: String, context: CommandContext) {
        self.project = project
        self.context = context
    }

    /// Takes the next bytes, whole lines or not.
    func take(_ bytes: UnsafeRawBufferPointer) {
        let lines = rest.withLock { rest in
            rest.append(contentsOf: bytes)
            var lines = rest.split(separator: 0x0A, omittingEmptySubsequences: false)
            let last = lines.popLast() ?? []
            let whole = lines.map { String(decoding: $0, as: UTF8.self) }
            rest = Array(last)
            return whole
        }
        for line in lines where line.hasPrefix("data: ") { show(line.dropFirst(6)) }
    }

    private func show(_ text: Substring) {
        guard let event = try? JSONValue.parse(String(text)), event["project"] == .string(project),
            let change = event["change"]?.stringValue, change == "step" || change == "alert"
        else { return }
        if context.report.isJSON { return context.streams.write("\(event)\n") }
        let data = event["data"] ?? [:]
        let time = (data["at"] ?? data["opened_at"])?.stringValue ?? "-"
        let kind = data["kind"]?.stringValue ?? change
        let title = (data["title"] ?? data["message"])?.stringValue ?? ""
        context.streams.write("\(time)  \(change) \(kind)  \(Column.printable(title))\n")
    }
}
