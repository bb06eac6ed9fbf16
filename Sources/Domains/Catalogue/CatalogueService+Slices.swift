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
    /// Rows count in the order in which their labels came, by event time where the labels have several partitions: the
    /// slice's labels are the shortest ranges, ending at `labelsUpTo`, that name `count` different messages of the topic.
    ///
    /// - Throws: ``CatalogueError`` `empty_range` where no message has a label before `labelsUpTo`.
    package func select(_ selection: LabelledSelection) async throws -> TopicSlice {
        let partitions = try await sliceReader.partitions(of: selection.topic)
        var tails: [LabelTail] = []
        for partition in 0..<Int32(try await sliceReader.partitions(of: selection.labelsTopic)) {
            tails.append(try await tail(partition, of: selection))
        }
        guard selection.count > 0, Int64(selection.count) <= limits.maximumMessages, tails.contains(where: \.hasMore)
        else {
            let ends = tails.map { String($0.end) }.joined(separator: ", ")
            throw CatalogueError(.emptyRange, "\(selection.labelsTopic) has no labels before offset \(ends)")
        }
        var labelled = LabelledMessages(selection, partitions: partitions)
        while !labelled.isComplete {
            for index in tails.indices where tails[index].newest == nil && tails[index].hasMore {
                try await load(&tails[index], labelled, pieces: tails.count, of: selection)
            }
            let newest = tails.indices.filter { tails[$0].newest != nil }.max {
                tails[$0].order < tails[$1].order
            }
            guard let newest, let label = tails[newest].takeNewest() else {
                // What was read named no message of the topic.
                if tails.contains(where: \.hasMore) { continue }
                break
            }
            labelled.add(label, of: tails[newest].partition)
        }
        return try labelled.slice(labelsUpTo: tails.map { ($0.partition, $0.end) })
    }

    private func tail(_ partition: Int32, of selection: LabelledSelection) async throws -> LabelTail {
        let (low, high) = try await sliceReader.watermarks(selection.labelsTopic, partition)
        let end = selection.labelsUpTo[partition] ?? high
        guard end <= high else {
            throw CatalogueError(
                .offsetsNotWritten,
                "\(selection.labelsTopic)[\(partition)] ends at offset \(high), before \(end)"
            )
        }
        return LabelTail(partition: partition, low: low, end: end)
    }

    /// Reads the next older piece of a partition's labels.
    private func load(
        _ tail: inout LabelTail,
        _ labelled: LabelledMessages,
        pieces: Int,
        of selection: LabelledSelection
    ) async throws {
        let piece = Int64(max(1_000, selection.count / pieces))
        let from = max(tail.low, tail.unread - piece)
        let range = OffsetRange(topic: selection.labelsTopic, partition: tail.partition, from: from, to: tail.unread)
        var labels: [LabelTail.Label] = []
        try await sliceReader.forEach(range) { message in
            if let label = labelled.label(message) { labels.append(label) }
        }
        tail.take(labels, from: from)
    }

    private func assemble(_ slice: TopicSlice) async throws -> (LakeTable, SliceCounts) {
        try check(slice)
        let labels = slice.labels?.ranges ?? []
        for ranges in [slice.ranges, labels] {
            var left = limits.maximumMessages
            for range in ranges {
                try await sliceReader.check(range, maximumMessages: left)
                left -= range.to - range.from
            }
        }
        var assembly = SliceAssembly(slice)
        for range in labels {
            try await sliceReader.forEach(range) {
                assembly.add(label: $0.value, at: .init($0), time: $0.timestampMilliseconds)
            }
        }
        for range in slice.ranges {
            try await sliceReader.forEach(range) {
                assembly.add(message: $0.value, at: .init($0), time: $0.timestampMilliseconds)
            }
        }
        return (try assembly.table(), assembly.counts)
    }

    private func check(_ slice: TopicSlice) throws(CatalogueError) {
        let names = slice.fields.map(\.name)
        guard !slice.columns.isEmpty, Set(names).count == names.count else {
            throw CatalogueError(.unknownColumn, "a slice needs at least one column, and each only once")
        }
        for ranges in [slice.ranges, slice.labels?.ranges].compactMap({ $0 }) {
            let isInOrder = zip(ranges, ranges.dropFirst()).allSatisfy { $0.partition < $1.partition }
            guard !ranges.isEmpty, isInOrder, Set(ranges.map(\.topic)).count == 1 else {
                throw CatalogueError(.emptyRange, "a slice needs one range for each partition of one topic, in order")
            }
        }
    }
}
