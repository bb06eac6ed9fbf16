internal import JSON

/// A deleted model or version as the trash keeps it: one JSON text, with what restoring needs.
enum ModelRecord {
    /// A model without its versions.
    struct Model {
        var description: String?
        var createdAt: Int64
        var lastVersion: Int64
        var tags: [RegistryTag]
        var aliases: [ModelAlias]

        var text: String {
            let object: JSONObject = [
                "description": description.map(JSONValue.string) ?? .null,
                "created_at": .int(createdAt),
                "last_version": .int(lastVersion),
                "tags": ModelRecord.json(tags),
                "aliases": .array(aliases.map { [.string($0.name), .int($0.version)] }),
            ]
            return String(decoding: JSONValue.object(object).serialized(), as: UTF8.self)
        }

        init(_ model: RegisteredModel, lastVersion: Int64) {
            description = model.description
            createdAt = model.createdAt
            self.lastVersion = lastVersion
            tags = model.tags
            aliases = model.aliases
        }

        init(text: String) throws {
            let json = try JSONValue.parse(text)
            description = json["description"]?.stringValue
            createdAt = json["created_at"]?.intValue ?? 0
            lastVersion = json["last_version"]?.intValue ?? 0
            tags = ModelRecord.tags(json["tags"])
            aliases = (json["aliases"]?.arrayValue ?? []).compactMap { pair in
                guard let name = pair[0]?.stringValue, let version = pair[1]?.intValue else { return nil }
                return ModelAlias(name: name, version: version)
            }
        }
    }

    /// The text of a version; its aliases are not part of it.
    static func text(_ version: ModelVersion) -> String {
        let object: JSONObject = [
            "version": .int(version.version),
            "created_at": .int(version.createdAt),
            "updated_at": .int(version.updatedAt),
            "stage": .string(version.stage.rawValue),
            "description": version.description.map(JSONValue.string) ?? .null,
            "source": .string(version.source),
            "location": .string(version.location),
            "run": .string(version.run),
            "run_link": .string(version.runLink),
            "logged_model": version.loggedModel.map(JSONValue.string) ?? .null,
            "tags": json(version.tags),
        ]
        return String(decoding: JSONValue.object(object).serialized(), as: UTF8.self)
    }

    /// The version that a text holds, under the name of its model.
    static func version(_ text: String, of name: String) throws -> ModelVersion {
        let json = try JSONValue.parse(text)
        return ModelVersion(
            name: name,
            version: json["version"]?.intValue ?? 0,
            createdAt: json["created_at"]?.intValue ?? 0,
            updatedAt: json["updated_at"]?.intValue ?? 0,
            stage: json["stage"]?.stringValue.flatMap(ModelStage.init(rawValue:)) ?? .none,
            description: json["description"]?.stringValue,
            source: json["source"]?.stringValue ?? "",
            location: json["location"]?.stringValue ?? "",
            run: json["run"]?.stringValue ?? "",
            runLink: json["run_link"]?.stringValue ?? "",
            loggedModel: json["logged_model"]?.stringValue,
            tags: tags(json["tags"]),
            aliases: []
        )
    }

    private static func json(_ tags: [RegistryTag]) -> JSONValue {
        .object(JSONObject(tags.map { ($0.key, .string($0.value)) }))
    }

    private static func tags(_ json: JSONValue?) -> [RegistryTag] {
        (json?.objectValue?.pairs).map { pairs in
            pairs.map { RegistryTag($0, $1.stringValue ?? "") }
        } ?? []
    }
}
