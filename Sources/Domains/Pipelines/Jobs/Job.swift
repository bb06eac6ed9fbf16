/// What a job is to run.
package struct JobSpecification: Sendable {
    /// The project it belongs to.
    package var project: String
    /// A name for people, such as `train rain`.
    package var name: String
    /// The program, an absolute path.
    package var executable: String
    /// Its arguments.
    package var arguments: [String]
    /// Its whole environment.
    package var environment: [String: String]
    /// Its working directory.
    package var directory: String
    /// How long it may take before it is torn down.
    package var timeout: Duration
    /// What it belongs to: run, attempt, dataset; kept with the job.
    package var links: [String: String]

    /// Describes a job; see the properties.
    package init(
        project: String,
        name: String,
        executable: String,
        arguments: [String],
        environment: [String: String],
        directory: String,
        timeout: Duration,
        links: [String: String] = [:]
    ) {
        self.project = project
        self.name = name
        self.executable = executable
        self.arguments = arguments
        self.environment = environment
        self.directory = directory
        self.timeout = timeout
        self.links = links
    }
}

/// A job and what became of it.
package struct Job: Sendable, Hashable {
    /// Where a job is.
    package enum State: String, Sendable, Hashable {
        /// The process runs.
        case running
        /// It left with exit code 0.
        case succeeded
        /// It left with another code, by a signal, or could not be started.
        case failed
        /// It took longer than it may.
        case timedOut = "timed_out"
        /// It was stopped with the server, or died with it.
        case lost
    }

    /// Unique, 32 hexadecimal digits.
    package var id: String
    /// The project it belongs to.
    package var project: String
    /// A name for people.
    package var name: String
    /// Where it is.
    package var state: State
    /// How it ended, in words; empty while it runs.
    package var outcome: String
    /// What it belongs to.
    package var links: [String: String]
    /// The file that holds its output.
    package var logPath: String
    /// When it began, in Unix milliseconds.
    package var startedAt: Int64
    /// When it ended, in Unix milliseconds.
    package var endedAt: Int64?
}

/// A job that did not succeed, with the end of its output.
package struct JobFailure: Error, Sendable, CustomStringConvertible {
    /// The job as it ended.
    package let job: Job
    /// Its last lines of output, at most 4 KiB.
    package let outputTail: String

    package var description: String {
        let output = outputTail.isEmpty ? "it wrote nothing" : "its last lines:\n\(outputTail)"
        return "the job \(job.name) \(job.state.rawValue) (\(job.outcome)); \(output)"
    }
}
