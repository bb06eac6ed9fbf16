package import SQLStore

/// Is told of changes in the registry, inside the transaction that makes each.
///
/// What it stores there is as durable as the change itself: both or neither. It runs on a thread of the database, so it
/// must not wait for anything else; what it throws undoes the change.
package protocol RegistryJournal: Sendable {
    /// Notes a change.
    func record(_ event: RegistryEvent, in transaction: any SQLTransaction) throws
}

/// One change of a registered model.
package struct RegistryEvent: Sendable, Equatable {
    /// The name of the model.
    package let model: String
    /// Whether the model holds versions of a prompt.
    package let isPrompt: Bool
    /// What changed.
    package let change: RegistryChange
}

/// What changed of a registered model.
package enum RegistryChange: Sendable, Equatable {
    case modelCreated(description: String?, tags: [RegistryTag])
    case modelTagSet(RegistryTag)
    case modelTagDeleted(key: String)
    case versionCreated(ModelVersion)
    case versionTagSet(version: Int64, RegistryTag)
    case versionTagDeleted(version: Int64, key: String)
    case aliasSet(String, version: Int64)
    case aliasDeleted(String)
}
