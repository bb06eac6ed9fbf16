internal import HTTPServer
internal import JSON
internal import Registry
internal import Tracking

/// A call that takes and returns JSON, known by its method and path.
struct Endpoint: Sendable {
    /// Answers a call with the bytes of a JSON object.
    typealias Handler = @Sendable (Call) async throws -> [UInt8]

    let method: HTTPMethod
    /// `2.0` or `3.0`: the part of the prefix that names the version.
    let version: String
    /// The path after the version, with `{name}` for parts that vary.
    let path: String
    /// How large a body may be.
    let bodyLimit: Int
    let handler: Handler
    /// Answers from the bytes of a body that is as clients usually write it; nil leaves it to the handler.
    let shortcut: (@Sendable ([UInt8]) async throws -> [UInt8]?)?

    static let usualBodyLimit = 4 << 20

    init(
        _ method: HTTPMethod,
        _ path: String,
        version: String = "2.0",
        bodyLimit: Int = usualBodyLimit,
        shortcut: (@Sendable ([UInt8]) async throws -> [UInt8]?)? = nil,
        _ handler: @escaping Handler
    ) {
        self.method = method
        self.version = version
        self.path = path
        self.bodyLimit = bodyLimit
        self.handler = handler
        self.shortcut = shortcut
    }
}

/// What came with a call.
struct Call: Sendable {
    /// The fields of the body or the query.
    let fields: Fields
    /// The parts of the path that vary.
    let parameters: [String: String]

    /// A part of the path.
    func parameter(_ name: String) throws(MLflowError) -> String {
        guard let value = parameters[name], !value.isEmpty else { throw .missing(name) }
        return value
    }
}

/// The answer of a call without result.
let emptyAnswer: [UInt8] = Array("{}".utf8)

extension Fields {
    /// The experiment of a field that must be there.
    func experimentID(_ name: String = "experiment_id") throws -> ExperimentID {
        try ExperimentID(parsing: requiredString(name))
    }

    /// The experiments of a repeated field.
    func experimentIDs(_ name: String = "experiment_ids") throws -> [ExperimentID] {
        try strings(name).map { try ExperimentID(parsing: $0) }
    }

    /// The run of `run_id`, or of `run_uuid` from old clients.
    func runID() throws(MLflowError) -> RunID {
        let names = try [string("run_id"), string("run_uuid")]
        guard let text = names.compactMap(\.self).first(where: { !$0.isEmpty }) else { throw .missing("run_id") }
        return RunID(text)
    }

    /// Keys with values; a value that is absent is empty, and so is a key where that is allowed.
    func keyValues(_ name: String, withEmptyKeys: Bool = false) throws(MLflowError) -> [KeyValue] {
        var pairs: [KeyValue] = []
        for pair in try messages(name) {
            let key = try withEmptyKeys ? pair.string("key") ?? "" : pair.requiredString("key")
            pairs.append(KeyValue(key, try pair.string("value") ?? ""))
        }
        return pairs
    }

    /// A key with its value; a value that is absent is empty.
    func keyValue() throws(MLflowError) -> KeyValue {
        KeyValue(try requiredString("key"), try string("value") ?? "")
    }

    /// Which stages to look at; those in use when it is absent.
    func view(_ name: String) throws(MLflowError) -> StageView {
        let views: [String: StageView] = ["ACTIVE_ONLY": .activeOnly, "DELETED_ONLY": .deletedOnly, "ALL": .all]
        let numbers: [StageView] = [.activeOnly, .deletedOnly, .all]
        let chosen = try choice(
            name,
            named: { views[$0] },
            numbered: { (1...3).contains($0) ? numbers[Int($0) - 1] : nil }
        )
        return chosen ?? .activeOnly
    }

    /// How many results a page may hold.
    ///
    /// - Parameters:
    ///   - standard: what an absent field means.
    ///   - limit: the most that is allowed.
    ///   - refusal: how the refusal of a larger number reads.
    /// - Returns: the number of results.
    /// - Throws: `MLflowError` for zero, negative numbers and more than the limit.
    func maxResults(standard: Int, limit: Int, refusal: LimitRefusal = .schema) throws(MLflowError) -> Int {
        guard let number = try int("max_results") else { return standard }
        guard number > 0 else {
            throw .invalid(
                "Invalid value \(number) for parameter 'max_results' supplied. It must be a positive integer"
            )
        }
        guard number <= Int64(limit) else {
            guard refusal == .schema, let value = try value("max_results") else {
                throw .invalid(
                    "Invalid value \(number) for parameter 'max_results' supplied. It must be at most \(limit)"
                )
            }
            throw wrong("max_results", value)
        }
        return Int(number)
    }

    /// How the refusal of a page that is too large reads: some calls of MLflow find it by their schema, some later.
    enum LimitRefusal {
        case schema
        case plain
    }

    /// What to search for, from `filter`, `order_by`, `max_results` and `page_token`.
    func search(standard: Int, limit: Int, refusal: LimitRefusal = .schema) throws(MLflowError) -> SearchRequest {
        SearchRequest(
            filter: try string("filter"),
            orderBy: try strings("order_by"),
            limit: try maxResults(standard: standard, limit: limit, refusal: refusal),
            pageToken: try string("page_token")
        )
    }
}
