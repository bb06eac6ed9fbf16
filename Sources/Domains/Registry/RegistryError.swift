internal import Filters

/// Why the registry refused an act.
package struct RegistryError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kind of refusal; open, so that a new kind breaks no caller.
    package struct Code: Sendable, Hashable {
        private enum Kind {
            case invalidParameter, doesNotExist, alreadyExists, remoteFile
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

        /// A file of another machine was named.
        package static let remoteFile = Code(.remoteFile)
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

    static func remoteFile(_ source: String, _ host: String) -> RegistryError {
        RegistryError(
            .remoteFile,
            "\(source) is not a valid remote uri: it names a file of '\(host)', which this server cannot read."
        )
    }

    /// A value that is wrong.
    package static func invalid(_ message: String) -> RegistryError {
        RegistryError(.invalidParameter, message)
    }

    static func noModel(_ name: String) -> RegistryError {
        RegistryError(.doesNotExist, "Registered Model with name=\(name) not found")
    }

    static func noVersion(_ name: String, _ version: Int64) -> RegistryError {
        RegistryError(.doesNotExist, "Model Version (name=\(name), version=\(version)) not found")
    }

    static func noAlias(_ alias: String) -> RegistryError {
        .invalid("Registered model alias \(alias) not found.")
    }

    static func tooLong(_ what: String, _ limit: Int) -> RegistryError {
        .invalid("'\(what)' exceeds the maximum length of \(limit) characters")
    }
}

/// Turns refusals of the search grammar into refusals of the registry.
func translatingFilterErrors<T>(_ body: () throws -> T) throws -> T {
    do {
        return try body()
    } catch let error as FilterError {
        throw RegistryError.invalid(error.message)
    }
}
