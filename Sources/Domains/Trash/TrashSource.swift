/// The deleted things of one domain.
///
/// What is restored or purged meanwhile by somebody else is an error of that domain, which says so.
package protocol TrashSource: Sendable {
    /// What is in the trash, in no order.
    func items() async throws -> [TrashItem]

    /// How much space an item takes, and how much its purge frees now.
    func usage(of item: TrashItem) async throws -> TrashUsage

    /// Takes an item out of the trash, under another name where one is given.
    func restore(_ item: TrashItem, as name: String?, actor: String) async throws

    /// Removes an item for good; returns how many bytes that freed.
    func purge(_ item: TrashItem) async throws -> Int64
}

/// The space of content that nobody uses any more.
package protocol SpaceSweeper: Sendable {
    /// Frees what interrupted acts have left behind; returns how many bytes that were.
    func sweep() async throws -> Int64
}
