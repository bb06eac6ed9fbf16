internal import Files
internal import HTTPServer
internal import JSON
internal import Tracking

/// The calls about experiments.
struct ExperimentEndpoints {
    private static let datasetExperimentLimit = 20

    let tracking: TrackingService

    var endpoints: [Endpoint] {
        [
            Endpoint(.post, "/mlflow/experiments/create", create),
            Endpoint(.get, "/mlflow/experiments/get", get),
            Endpoint(.get, "/mlflow/experiments/get-by-name", getByName),
            Endpoint(.post, "/mlflow/experiments/search", search),
            Endpoint(.get, "/mlflow/experiments/search", search),
            Endpoint(.post, "/mlflow/experiments/delete", delete),
            Endpoint(.post, "/mlflow/experiments/restore", restore),
            Endpoint(.post, "/mlflow/experiments/update", update),
            Endpoint(.post, "/mlflow/experiments/set-experiment-tag", setTag),
            Endpoint(.post, "/mlflow/experiments/delete-experiment-tag", deleteTag),
            Endpoint(.post, "/mlflow/experiments/search-datasets", searchDatasets),
        ]
    }

    @Sendable private func searchDatasets(_ call: Call) async throws -> [UInt8] {
        // How many there are is looked at before what they are.
        let count = try call.fields.strings("experiment_ids").count
        guard count > 0 else {
            throw MLflowError.invalid("SearchDatasets request must specify at least one experiment_id.")
        }
        guard count <= Self.datasetExperimentLimit else {
            throw MLflowError.invalid(
                "SearchDatasets request cannot specify more than \(Self.datasetExperimentLimit) experiment_ids. "
                    + "Received \(count) experiment_ids."
            )
        }
        let found = try await tracking.datasetSummaries(of: call.fields.experimentIDs())
        return JSONWriter.object { writer in
            writer.list("dataset_summaries", found) { writer, summary in
                writer.beginObject()
                writer.member("experiment_id", summary.experiment.description)
                writer.member("name", summary.name)
                writer.member("digest", summary.digest)
                writer.member("context", ifPresent: summary.context)
                writer.endObject()
            }
        }
    }

    @Sendable private func create(_ call: Call) async throws -> [UInt8] {
        let name = try call.fields.requiredString("name")
        let location = try call.fields.string("artifact_location").flatMap { $0.isEmpty ? nil : $0 }
        let id = try await tracking.createExperiment(
            name: name,
            artifactLocation: try location.map(Self.checkedLocation),
            tags: try call.fields.keyValues("tags", withEmptyKeys: true)
        )
        return JSONWriter.object { $0.member("experiment_id", id.description) }
    }

    @Sendable private func get(_ call: Call) async throws -> [UInt8] {
        let experiment = try await tracking.experiment(call.fields.experimentID())
        return Self.answer(experiment)
    }

    @Sendable private func getByName(_ call: Call) async throws -> [UInt8] {
        let name = try call.fields.requiredString("experiment_name")
        guard let experiment = try await tracking.experiment(named: name) else {
            throw MLflowError(
                code: .resourceDoesNotExist,
                message: "Could not find experiment with name '\(name)'"
            )
        }
        return Self.answer(experiment)
    }

    @Sendable private func search(_ call: Call) async throws -> [UInt8] {
        let request = try call.fields.search(standard: 1_000, limit: 50_000, refusal: .plain)
        let page = try await tracking.searchExperiments(request, view: call.fields.view("view_type"))
        return JSONWriter.object { writer in
            writer.list("experiments", page.items) { $0.experiment($1) }
            writer.member("next_page_token", ifPresent: page.next)
        }
    }

    @Sendable private func delete(_ call: Call) async throws -> [UInt8] {
        try await tracking.deleteExperiment(call.fields.experimentID())
        return emptyAnswer
    }

    @Sendable private func restore(_ call: Call) async throws -> [UInt8] {
        try await tracking.restoreExperiment(call.fields.experimentID())
        return emptyAnswer
    }

    @Sendable private func update(_ call: Call) async throws -> [UInt8] {
        let id = try call.fields.experimentID()
        try await tracking.renameExperiment(id, to: call.fields.requiredString("new_name"))
        return emptyAnswer
    }

    @Sendable private func setTag(_ call: Call) async throws -> [UInt8] {
        let id = try call.fields.experimentID()
        try await tracking.setExperimentTag(call.fields.keyValue(), of: id)
        return emptyAnswer
    }

    @Sendable private func deleteTag(_ call: Call) async throws -> [UInt8] {
        let id = try call.fields.experimentID()
        try await tracking.deleteExperimentTag(call.fields.requiredString("key"), of: id)
        return emptyAnswer
    }

    private static func answer(_ experiment: Experiment) -> [UInt8] {
        JSONWriter.object { writer in
            writer.key("experiment")
            writer.experiment(experiment)
        }
    }

    /// The location that a client gave, made absolute when it is a path on this machine.
    private static func checkedLocation(_ location: String) throws -> String {
        guard !location.hasPrefix("runs:") else {
            throw MLflowError.invalid(
                "Artifact location cannot be a runs:/ URI. Given: '\(location)'"
            )
        }
        guard !location.contains("#"), !Self.hasParameters(location) else {
            throw MLflowError.invalid("'artifact_location' URL can't include fragments or params.")
        }
        let isLocal = !location.contains(":")
        guard isLocal, !location.hasPrefix("/") else { return location }
        return "\(Directory.current)/\(location)"
    }

    /// Whether a semicolon begins parameters: so it does in paths and in addresses of the web, not in object stores.
    private static func hasParameters(_ location: String) -> Bool {
        guard location.contains(";") else { return false }
        let scheme = location.firstIndex(of: ":").map { location[..<$0].lowercased() }
        return scheme.map { ["http", "https", "ftp", "sftp", "mms"].contains($0) } ?? true
    }
}
