internal import JSON
internal import Primitives
internal import Registry

extension RegisteredModel {
    /// The model as the API lists it.
    var json: JSONObject {
        [
            "name": .string(name),
            "description": description.map(JSONValue.string) ?? .null,
            "created_at": .string(WallClock.iso8601(milliseconds: createdAt)),
            "updated_at": .string(WallClock.iso8601(milliseconds: updatedAt)),
            "tags": tags.json,
            "aliases": .object(JSONObject(aliases.map { ($0.name, .int($0.version)) })),
            "latest_version": latestVersions.map(\.version).max().map(JSONValue.int) ?? .null,
        ]
    }
}

extension ModelVersion {
    /// The version as the API gives it.
    var json: JSONValue {
        [
            "version": .int(version),
            "description": description.map(JSONValue.string) ?? .null,
            "created_at": .string(WallClock.iso8601(milliseconds: createdAt)),
            "updated_at": .string(WallClock.iso8601(milliseconds: updatedAt)),
            "source": .string(source),
            "run_id": run.isEmpty ? .null : .string(run),
            "stage": .string(stage.rawValue),
            "aliases": .array(aliases.map(JSONValue.string)),
            "tags": tags.json,
        ]
    }
}

extension ModelLineage {
    /// The way from the version back to the data.
    var json: JSONValue {
        [
            "model": .string(version.name), "version": .int(version.version),
            "run_id": run.map(JSONValue.string) ?? .null,
            "logged_model": version.loggedModel.map(JSONValue.string) ?? .null,
            "datasets": .array(datasets.map(\.json)),
        ]
    }
}

extension LineageDataset {
    /// The dataset; `version` names one of the catalogue's where the run said so.
    var json: JSONValue {
        let source = (try? JSONValue.parse(source)) ?? .string(source)
        return [
            "name": .string(name), "digest": .string(digest), "context": context.map(JSONValue.string) ?? .null,
            "version": source["dataset_version"] ?? .null, "source": source,
        ]
    }
}

extension AliasChange {
    /// The record of a move; `from` and `to` are null where the alias was or became unset.
    var json: JSONValue {
        [
            "alias": .string(alias),
            "from": from.map(JSONValue.int) ?? .null,
            "to": to.map(JSONValue.int) ?? .null,
            "actor": .string(actor),
            "reason": .string(reason),
            "at": .string(WallClock.iso8601(milliseconds: at)),
        ]
    }
}

extension [RegistryTag] {
    /// The tags as one object.
    fileprivate var json: JSONValue { .object(JSONObject(map { ($0.key, .string($0.value)) })) }
}
