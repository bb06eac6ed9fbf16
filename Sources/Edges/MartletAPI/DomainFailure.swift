internal import Access
internal import BlobStore
internal import Catalogue
internal import HTTPServer
internal import Lake
internal import Monitoring
internal import Pipelines
internal import Primitives
internal import Registry
internal import Reports
internal import Streams
internal import Tracking
internal import Trash

/// What errors of the domains and engines are in HTTP.
enum DomainFailure {
    /// The answer for an error; nil for one that is no client's affair.
    static func httpError(for error: any Error) -> HTTPError? {
        switch error {
        case let error as CatalogueError: catalogue(error)
        case let error as TrackingError: tracking(error)
        case let error as RegistryError: registry(error)
        case let error as AccessError: access(error)
        case let error as StreamError: stream(error)
        case let error as LakeError: lake(error)
        case let error as ReportError: report(error)
        case let error as TrashError: HTTPError(status: 404, message: error.message)
        case let error as BlobError where error.code == .unavailable: HTTPError(status: 503, message: error.message)
        case let error as MonitorConflict: HTTPError(status: 409, message: error.description)
        case let error as MonitorError: monitoring(error)
        case let error as ProjectError: HTTPError(status: 400, code: "invalid_project", message: error.description)
        case let error as SystemError where error.isDiskFull:
            HTTPError(status: 507, code: "disk_full", message: "\(error): free some space")
        default: nil
        }
    }

    private static func report(_ error: ReportError) -> HTTPError {
        let status = error.code == .unknownColumn ? 404 : error.code == .tooLarge ? 413 : 400
        return HTTPError(status: status, code: error.code.description, message: error.message)
    }

    private static func catalogue(_ error: CatalogueError) -> HTTPError? {
        switch error.code {
        case .unknownDataset, .unknownVersion, .unknownTopic: HTTPError(status: 404, message: error.message)
        case .tooLarge: HTTPError(status: 413, message: error.message)
        case .stalled: HTTPError(status: 503, message: error.message)
        default: HTTPError(status: 400, code: error.code.description, message: error.message)
        }
    }

    private static func tracking(_ error: TrackingError) -> HTTPError {
        switch error.code {
        case .doesNotExist: HTTPError(status: 404, message: error.message)
        case .alreadyExists, .invalidState: HTTPError(status: 409, message: error.message)
        case .tooLarge: HTTPError(status: 413, message: error.message)
        default: HTTPError(status: 400, message: error.message)
        }
    }

    private static func registry(_ error: RegistryError) -> HTTPError {
        switch error.code {
        case .doesNotExist: HTTPError(status: 404, message: error.message)
        case .alreadyExists: HTTPError(status: 409, message: error.message)
        default: HTTPError(status: 400, message: error.message)
        }
    }

    private static func access(_ error: AccessError) -> HTTPError {
        switch error.code {
        case .unknownUser: HTTPError(status: 404, code: "unknown_user", message: error.message)
        case .userExists: HTTPError(status: 409, code: "user_exists", message: error.message)
        case .tooMany: HTTPError(status: 409, message: error.message)
        default: HTTPError(status: 400, message: error.message)
        }
    }

    private static func monitoring(_ error: MonitorError) -> HTTPError? {
        switch error.code {
        case .invalidDefinition: HTTPError(status: 400, code: "invalid_monitor", message: error.message)
        case .unknownColumn: HTTPError(status: 400, code: "unknown_column", message: error.message)
        case .missingReference: HTTPError(status: 400, code: "missing_reference", message: error.message)
        default: nil
        }
    }

    private static func stream(_ error: StreamError) -> HTTPError? {
        switch error.code {
        case .unknownTopic: HTTPError(status: 404, code: "unknown_topic", message: error.message)
        case .unknownGroup: HTTPError(status: 404, code: "unknown_group", message: error.message)
        case .groupInUse: HTTPError(status: 409, code: "group_in_use", message: error.message)
        case .topicExists: HTTPError(status: 409, code: "topic_exists", message: error.message)
        case .offsetOutOfRange: HTTPError(status: 416, code: "offset_out_of_range", message: error.message)
        case .messageTooLarge: HTTPError(status: 413, message: error.message)
        case .invalid: HTTPError(status: 400, message: error.message)
        case .unreachable, .timedOut, .queueFull: HTTPError(status: 503, message: error.message)
        default: nil
        }
    }

    private static func lake(_ error: LakeError) -> HTTPError? {
        switch error.code {
        case .invalidFile, .unsupportedType, .unknownColumn, .emptyRange:
            HTTPError(status: 400, code: "\(error.code)", message: error.message)
        case .tooLarge: HTTPError(status: 413, message: error.message)
        case .libraryMissing, .libraryUnusable: HTTPError(status: 503, message: error.message)
        default: nil
        }
    }
}
