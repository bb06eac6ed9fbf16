package import JSON
internal import Lake
internal import Primitives

extension DatasetVersion {
    /// The version as the API gives it, with schema, source and statistics.
    package var json: JSONValue {
        [
            "dataset": .string(dataset),
            "version": .int(Int64(version)),
            "rows": .int(rowCount),
            "bytes": .int(bytes),
            "content_hash": .string(contentHash),
            "path": .string(path),
            "created_at": .string(WallClock.iso8601(milliseconds: createdAt)),
            "schema": .array(schema.map(\.json)),
            "source": source.json,
            "statistics": .array(statistics.map(\.json)),
        ]
    }
}

extension DatasetSummary {
    /// The dataset as the API lists it.
    package var json: JSONValue {
        [
            "name": .string(name),
            "versions": .int(Int64(versions)),
            "latest": latest.json,
        ]
    }
}

extension DatasetSource {
    /// The source as it is stored and shown.
    var json: JSONValue {
        switch self {
        case .file(let path, let rows):
            return ["kind": "file", "path": .string(path), "rows": rows?.json ?? .null]
        case .topic(let slice, let counts):
            return ["kind": "topic", "slice": slice.json, "counts": counts.json]
        }
    }

    init(json: JSONValue) throws(CatalogueError) {
        switch json["kind"]?.stringValue {
        case "file":
            self = .file(path: try json.text("path"), rows: json["rows"].flatMap(Range.init(json:)))
        case "topic":
            self = .topic(try TopicSlice(json: try json.member("slice")), try SliceCounts(json: json.member("counts")))
        default: throw JSONValue.damaged("kind")
        }
    }
}

extension TopicSlice {
    /// The definition, in one form only: equal slices give equal text.
    var json: JSONValue {
        [
            ranges.key: ranges.json,
            "columns": .array(columns.map(\.json)),
            "labels": labels.map { [$0.ranges.key: $0.ranges.json, "column": $0.column.json] } ?? .null,
            "transform_commit": transformCommit.map(JSONValue.string) ?? .null,
        ]
    }

    init(json: JSONValue) throws(CatalogueError) {
        ranges = try [OffsetRange](member: json)
        columns = []
        for column in try json.member("columns").arrayValue ?? [] { columns.append(try LakeField(json: column)) }
        if let labels = json["labels"], !labels.isNull {
            self.labels = LabelSlice(
                ranges: try [OffsetRange](member: labels),
                column: try LakeField(json: labels.member("column"))
            )
        }
        transformCommit = json["transform_commit"]?.stringValue
    }
}

extension SliceCounts {
    fileprivate var json: JSONValue {
        [
            "messages": .int(messages), "rows": .int(rows), "unlabelled": .int(unlabelled),
            "malformed_messages": .int(malformedMessages), "labels": .int(labels),
            "malformed_labels": .int(malformedLabels),
        ]
    }

    fileprivate init(json: JSONValue) throws(CatalogueError) {
        messages = try json.integer("messages")
        rows = try json.integer("rows")
        unlabelled = try json.integer("unlabelled")
        malformedMessages = try json.integer("malformed_messages")
        labels = try json.integer("labels")
        malformedLabels = try json.integer("malformed_labels")
    }
}

/// One range is a member `range`, as it was before there could be several; more are a list `ranges`.
extension [OffsetRange] {
    fileprivate var key: String { count == 1 ? "range" : "ranges" }

    fileprivate var json: JSONValue { count == 1 ? self[0].json : .array(map(\.json)) }

    fileprivate init(member json: JSONValue) throws(CatalogueError) {
        self = []
        let one = json["range"].map { [$0] }
        guard let ranges = json["ranges"]?.arrayValue ?? one, !ranges.isEmpty else { throw JSONValue.damaged("range") }
        for range in ranges { append(try OffsetRange(json: range)) }
    }
}

extension OffsetRange {
    fileprivate var json: JSONValue {
        ["topic": .string(topic), "partition": .int(Int64(partition)), "from": .int(from), "to": .int(to)]
    }

    fileprivate init(json: JSONValue) throws(CatalogueError) {
        topic = try json.text("topic")
        partition = Int32(clamping: try json.integer("partition"))
        from = try json.integer("from")
        to = try json.integer("to")
    }
}

extension LakeField {
    var json: JSONValue { ["name": .string(name), "type": .string(type.rawValue)] }

    init(json: JSONValue) throws(CatalogueError) {
        guard let type = LakeType(rawValue: try json.text("type")) else { throw JSONValue.damaged("type") }
        self.init(name: try json.text("name"), type: type)
    }
}

extension Range<Int> {
    fileprivate var json: JSONValue { ["from": .int(Int64(lowerBound)), "to": .int(Int64(upperBound))] }

    fileprivate init?(json: JSONValue) {
        guard let from = json["from"]?.intValue, let to = json["to"]?.intValue, from <= to else { return nil }
        self = Int(from)..<Int(to)
    }
}

extension JSONValue {
    func member(_ key: String) throws(CatalogueError) -> JSONValue {
        guard let value = self[key] else { throw JSONValue.damaged(key) }
        return value
    }

    func text(_ key: String) throws(CatalogueError) -> String {
        guard let value = self[key]?.stringValue else { throw JSONValue.damaged(key) }
        return value
    }

    func integer(_ key: String) throws(CatalogueError) -> Int64 {
        guard let value = self[key]?.intValue else { throw JSONValue.damaged(key) }
        return value
    }

    static func damaged(_ key: String) -> CatalogueError {
        CatalogueError(.invalidFile, "the catalogue's record of a version is damaged: it has no readable \(key)")
    }
}
