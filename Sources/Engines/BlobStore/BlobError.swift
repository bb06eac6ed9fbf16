/// Why a blob could not be stored, read or removed.
package struct BlobError: Error, Sendable, CustomStringConvertible {
    /// The kind of failure; open, so that a new kind breaks no caller.
    package struct Code: Sendable, Hashable {
        private enum Kind { case invalid, unknownUpload, conflict, missing, foreign, refused, unavailable }
        private let kind: Kind

        /// What was sent does not fit the upload.
        package static let invalid = Code(kind: .invalid)
        /// There is no such upload.
        package static let unknownUpload = Code(kind: .unknownUpload)
        /// Somebody else is doing the same.
        package static let conflict = Code(kind: .conflict)
        /// The content is not in the store although it should be.
        package static let missing = Code(kind: .missing)
        /// The store belongs to another database.
        package static let foreign = Code(kind: .foreign)
        /// The object store does not accept the keys, or the settings are wrong.
        package static let refused = Code(kind: .refused)
        /// The object store does not answer, or not as it should; the same may succeed later.
        package static let unavailable = Code(kind: .unavailable)
    }

    /// The kind of failure.
    package let code: Code
    /// What failed, with what, and what to do.
    package let message: String

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { message }

    /// Neither the environment nor a file gives the keys of the object store.
    package static let missingKeys = BlobError(
        .refused,
        "the keys are missing: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give a file with --s3-credentials"
    )

    static func missing(_ hash: BlobHash, in place: String) -> BlobError {
        BlobError(
            .missing,
            "the content \(hash) is not in the artifact store at \(place): restore the store from a backup"
        )
    }
}
