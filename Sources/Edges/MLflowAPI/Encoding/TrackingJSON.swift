internal import JSON
internal import Tracking

extension JSONWriter {
    /// A writer with MLflow's words for numbers that JSON lacks.
    static func mlflow(capacity: Int = 256) -> JSONWriter {
        JSONWriter(nonFinite: .string, capacity: capacity)
    }

    /// An object with one member after another.
    static func object(_ body: (inout JSONWriter) -> Void) -> [UInt8] {
        var writer = JSONWriter.mlflow()
        writer.beginObject()
        body(&writer)
        writer.endObject()
        return writer.bytes
    }

    mutating func member(_ key: String, _ value: String) {
        self.key(key)
        string(value)
    }

    mutating func member(_ key: String, _ value: Int64) {
        self.key(key)
        int(value)
    }

    mutating func member(_ key: String, _ value: Bool) {
        self.key(key)
        bool(value)
    }

    /// A member that is left out when it is nil.
    mutating func member(_ key: String, ifPresent value: String?) {
        if let value { member(key, value) }
    }

    /// A list that is left out when it is empty.
    mutating func list<Element>(
        _ key: String,
        _ elements: [Element],
        _ write: (inout JSONWriter, Element) -> Void
    ) {
        guard !elements.isEmpty else { return }
        self.key(key)
        beginArray()
        for element in elements { write(&self, element) }
        endArray()
    }

    mutating func pairs(_ key: String, _ pairs: [KeyValue]) {
        list(key, pairs) { writer, pair in
            writer.beginObject()
            writer.member("key", pair.key)
            writer.member("value", pair.value)
            writer.endObject()
        }
    }

    mutating func experiment(_ experiment: Experiment) {
        beginObject()
        member("experiment_id", experiment.id.description)
        member("name", experiment.name)
        member("artifact_location", experiment.artifactLocation)
        member("lifecycle_stage", experiment.stage.name)
        member("last_update_time", experiment.updatedAt)
        member("creation_time", experiment.createdAt)
        pairs("tags", experiment.tags)
        member("workspace", "default")
        endObject()
    }

    /// A run; the answer to its creation has no outputs.
    mutating func run(_ run: Run, withOutputs: Bool = true) {
        beginObject()
        key("info")
        runInfo(run.info)
        key("data")
        beginObject()
        list("metrics", run.metrics) { $0.metric($1) }
        pairs("params", run.params)
        pairs("tags", run.tags)
        endObject()
        runInputs(run)
        if withOutputs { runOutputs(run) }
        endObject()
    }

    mutating func runInfo(_ info: RunInfo) {
        beginObject()
        member("run_uuid", info.id.text)
        member("experiment_id", info.experiment.description)
        member("run_name", info.name)
        member("user_id", info.user)
        member("status", info.status.name)
        member("start_time", info.startTime)
        if let endTime = info.endTime { member("end_time", endTime) }
        member("artifact_uri", info.artifactLocation)
        member("lifecycle_stage", info.stage.name)
        member("run_id", info.id.text)
        endObject()
    }

    private mutating func runInputs(_ run: Run) {
        key("inputs")
        beginObject()
        list("dataset_inputs", run.datasets) { writer, input in
            writer.beginObject()
            writer.pairs("tags", input.tags)
            writer.key("dataset")
            writer.dataset(input.dataset)
            writer.endObject()
        }
        list("model_inputs", run.modelInputs) { writer, model in
            writer.beginObject()
            writer.member("model_id", model.text)
            writer.endObject()
        }
        endObject()
    }

    private mutating func runOutputs(_ run: Run) {
        key("outputs")
        beginObject()
        list("model_outputs", run.modelOutputs) { writer, output in
            writer.beginObject()
            writer.member("model_id", output.model.text)
            writer.member("step", output.step)
            writer.endObject()
        }
        endObject()
    }

    private mutating func dataset(_ dataset: Dataset) {
        beginObject()
        member("name", dataset.name)
        member("digest", dataset.digest)
        member("source_type", dataset.sourceType)
        member("source", dataset.source)
        member("schema", ifPresent: dataset.schema)
        member("profile", ifPresent: dataset.profile)
        endObject()
    }

    mutating func metric(_ metric: Metric) {
        beginObject()
        member("key", metric.key)
        key("value")
        double(metric.value)
        member("timestamp", metric.timestamp)
        member("step", metric.step)
        member("model_id", ifPresent: metric.model?.text)
        member("dataset_name", ifPresent: metric.datasetName)
        member("dataset_digest", ifPresent: metric.datasetDigest)
        member("run_id", ifPresent: metric.run?.text)
        endObject()
    }

    /// A point of a metric's history; `run` is named where the answer holds several.
    mutating func point(_ point: MetricPoint, key name: String, run: RunID? = nil) {
        beginObject()
        member("key", name)
        key("value")
        double(point.value)
        member("timestamp", point.timestamp)
        member("step", point.step)
        member("run_id", ifPresent: run?.text)
        endObject()
    }

    mutating func loggedModel(_ model: LoggedModel) {
        beginObject()
        key("info")
        beginObject()
        member("model_id", model.id.text)
        member("experiment_id", model.experiment.description)
        member("name", model.name)
        member("creation_timestamp_ms", model.createdAt)
        member("last_updated_timestamp_ms", model.updatedAt)
        member("artifact_uri", model.artifactLocation)
        member("status", model.status.name)
        member("model_type", model.type)
        member("source_run_id", model.sourceRun)
        pairs("tags", model.tags)
        endObject()
        key("data")
        beginObject()
        pairs("params", model.params)
        list("metrics", model.metrics) { $0.metric($1) }
        endObject()
        endObject()
    }

    /// A file or folder; `path` is what the answer calls it.
    mutating func file(_ artifact: Artifact, path: String) {
        beginObject()
        member("path", path)
        member("is_dir", artifact.isFolder)
        if let size = artifact.size, size > 0 { member("file_size", size) }
        endObject()
    }
}
