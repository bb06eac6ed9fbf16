internal import Catalogue
internal import JSON
internal import Lake
internal import Monitoring
internal import Pipelines
internal import Streams

/// Makes monitors of what is declared, once it is known that what they name is there.
struct MonitorFactory: Sendable {
    /// Records at the end of a topic whose members are taken for its columns.
    private static let sampledRecords: Int64 = 100

    let parts: ServerParts
    let health: DeploymentHealth

    /// A monitor of a topic or a dataset that is ready to run.
    ///
    /// - Throws: `MonitorError` that names what is wrong: a field, or a column with those that exist.
    func makeAny(_ declaration: MonitorDeclaration, observer: any MonitorObserver) async throws -> any RunningMonitor {
        guard declaration.dataset != nil else { return try await make(declaration, observer: observer) }
        let definition = try MonitorDefinition(declaration)
        try definition.validate()
        try await checkColumns(of: definition)
        let catalogue = CatalogueReference(catalogue: parts.catalogue)
        return try DatasetMonitor(
            definition,
            database: parts.database,
            versions: catalogue,
            source: catalogue,
            observer: observer
        )
    }

    /// A monitor of a topic that is ready to run.
    ///
    /// - Throws: as ``makeAny(_:observer:)``.
    func make(_ declaration: MonitorDeclaration, observer: any MonitorObserver) async throws -> MonitorService {
        let definition = try MonitorDefinition(declaration)
        try definition.validate()
        try await checkColumns(of: definition)
        let (streams, admin) = (parts.streams, parts.admin)
        let monitor = try MonitorService(
            definition,
            database: parts.database,
            reference: CatalogueReference(catalogue: parts.catalogue),
            observer: observer,
            health: health,
            countPartitions: { topic in
                guard let found = try await admin.topic(topic) else {
                    throw StreamError(.unknownTopic, "topic \"\(topic)\" does not exist: create it first")
                }
                return found.partitions
            },
            openReader: { try StreamReader(streams, assignments: $0) }
        )
        // Read now, so that a reference that cannot be compared with is refused rather than noticed later.
        if let reference = definition.reference { try await monitor.setReference(reference) }
        return monitor
    }

    /// Refuses columns that neither the reference nor the topic has; all pass while nothing is known of either.
    private func checkColumns(of definition: MonitorDefinition) async throws {
        guard let known = try await knownColumns(of: definition) else { return }
        let unknown = definition.columns.map(\.name).filter { !known.columns.contains($0) }
        guard let first = unknown.first else { return }
        throw MonitorError(
            .unknownColumn,
            "monitor '\(definition.name)': there is no column '\(first)' in \(known.place); it has "
                + known.columns.sorted().prefix(100).joined(separator: ", ")
        )
    }

    private func knownColumns(of definition: MonitorDefinition) async throws -> (place: String, columns: Set<String>)? {
        if let reference = definition.reference { return try await columns(of: reference) }
        if let dataset = definition.dataset {
            let versions = try await CatalogueReference(catalogue: parts.catalogue).versions(of: dataset)
            guard let first = versions.first else { return nil }
            return try await columns(of: ReferenceDataset(dataset: dataset, version: first))
        }
        if !definition.model.isEmpty, let reference = try? await parts.championData(of: definition.model) {
            return try await columns(of: reference)
        }
        let names = try await sampledColumns(of: definition.inputTopic)
        return names.isEmpty ? nil : ("the newest records of topic \(definition.inputTopic)", names)
    }

    private func columns(of reference: ReferenceDataset) async throws -> (String, Set<String>) {
        let version = try await parts.catalogue.version(reference.dataset, reference.version)
        return ("\(reference)", Set(version.schema.map(\.name)))
    }

    private func sampledColumns(of topic: String) async throws -> Set<String> {
        guard try await parts.admin.topic(topic) != nil else { return [] }
        let partition = TopicPartition(topic, 0)
        let (low, high) = try await parts.admin.watermarks(partition)
        guard high > low else { return [] }
        let start = max(low, high - Self.sampledRecords)
        let reader = try StreamReader(parts.streams, assignments: [(partition, start)])
        do {
            let records = try await reader.next(maximum: Int(Self.sampledRecords), wait: .seconds(5))
            await reader.close()
            return records.reduce(into: []) { names, record in
                let object = record.value.flatMap { try? JSONValue.parse($0).objectValue }
                names.formUnion(object?.keys ?? [])
            }
        } catch {
            await reader.close()
            throw error
        }
    }
}
