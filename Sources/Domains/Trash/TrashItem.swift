/// Something that was deleted and can be restored.
package struct TrashItem: Sendable, Equatable {
    /// What it is.
    package enum Kind: String, Sendable, CaseIterable {
        case experiment
        case run
        case loggedModel = "logged_model"
        case registeredModel = "registered_model"
        case modelVersion = "model_version"
    }

    /// Its name in the trash, unique over all kinds.
    package let id: String
    /// What it is.
    package let kind: Kind
    /// Its name for people.
    package let name: String
    /// When it came here, Unix milliseconds.
    package let deletedAt: Int64
    /// Who deleted it; empty where that is not known.
    package let actor: String
    /// How many runs or versions it takes along.
    package let count: Int64

    /// Something in the trash.
    package init(id: String, kind: Kind, name: String, deletedAt: Int64, actor: String = "", count: Int64) {
        self.id = id
        self.kind = kind
        self.name = name
        self.deletedAt = deletedAt
        self.actor = actor
        self.count = count
    }
}

/// How much space something in the trash takes.
package struct TrashUsage: Sendable, Equatable {
    /// The length of all its files in bytes.
    package let bytes: Int64
    /// How many bytes are freed when it alone is purged: content that nothing else uses, counted once.
    package let freed: Int64

    /// Some space.
    package init(bytes: Int64, freed: Int64) {
        self.bytes = bytes
        self.freed = freed
    }
}

/// Something in the trash with what purging it does.
package struct TrashEntry: Sendable, Equatable {
    /// What it is.
    package let item: TrashItem
    /// How much space it takes.
    package let usage: TrashUsage
    /// When it goes by itself, Unix milliseconds; nil for never.
    package let expiresAt: Int64?
}

/// Why the trash refused an act.
package struct TrashError: Error, Sendable, CustomStringConvertible {
    /// What was refused, and what to do.
    package let message: String

    package var description: String { message }

    static func unknown(_ id: String) -> TrashError {
        TrashError(message: "'\(id)' is not in the trash: it was restored or purged, or never there; list the trash")
    }
}
