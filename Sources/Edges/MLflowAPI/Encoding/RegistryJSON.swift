internal import JSON
internal import Registry

extension JSONWriter {
    mutating func registeredModel(_ model: RegisteredModel) {
        beginObject()
        member("name", model.name)
        member("creation_timestamp", model.createdAt)
        member("last_updated_timestamp", model.updatedAt)
        if let description = model.description, !description.isEmpty { member("description", description) }
        list("latest_versions", model.latestVersions) { $0.modelVersion($1, withAliases: false) }
        registryTags(model.tags)
        list("aliases", model.aliases) { writer, alias in
            writer.beginObject()
            writer.member("alias", alias.name)
            writer.member("version", String(alias.version))
            writer.endObject()
        }
        endObject()
    }

    mutating func modelVersion(_ version: ModelVersion, withAliases: Bool = true) {
        beginObject()
        member("name", version.name)
        member("version", String(version.version))
        member("creation_timestamp", version.createdAt)
        member("last_updated_timestamp", version.updatedAt)
        member("current_stage", version.stage.rawValue)
        member("description", ifPresent: version.description)
        member("source", version.source)
        member("run_id", version.run)
        member("status", "READY")
        registryTags(version.tags)
        member("run_link", version.runLink)
        if withAliases {
            list("aliases", version.aliases) { $0.string($1) }
        }
        endObject()
    }

    private mutating func registryTags(_ tags: [RegistryTag]) {
        list("tags", tags) { writer, tag in
            writer.beginObject()
            writer.member("key", tag.key)
            writer.member("value", tag.value)
            writer.endObject()
        }
    }
}
