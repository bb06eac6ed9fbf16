/// What a child process is to be.
package struct SpawnRequest: Sendable {
    /// The absolute path of the program.
    package var executable: String
    /// Arguments after the program's own name.
    package var arguments: [String]
    /// The whole environment; nothing is inherited.
    package var environment: [String: String]
    /// The working directory, which must exist.
    package var directory: String
    /// Where standard output and error go, appended; made where missing.
    package var logPath: String
    /// What is kept in the log at most; the rest is counted and dropped.
    package var logLimitBytes: Int
    /// Limit of the child's address space; nil for none.
    package var memoryLimitBytes: Int?

    /// Describes a child; the log is cut at 16 MiB and the memory is not limited unless told otherwise.
    package init(
        executable: String,
        arguments: [String],
        environment: [String: String],
        directory: String,
        logPath: String,
        logLimitBytes: Int = 16 << 20,
        memoryLimitBytes: Int? = nil
    ) {
        self.executable = executable
        self.arguments = arguments
        self.environment = environment
        self.directory = directory
        self.logPath = logPath
        self.logLimitBytes = logLimitBytes
        self.memoryLimitBytes = memoryLimitBytes
    }
}

/// How a process ended.
package enum ExitStatus: Sendable, Hashable, CustomStringConvertible {
    /// It left with this code.
    case exited(Int32)
    /// A signal ended it.
    case signalled(Int32)

    /// True for exit code 0.
    package var isSuccess: Bool { self == .exited(0) }

    package var description: String {
        switch self {
        case .exited(let code): "exit code \(code)"
        case .signalled(let number): "signal \(number)"
        }
    }
}

/// Why a process could not be started.
package struct SpawnError: Error, Sendable, CustomStringConvertible {
    /// The program, the step that failed and the system's reason.
    package let description: String
}
