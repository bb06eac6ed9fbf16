internal import JSON
internal import Lake
internal import Primitives
internal import SQLStore
internal import Streams

extension CatalogueService {
    /// Cuts a version out of a topic.
    ///
    /// The same slice always gives the same rows, content hash and bytes; a dataset that already has a version of this
    /// slice gives that one back, so that a cut may be repeated after a crash. Messages and labels that are not as declared
    /// are left out and counted in the version's source; more than 1 % of them (and more than ten) refuse the slice.
    ///
    /// - Throws: ``CatalogueError`` `empty_range`, `offsets_removed`, `offsets_not_written`, `malformed_rows`,
    ///   `unknown_topic` or `too_large`, among others.
    package func cut(_ dataset: String, _ slice: TopicSlice) async throws -> DatasetVersion {
        let name = try DatasetName(dataset)
        let definition = SHA256.hex(Array(slice.json.description.utf8))
        let known = try await database.read { transaction in
            try transaction.first(CatalogueStatements.byDefinition, [.text(dataset), .text(definition)])
        }
        if let known { return try DatasetVersion(known, root: lake.directory) }
        let (table, counts) = try await assemble(slice)
        return try await publish(name, definition: definition) { file in
            (try await lake.writeParquet(table, to: file), .topic(slice, counts))
        }
    }

    /// Finds the last labelled rows of a topic: the slice that ends before a label and holds as many rows as were asked
    /// for, or fewer where there are no more.
    ///
    /// Rows count in the order in which their labels came: the slice's labels are the shortest range, ending at
    /// `labelsUpTo`, that names `count` different messages of the topic.
    ///
    /// - Throws: ``CatalogueError`` `empty_range` where no message has a label before `labelsUpTo`.
    package func select(_ selection: LabelledSelection) async throws -> TopicSlice {
        let (low, high) = try await sliceReader.watermarks(selection.labelsTopic, selection.labelsPartition)
        let end = selection.labelsUpTo ?? high
        guard end <= high else {
            throw CatalogueError(
                .offsetsNotWritten,
                "\(selection.labelsTopic)[\(selection.labelsPartition)] ends at offset \(high), before \(end)"
            )
        }
        guard selection.count > 0, Int64(selection.count) <= limits.maximumMessages, end > low else {
            throw CatalogueError(.emptyRange, "\(selection.labelsTopic) has no labels before offset \(end)")
        }
        var labelled = LabelledMessages(selection)
        var range = OffsetRange(
            topic: selection.labelsTopic,
            partition: selection.labelsPartition,
            from: end,
            to: end
        )
        while !labelled.isComplete, range.from > low {
            range.to = range.from
            range.from = max(low, range.to - Int64(max(1_000, selection.count)))
            var labels: [(offset: Int64, message: Int64)] = []
            try await sliceReader.forEach(range) { message in
                if let found = labelled.message(ofLabel: message.value) { labels.append((message.offset, found)) }
            }
            for label in labels.reversed() { labelled.add(label.message, label: label.offset) }
        }
        return try labelled.slice(labelsUpTo: end)
    }

    private func assemble(_ slice: TopicSlice) async throws -> (LakeTable, SliceCounts) {
        try check(slice)
        try await sliceReader.check(slice.range, maximumMessages: limits.maximumMessages)
        if let labels = slice.labels {
            try await sliceReader.check(labels.range, maximumMessages: limits.maximumMessages)
        }
        var assembly = SliceAssembly(slice)
        if let labels = slice.labels {
            try await sliceReader.forEach(labels.range) { assembly.add(label: $0.value, at: $0.offset) }
        }
        try await sliceReader.forEach(slice.range) { assembly.add(message: $0.value, at: $0.offset) }
        return (try assembly.table(), assembly.counts)
    }

    private func check(_ slice: TopicSlice) throws(CatalogueError) {
        let names = slice.fields.map(\.name)
        guard !slice.columns.isEmpty, Set(names).count == names.count else {
            throw CatalogueError(.unknownColumn, "a slice needs at least one column, and each only once")
        }
    }
}
