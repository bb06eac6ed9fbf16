internal import BlobStore
internal import JSON
internal import Primitives
internal import Registry
internal import SQLStore
internal import Tracking
internal import Webhooks

/// An answer of the MLflow protocol that says why a request was refused.
struct MLflowError: Error, Equatable {
    /// The names that the protocol gives to kinds of failure, with the HTTP status of each.
    enum Code: String {
        case badRequest = "BAD_REQUEST"
        case invalidParameterValue = "INVALID_PARAMETER_VALUE"
        case resourceAlreadyExists = "RESOURCE_ALREADY_EXISTS"
        case resourceDoesNotExist = "RESOURCE_DOES_NOT_EXIST"
        case invalidState = "INVALID_STATE"
        case resourceConflict = "RESOURCE_CONFLICT"
        case featureDisabled = "FEATURE_DISABLED"
        case notImplemented = "NOT_IMPLEMENTED"
        case requestLimitExceeded = "REQUEST_LIMIT_EXCEEDED"
        case internalError = "INTERNAL_ERROR"
        case temporarilyUnavailable = "TEMPORARILY_UNAVAILABLE"

        /// The status; 400 also where MLflow's server says 500 for a mistake of the client, who would retry for minutes.
        var status: Int {
            switch self {
            case .badRequest, .invalidParameterValue, .resourceAlreadyExists, .invalidState, .featureDisabled: 400
            case .resourceDoesNotExist: 404
            case .resourceConflict: 409
            case .requestLimitExceeded: 413
            case .internalError: 500
            case .notImplemented: 501
            case .temporarilyUnavailable: 503
            }
        }
    }

    let code: Code
    let message: String

    static func invalid(_ message: String) -> MLflowError {
        MLflowError(code: .invalidParameterValue, message: message)
    }

    static func missing(_ parameter: String) -> MLflowError {
        .invalid("Missing value for required parameter '\(parameter)'. \(seeDocs)")
    }

    /// How MLflow ends what it says of a request that does not fit its schema.
    static let seeDocs = "See the API docs for more information about request parameters."

    /// The body of the answer.
    var body: [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("error_code")
        writer.string(code.rawValue)
        writer.key("message")
        writer.string(message)
        writer.endObject()
        return writer.bytes
    }
}

extension MLflowError {
    /// The answer to an error of a domain or of the database; nil for errors that only the server's log may tell.
    init?(_ error: any Error) {
        switch error {
        case let error as MLflowError: self = error
        case let error as TrackingError: self.init(code: Self.code(error.code), message: error.message)
        case let error as RegistryError: self.init(code: Self.code(error.code), message: error.message)
        case let error as WebhookError: self.init(code: Self.code(error.code), message: error.message)
        case let error as SQLError where [.unstorableText, .invalidPattern].contains(error.code):
            self.init(code: .invalidParameterValue, message: error.message)
        case let error as SQLError where error.isTransient:
            self.init(code: .temporarilyUnavailable, message: error.description)
        case let error as BlobError: self.init(code: Self.code(error.code), message: error.message)
        case let error as SystemError where error.isDiskFull:
            self.init(code: .temporarilyUnavailable, message: "\(error): free some space")
        default: return nil
        }
    }

    private static func code(_ code: BlobError.Code) -> Code {
        switch code {
        case .invalid: .invalidParameterValue
        case .unknownUpload, .missing: .resourceDoesNotExist
        case .conflict: .resourceConflict
        case .unavailable: .temporarilyUnavailable
        default: .internalError
        }
    }

    private static func code(_ code: TrackingError.Code) -> Code {
        switch code {
        case .doesNotExist: .resourceDoesNotExist
        case .alreadyExists: .resourceAlreadyExists
        case .invalidState: .invalidState
        case .badRequest: .badRequest
        default: .invalidParameterValue
        }
    }

    private static func code(_ code: WebhookError.Code) -> Code {
        code == .doesNotExist ? .resourceDoesNotExist : .invalidParameterValue
    }

    private static func code(_ code: RegistryError.Code) -> Code {
        switch code {
        case .doesNotExist: .resourceDoesNotExist
        case .alreadyExists: .resourceAlreadyExists
        // The one mistake of a caller that MLflow's own tests want to be told as the server's.
        case .remoteFile: .internalError
        default: .invalidParameterValue
        }
    }
}
