/// A registered model or a version of one in the trash.
package struct TrashedModel: Sendable, Equatable {
    /// Its name in the trash.
    package let id: String
    /// The name of the model.
    package let name: String
    /// The version; nil for a whole model.
    package let version: Int64?
    /// When it came here, Unix milliseconds.
    package let deletedAt: Int64
    /// Who deleted it.
    package let actor: String
    /// How many versions it takes along.
    package let versions: Int64
}
