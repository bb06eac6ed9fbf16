/// A key with a value.
package struct RegistryTag: Sendable, Hashable {
    /// The key.
    package let key: String
    /// The value.
    package let value: String

    /// A key with its value.
    package init(_ key: String, _ value: String) {
        self.key = key
        self.value = value
    }
}

/// A name that versions of a model are registered under.
package struct RegisteredModel: Sendable, Equatable {
    /// Its name.
    package let name: String
    /// What people say of it.
    package let description: String?
    /// When it was made, Unix milliseconds.
    package let createdAt: Int64
    /// When it or the set of its versions last changed, Unix milliseconds.
    package let updatedAt: Int64
    /// Its tags by key.
    package let tags: [RegistryTag]
    /// Its aliases by name.
    package let aliases: [ModelAlias]
    /// The highest version in each stage that has one.
    package let latestVersions: [ModelVersion]

    /// Whether it holds versions of a prompt.
    package var isPrompt: Bool {
        RegistryRules.isPrompt(tags)
    }
}

/// A name that points at one version of a model.
package struct ModelAlias: Sendable, Hashable {
    /// The name, such as `champion`.
    package let name: String
    /// The version that it points at.
    package let version: Int64
}

/// The stage of a version, for clients that do not know aliases.
package enum ModelStage: String, Sendable, CaseIterable {
    case none = "None"
    case staging = "Staging"
    case production = "Production"
    case archived = "Archived"

    /// Reads a stage in any case.
    ///
    /// - Throws: `RegistryError` with code `invalidParameter`.
    package init(parsing text: String) throws(RegistryError) {
        guard let stage = Self.allCases.first(where: { $0.rawValue.lowercased() == text.lowercased() }) else {
            throw .invalid(
                "Invalid Model Version stage: \(text). Value must be one of None, Staging, Production, Archived."
            )
        }
        self = stage
    }
}

/// One version of a registered model.
package struct ModelVersion: Sendable, Equatable {
    /// The name of the model.
    package let name: String
    /// Its number, never used twice.
    package let version: Int64
    /// When it was made, Unix milliseconds.
    package let createdAt: Int64
    /// When it last changed, Unix milliseconds.
    package let updatedAt: Int64
    /// Its stage.
    package let stage: ModelStage
    /// What people say of it; nil once it was cleared.
    package let description: String?
    /// Where it was registered from.
    package let source: String
    /// Where its files lie.
    package let location: String
    /// The run that made it; empty when none did.
    package let run: String
    /// A link to that run; may be empty.
    package let runLink: String
    /// The logged model that it is; nil when it is none.
    package let loggedModel: String?
    /// Its tags by key.
    package var tags: [RegistryTag]
    /// The aliases that point at it.
    package var aliases: [String]

    /// Whether it is a version of a prompt.
    package var isPrompt: Bool {
        RegistryRules.isPrompt(tags)
    }
}

/// What a new version is made of.
package struct ModelVersionDraft: Sendable {
    /// The name of the model.
    package var name: String
    /// Where the files come from: a run, a logged model, another version or a store.
    package var source: String
    /// The run that made it.
    package var run: String?
    /// A link to that run.
    package var runLink: String?
    /// What people say of it.
    package var description: String?
    /// The logged model that it is.
    package var loggedModel: String?
    /// Its first tags.
    package var tags: [RegistryTag] = []

    /// A version of a model from a source.
    package init(name: String, source: String) {
        self.name = name
        self.source = source
    }
}

/// One move of an alias: who moved it, when, from where, to where and why.
package struct AliasChange: Sendable, Equatable {
    /// Its number; later changes have greater ones.
    package let id: Int64
    /// The name of the model.
    package let model: String
    /// The alias.
    package let alias: String
    /// The version that it pointed at before; nil when it was new.
    package let from: Int64?
    /// The version that it points at since; nil when it was removed.
    package let to: Int64?
    /// Who moved it.
    package let actor: String
    /// Why.
    package let reason: String
    /// When, Unix milliseconds.
    package let at: Int64
}

/// Where a version comes from.
package struct ModelLineage: Sendable, Equatable {
    /// The version.
    package let version: ModelVersion
    /// The run that made it; nil when none is known.
    package let run: String?
    /// The datasets that this run read.
    package let datasets: [LineageDataset]
}

/// A dataset that a run read.
package struct LineageDataset: Sendable, Hashable {
    /// Its name.
    package let name: String
    /// The hash of its content.
    package let digest: String
    /// Where it comes from, as JSON text.
    package let source: String
    /// What it was used for, such as `training`.
    package let context: String?

    /// A dataset.
    package init(name: String, digest: String, source: String, context: String?) {
        self.name = name
        self.digest = digest
        self.source = source
        self.context = context
    }
}

/// One page of a list and where the next begins.
package struct RegistryPage<Item: Sendable>: Sendable {
    /// What is on the page.
    package let items: [Item]
    /// The token of the next page; nil on the last one.
    package let next: String?
}

/// What to search for and which page to return.
package struct RegistrySearch: Sendable {
    /// The filter; nil or empty means everything.
    package var filter: String?
    /// `identifier [ASC|DESC]`, most significant first.
    package var orderBy: [String]
    /// How many items a page holds at most.
    package var limit: Int
    /// The token of the page; nil for the first.
    package var pageToken: String?

    /// The first page of everything.
    package init(filter: String? = nil, orderBy: [String] = [], limit: Int = 100, pageToken: String? = nil) {
        self.filter = filter
        self.orderBy = orderBy
        self.limit = limit
        self.pageToken = pageToken
    }
}
