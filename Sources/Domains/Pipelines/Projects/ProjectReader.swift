internal import Files
internal import JSON
internal import Primitives
internal import YAML

/// Reads a project's folder: `martlet.yaml`, or `quix.yaml` where that is all there is.
package struct ProjectReader {
    private static let sizeLimit = 1 << 20
    private static let knownFields: Set<String> = [
        "metadata", "topics", "deployments", "datasets", "training", "models", "monitors", "retraining", "checks",
    ]

    private let folder: String
    private var warnings: [String] = []

    /// Reads the project in `folder` and checks that its parts fit together.
    ///
    /// - Throws: ``ProjectError`` naming the place in the file, or a ``YAMLError`` with line and column.
    package static func read(folder: String) throws -> Project {
        let resolved: String
        do {
            resolved = try Directory.resolve(folder)
        } catch {
            throw ProjectError(folder, "there is no such folder")
        }
        var reader = ProjectReader(folder: resolved)
        return try reader.read()
    }

    private init(folder: String) {
        self.folder = folder
    }

    private mutating func read() throws -> Project {
        let file = try mainFile()
        let text = String(decoding: try File.read(file, limit: ProjectReader.sizeLimit), as: UTF8.self)
        let root = try ProjectFieldReader(YAML.parse(text), place: "")
        warnings += root.unknown(besides: ProjectReader.knownFields).map { "\($0): not a field of a project" }
        let metadata = try root.optionalMapping("metadata")
        let name =
            try metadata?.optionalString("name") ?? folder.split(separator: "/").last.map(String.init) ?? "project"
        var project = Project(name: try checked(name), folder: folder)
        project.topics = try root.list("topics").map(topic)
        project.datasets = try root.list("datasets").map(dataset)
        project.training = try root.list("training").map { try training($0) }
        project.models = try root.list("models").map(model)
        for deployment in try root.list("deployments") { try add(deployment, to: &project) }
        project.monitors = try root.list("monitors").map(MonitorDeclaration.init)
        for policy in try root.list("retraining") {
            project.retraining.append(try RetrainingDeclaration(policy))
            warnings += try RetrainingDeclaration.unknown(policy).map { "\($0): not a field that is read" }
        }
        project.checks = try root.list("checks").map(check)
        project.warnings = warnings
        try project.checkReferences()
        return project
    }

    private func mainFile() throws -> String {
        for name in ["martlet.yaml", "quix.yaml"] where File.exists("\(folder)/\(name)") { return "\(folder)/\(name)" }
        throw ProjectError(folder, "holds neither martlet.yaml nor quix.yaml")
    }

    /// Names become parts of paths, topics and addresses, so they are kept plain.
    private func checked(_ name: String) throws(ProjectError) -> String {
        let isPlain = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
                true
            default: false
            }
        }
        guard isPlain, (1...100).contains(name.utf8.count), !name.hasPrefix(".") else {
            throw ProjectError(
                "metadata.name",
                "may hold letters, digits, '-', '_' and '.', at most 100, not '\(name)'"
            )
        }
        return name
    }

    private func topic(_ fields: ProjectFieldReader) throws(ProjectError) -> TopicDeclaration {
        var declaration = TopicDeclaration(name: try fields.string("name"), partitions: 1, configuration: [:])
        guard let configuration = try fields.optionalMapping("configuration") else { return declaration }
        declaration.partitions = try configuration.int("partitions", 1...10_000, default: 1)
        if let minutes = try configuration.optionalInt("retentionInMinutes", -1...1_000_000_000) {
            declaration.configuration["retention.ms"] = minutes < 0 ? "-1" : String(minutes * 60_000)
        }
        if let bytes = try configuration.optionalInt("retentionInBytes", -1...Int.max) {
            declaration.configuration["retention.bytes"] = String(bytes)
        }
        if let policy = try configuration.optionalString("cleanupPolicy") {
            switch policy.lowercased() {
            case "delete": declaration.configuration["cleanup.policy"] = "delete"
            case "compact": declaration.configuration["cleanup.policy"] = "compact"
            case "deleteandcompact": declaration.configuration["cleanup.policy"] = "compact,delete"
            default: throw configuration.error("cleanupPolicy", "must be Delete, Compact or DeleteAndCompact")
            }
        }
        return declaration
    }

    private func dataset(_ fields: ProjectFieldReader) throws(ProjectError) -> DatasetDeclaration {
        var rows: Range<Int>?
        if let range = try fields.optionalMapping("rows") {
            let from = try range.int("from", 0...Int.max, default: 0)
            rows = from..<(try range.int("to", (from + 1)...Int.max))
        }
        return DatasetDeclaration(
            name: try fields.string("name"),
            path: try path(fields, "path"),
            rows: rows,
            label: try fields.optionalString("label")
        )
    }

    private func training(_ fields: ProjectFieldReader) throws -> TrainingDeclaration {
        let application = try ApplicationReader.read(folder: try path(fields, "application"))
        var variables = application.variables
        for variable in try fields.list("variables") {
            variables[try variable.string("name")] = try variable.optionalString("value") ?? ""
        }
        return TrainingDeclaration(
            name: try fields.string("name"),
            folder: application.folder,
            entryPoint: application.entryPoint,
            variables: variables,
            dataset: try fields.string("dataset"),
            model: try fields.string("model"),
            timeout: .seconds(try fields.int("timeoutSeconds", 1...86_400, default: 600))
        )
    }

    private func model(_ fields: ProjectFieldReader) throws(ProjectError) -> ModelDeclaration {
        var aliases: [String: Int] = [:]
        if let mapping = try fields.optionalMapping("aliases") {
            for alias in mapping.unknown(besides: []) {
                let name = String(alias.dropFirst(mapping.place.count + 1))
                aliases[name] = try mapping.int(name, 1...1_000_000)
            }
        }
        return ModelDeclaration(
            name: try fields.string("name"),
            training: try fields.string("training"),
            aliases: aliases
        )
    }

    private func check(_ fields: ProjectFieldReader) throws(ProjectError) -> CheckDeclaration {
        CheckDeclaration(
            name: try fields.string("name"),
            metric: try fields.string("metric"),
            role: try fields.optionalString("role"),
            fromRow: try fields.optionalInt("fromRow", 0...Int.max),
            atLeast: try fields.optionalDouble("atLeast"),
            atMost: try fields.optionalDouble("atMost"),
            below: try fields.optionalDouble("below")
        )
    }

    private mutating func add(_ fields: ProjectFieldReader, to project: inout Project) throws(ProjectError) {
        let name = try fields.string("name")
        guard try fields.optionalString("deploymentType") == "Managed" else {
            warnings.append("\(fields.place) '\(name)': applications are not run by this version, only Managed parts")
            return
        }
        let configuration = try fields.mapping("configuration")
        switch try configuration.string("kind") {
        case "replay": project.replays.append(try replay(configuration, name: name))
        case "model": project.modelDeployments.append(try deployment(configuration, name: name))
        case let kind: throw configuration.error("kind", "must be 'replay' or 'model', not '\(kind)'")
        }
    }

    private func replay(_ fields: ProjectFieldReader, name: String) throws(ProjectError) -> ReplayDeclaration {
        let label = try fields.optionalString("label")
        let labels = try fields.optionalString("labels")
        guard (label == nil) == (labels == nil) else {
            throw fields.error("label", "and labels go together: a column, and the topic it is sent to")
        }
        return ReplayDeclaration(
            name: name,
            path: try path(fields, "path"),
            firstRow: try fields.int("firstRow", 0...Int.max, default: 0),
            endRow: try fields.optionalInt("endRow", 1...Int.max),
            output: try fields.string("output"),
            timeColumn: try fields.string("timeColumn"),
            timeUnitMilliseconds: try timeUnit(fields),
            label: label,
            labels: labels,
            labelDelayRows: try fields.int("labelDelayRows", 0...1_000_000, default: 0),
            rowsPerSecond: try pace(fields),
            holdWhileRetraining: try fields.bool("holdWhileRetraining", default: false)
        )
    }

    private func pace(_ fields: ProjectFieldReader) throws(ProjectError) -> Double {
        let rowsPerSecond = try fields.double("rowsPerSecond", default: 1)
        guard rowsPerSecond > 0, rowsPerSecond <= 1_000_000 else {
            throw fields.error("rowsPerSecond", "must be above 0 and at most 1000000")
        }
        return rowsPerSecond
    }

    private func timeUnit(_ fields: ProjectFieldReader) throws(ProjectError) -> Int64 {
        switch try fields.optionalString("timeUnit") ?? "millisecond" {
        case "millisecond": 1
        case "second": 1_000
        case "minute": 60_000
        case "hour": 3_600_000
        case "day": 86_400_000
        case let unit: throw fields.error("timeUnit", "must be millisecond, second, minute, hour or day, not '\(unit)'")
        }
    }

    private func deployment(
        _ fields: ProjectFieldReader,
        name: String
    ) throws(ProjectError) -> ModelDeploymentDeclaration {
        let reference = try fields.string("model")
        let selection: ModelDeploymentDeclaration.Selection
        let model: Substring
        if let at = reference.firstIndex(of: "@") {
            model = reference[..<at]
            selection = .alias(String(reference[reference.index(after: at)...]))
        } else if let slash = reference.firstIndex(of: "/"), let version = Int(reference[slash...].dropFirst()) {
            model = reference[..<slash]
            selection = .version(version)
        } else {
            throw fields.error("model", "must be name@alias or name/version, not '\(reference)'")
        }
        return ModelDeploymentDeclaration(
            name: name,
            model: String(model),
            selection: selection,
            input: try fields.string("input"),
            output: try fields.string("output")
        )
    }

    /// A path of the file, made absolute; it must not lead out of the project's folder.
    private func path(_ fields: ProjectFieldReader, _ key: String) throws(ProjectError) -> String {
        let relative = try fields.string(key)
        let resolved: String
        do {
            resolved = try Directory.resolve("\(folder)/\(relative)")
        } catch {
            throw fields.error(key, "there is no \(relative) in the project's folder")
        }
        guard resolved == folder || resolved.hasPrefix(folder + "/") else {
            throw fields.error(key, "\(relative) leads out of the project's folder")
        }
        return resolved
    }
}
