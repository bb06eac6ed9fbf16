/// Why tracking refused an act.
package struct TrackingError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kind of refusal; open, so that a new kind breaks no caller.
    package struct Code: Sendable, Hashable {
        private enum Kind {
            case invalidParameter, doesNotExist, alreadyExists, invalidState, badRequest, tooLarge
        }

        private let kind: Kind

        private init(_ kind: Kind) {
            self.kind = kind
        }

        /// A value is missing, wrong or too long.
        package static let invalidParameter = Code(.invalidParameter)
        /// What was named does not exist.
        package static let doesNotExist = Code(.doesNotExist)
        /// What was to be made exists.
        package static let alreadyExists = Code(.alreadyExists)
        /// The act does not fit the state of its object.
        package static let invalidState = Code(.invalidState)
        /// The act contradicts what is stored.
        package static let badRequest = Code(.badRequest)
        /// More was sent than is allowed.
        package static let tooLarge = Code(.tooLarge)
    }

    /// The kind of refusal.
    package let code: Code
    /// What was refused and why.
    package let message: String

    /// A refusal.
    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { message }

    /// A value that is wrong.
    package static func invalid(_ message: String) -> TrackingError {
        TrackingError(.invalidParameter, message)
    }

    static func invalidExperimentID(_ text: String) -> TrackingError {
        .invalid("Invalid experiment ID '\(text)'. Experiment ID must be a valid integer.")
    }

    static func noExperiment(_ id: ExperimentID) -> TrackingError {
        TrackingError(.doesNotExist, "No Experiment with id=\(id) exists")
    }

    static func noRun(_ id: RunID) -> TrackingError {
        TrackingError(.doesNotExist, "Run with id=\(id) not found")
    }

    static func noLoggedModel(_ id: LoggedModelID) -> TrackingError {
        TrackingError(.doesNotExist, "Logged model with ID '\(id)' not found.")
    }

    static func inactive(run id: RunID) -> TrackingError {
        .invalid("The run \(id) must be in the 'active' state. Current state is deleted.")
    }

    static func inactive(experiment id: ExperimentID) -> TrackingError {
        .invalid("The experiment \(id) must be in the 'active' state. Current state is deleted.")
    }

    static func tooLong(_ what: String, _ limit: Int) -> TrackingError {
        .invalid("'\(what)' exceeds the maximum length of \(limit) characters")
    }
}
