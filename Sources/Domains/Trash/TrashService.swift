internal import Execution
internal import Primitives
internal import Telemetry

/// One trash for experiments, runs, logged models, registered models and versions.
///
/// As a service it sweeps once at its start, and purges every hour what has been in the trash for too long. Thread-safe.
package final class TrashService: Service {
    private static let interval = Duration.seconds(3_600)
    private static let millisecondsOfADay: Int64 = 86_400_000

    package let name = "trash"
    /// After how many days something goes by itself; nil for never.
    package let keptDays: Int?
    private let sources: [any TrashSource]
    private let sweeper: any SpaceSweeper
    private let stopped = OneShot<Void>()
    private let logger = Logger(label: "trash")

    /// The trash of some domains.
    ///
    /// - Parameters:
    ///   - sources: the domains.
    ///   - sweeper: frees what interrupted acts have left behind.
    ///   - keptDays: after how many days something goes by itself; nil for never.
    package init(sources: [any TrashSource], sweeper: any SpaceSweeper, keptDays: Int?) {
        self.sources = sources
        self.sweeper = sweeper
        self.keptDays = keptDays
    }

    /// What is in the trash, newest first: `limit` items from `offset` on, and whether there are more.
    package func list(offset: Int = 0, limit: Int) async throws -> (entries: [TrashEntry], hasMore: Bool) {
        var all: [(item: TrashItem, source: any TrashSource)] = []
        for source in sources { all += try await source.items().map { ($0, source) } }
        all.sort { ($1.item.deletedAt, $0.item.id) < ($0.item.deletedAt, $1.item.id) }
        var entries: [TrashEntry] = []
        for (item, source) in all.dropFirst(offset).prefix(limit) {
            let usage = try await source.usage(of: item)
            entries.append(TrashEntry(item: item, usage: usage, expiresAt: expiry(of: item)))
        }
        return (entries, all.count > offset + limit)
    }

    /// Takes something out of the trash.
    ///
    /// - Parameters:
    ///   - id: its name in the trash.
    ///   - name: another name for a registered model whose own is taken.
    ///   - actor: who restores it.
    /// - Returns: what it was.
    /// - Throws: ``TrashError``, and what its domain refuses.
    package func restore(_ id: String, as name: String? = nil, actor: String) async throws -> TrashItem {
        let (item, source) = try await find(id)
        guard name == nil || item.kind == .registeredModel else {
            throw TrashError(message: "only a registered model can be restored under another name")
        }
        try await source.restore(item, as: name, actor: actor)
        return item
    }

    /// Removes something in the trash for good; its bytes are free when this returns.
    ///
    /// - Returns: how many bytes were freed.
    package func purge(_ id: String) async throws -> Int64 {
        let (item, source) = try await find(id)
        return try await source.purge(item)
    }

    /// Removes for good what came into the trash before a time, Unix milliseconds.
    ///
    /// Registered models and versions go first, since they may use files of runs.
    ///
    /// - Returns: how many items and bytes that were.
    package func purge(deletedBefore limit: Int64) async throws -> (items: Int, bytes: Int64) {
        var (items, bytes) = (0, Int64(0))
        for source in sources {
            for item in try await source.items() where item.deletedAt < limit {
                do {
                    bytes += try await source.purge(item)
                    items += 1
                } catch {
                    // One that somebody else restored or purged meanwhile is no failure.
                    guard try await source.items().contains(item) else { continue }
                    throw error
                }
            }
        }
        return (items, bytes)
    }

    package func run() async throws {
        await report("swept") { (0, try await self.sweeper.sweep()) }
        while !stopped.isDone {
            if let keptDays {
                let limit = WallClock.nowMilliseconds() - Int64(keptDays) * Self.millisecondsOfADay
                await report("purged what had expired") { try await self.purge(deletedBefore: limit) }
            }
            _ = await withDeadline(Self.interval) { [stopped] in try? await stopped.value }
        }
    }

    package func stop() async {
        stopped.succeed(())
    }

    private func report(_ act: String, _ body: () async throws -> (items: Int, bytes: Int64)) async {
        do {
            let (items, bytes) = try await body()
            guard items > 0 || bytes > 0 else { return }
            logger.info("The trash was emptied", ["act": act, "items": String(items), "bytes": String(bytes)])
        } catch {
            logger.error("The trash could not be emptied", ["act": act, "error": "\(error)"])
        }
    }

    private func find(_ id: String) async throws -> (TrashItem, any TrashSource) {
        for source in sources {
            if let item = try await source.items().first(where: { $0.id == id }) { return (item, source) }
        }
        throw TrashError.unknown(id)
    }

    private func expiry(of item: TrashItem) -> Int64? {
        keptDays.map { item.deletedAt + Int64($0) * Self.millisecondsOfADay }
    }
}
