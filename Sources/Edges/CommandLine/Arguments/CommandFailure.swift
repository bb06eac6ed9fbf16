/// Why a command did not do its work, with the status that the process ends with.
struct CommandFailure: Error, Sendable, Equatable, CustomStringConvertible {
    let status: ExitStatus
    let message: String

    var description: String { message }

    static func usage(_ message: String) -> CommandFailure { CommandFailure(status: .usage, message: message) }
}

/// The statuses that the process ends with; `martlet --help` lists them.
enum ExitStatus: Int32, Sendable, CaseIterable {
    case ok = 0
    case failed = 1
    case usage = 2
    case notFound = 3
    case unreachable = 4
    case refused = 5
    case drifted = 6

    var meaning: String {
        switch self {
        case .ok: "done"
        case .failed: "failed"
        case .usage: "the command was not understood"
        case .notFound: "what was named does not exist"
        case .unreachable: "the server does not answer"
        case .refused: "the server refused: invalid, in conflict or too large"
        case .drifted: "the comparison was made, and the data has drifted"
        }
    }
}
