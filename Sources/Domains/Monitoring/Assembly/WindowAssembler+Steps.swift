extension WindowAssembler {
    /// Whether settled rows lie in a window that was not closed, nor closed early at this row.
    var hasOpenWindow: Bool {
        openWindowClosedAt != settledThrough && !completed.openWindows(at: settledThrough, in: self).isEmpty
    }

    /// The open windows with the rows that are settled, since no more will come; none where they were asked for at
    /// this row before.
    ///
    /// Changes nothing else: should rows come after all, the whole window closes in its turn and takes its place.
    mutating func closeOpenWindows() -> [AssembledWindow] {
        guard openWindowClosedAt != settledThrough else { return [] }
        openWindowClosedAt = settledThrough
        return completed.openWindows(at: settledThrough, in: self).map { assemble($0, labels: true) }
    }

    /// At most `limit` measured windows that got labels since the last call, oldest first, with the quality so far.
    mutating func takeRefilled(limit: Int) -> [AssembledWindow] {
        let indexes = refilled.sorted().prefix(limit)
        refilled.subtract(indexes)
        return indexes.compactMap { index in
            extent(ofMeasured: index).map { assemble($0, labels: true, cells: false) }
        }
    }

    /// Has every measured window that is not complete looked at again.
    mutating func refillMeasured() {
        switch definition.window {
        case .rows(let count):
            let start = definition.startOffset
            let windows = (settledThrough - start) / Int64(count)..<(scoredThrough - start) / Int64(count)
            refilled.formUnion(windows.map { Int($0) })
        case .time:
            for case let time? in rows.lazy.map(\.time) {
                guard let stretch = definition.window.stretch(of: time), measured.isOver(stretch),
                    !completed.isOver(stretch)
                else { continue }
                refilled.insert(Int(stretch))
            }
        case .labels: break
        }
    }

    /// Notes that a row got its label; matters once the window that it lies in was measured.
    mutating func noteRefill(of index: Int) {
        let offset = firstOffset + Int64(index)
        switch definition.window {
        case .rows(let count):
            let window = Int((offset - definition.startOffset) / Int64(count))
            let end = definition.startOffset + Int64(window + 1) * Int64(count)
            if end <= scoredThrough { refilled.insert(window) }
        case .time:
            guard let stretch = rows[index].time.flatMap(definition.window.stretch), measured.isOver(stretch) else {
                return
            }
            refilled.insert(Int(stretch))
        case .labels: break
        }
    }

    /// The newest settled row and the window that it lies in.
    var newestPlace: (window: Int, row: Int64) {
        let row = definition.rowNumber(at: max(settledThrough - 1, definition.startOffset))
        return (settledThrough > firstOffset ? newestWindow : 0, row)
    }

    /// The number of the window that the newest settled row lies in.
    private var newestWindow: Int {
        switch definition.window {
        case .rows(let count): return Int((settledThrough - 1 - definition.startOffset) / Int64(count))
        case .labels: return completed.ordinal
        case .time:
            let time = rows[Int(settledThrough - 1 - firstOffset)].time ?? completed.clock
            return Int(definition.window.stretch(of: time) ?? 0)
        }
    }

    /// The window without labels, for what needs none; its cells are let go.
    mutating func measure(_ extent: WindowFront.Extent) -> AssembledWindow {
        let window = assemble(extent, labels: false)
        for index in places(of: extent) {
            heldCells -= rows[index].cells.count
            rows[index].cells = []
            if rows[index].truth != nil { refilled.insert(extent.index) }
        }
        return window
    }

    /// The window with all that is known; rows that nobody needs any more are let go.
    mutating func complete(_ extent: WindowFront.Extent) -> AssembledWindow {
        let window = assemble(extent, labels: true)
        refilled.remove(extent.index)
        for index in places(of: extent) {
            heldCells -= rows[index].cells.count
            rows[index].cells = []
        }
        dropRowsNobodyNeeds()
        return window
    }

    /// The rolling estimate over the newest labelled rows of the newest champion version.
    func estimate() -> QualityEstimate {
        var chosen: [HeldRow] = []
        var version: Int?
        for index in stride(from: Int(settledThrough - firstOffset) - 1, through: 0, by: -1) {
            guard let verdict = rows[index].verdicts[champion] else { continue }
            if version == nil { version = verdict.version }
            guard verdict.version == version, chosen.count < definition.evaluation.rows else { break }
            if rows[index].truth != nil { chosen.append(rows[index]) }
        }
        let enough = chosen.count >= definition.evaluation.minimumRows
        return QualityEstimate(
            monitor: definition.name,
            row: definition.rowNumber(at: settledThrough - 1),
            window: newestWindow,
            rows: chosen.count,
            labelledRows: counters.joined,
            championVersion: version,
            quality: enough ? quality(chosen) : []
        )
    }

    private func extent(ofMeasured index: Int) -> WindowFront.Extent? {
        switch definition.window {
        case .rows(let count):
            let start = definition.startOffset + Int64(index) * Int64(count)
            guard start >= firstOffset else { return nil }
            return WindowFront.Extent(index: index, offsets: start..<(start + Int64(count)))
        case .time:
            return WindowFront.Extent(index: index, offsets: firstOffset..<scoredThrough, stretch: Int64(index))
        case .labels: return nil
        }
    }

    private func places(of extent: WindowFront.Extent) -> [Int] {
        let range = Int(extent.offsets.lowerBound - firstOffset)..<Int(extent.offsets.upperBound - firstOffset)
        guard let stretch = extent.stretch else { return Array(range) }
        return range.filter { rows[$0].time.flatMap(definition.window.stretch) == stretch }
    }

    private func assemble(_ extent: WindowFront.Extent, labels: Bool, cells: Bool = true) -> AssembledWindow {
        let places = places(of: extent)
        let held = places.map { rows[$0] }
        let sampled = cells ? places.filter { !rows[$0].cells.isEmpty } : []
        let times = held.compactMap(\.time)
        return AssembledWindow(
            index: extent.index,
            firstRow: definition.rowNumber(at: firstOffset + Int64(places.first ?? 0)),
            lastRow: definition.rowNumber(at: firstOffset + Int64(places.last ?? 0)),
            firstTime: times.min(),
            lastTime: times.max(),
            rows: times.count,
            labelled: labels ? held.count { $0.truth != nil } : 0,
            unscored: definition.predictionTopics.isEmpty
                ? 0 : held.count { $0.time != nil && $0.verdicts[champion] == nil },
            quality: labels ? quality(held) : [],
            championVersions: versions(held),
            scores: scores(held, labels: labels),
            rowNumbers: sampled.map { definition.rowNumber(at: firstOffset + Int64($0)) },
            columns: definition.columns.indices.map { column in
                sampled.compactMap { rows[$0].cells.indices.contains(column) ? rows[$0].cells[column] : nil }
            }
        )
    }

    private func scores(_ rows: [HeldRow], labels: Bool) -> [AssembledWindow.Score] {
        rows.compactMap { row in
            guard row.verdicts.indices.contains(champion), let verdict = row.verdicts[champion] else { return nil }
            // Classes have no order to compare their distribution by.
            if case .category = verdict.predicted { return nil }
            return AssembledWindow.Score(
                probability: verdict.probability,
                predicted: verdict.predicted.flag ?? false,
                version: verdict.version,
                label: labels ? row.truth?.value.flag : nil
            )
        }
    }

    private func quality(_ rows: [HeldRow]) -> [RoleQuality] {
        definition.predictionTopics.indices.map { role in
            var judged = JudgedRows(definition.task)
            for row in rows {
                guard let verdict = row.verdicts[role], let truth = row.truth else { continue }
                judged.add(verdict, truth.value)
            }
            return judged.quality(of: definition.predictionTopics[role].role)
        }
    }

    private func versions(_ rows: [HeldRow]) -> [Int] {
        var versions: [Int] = []
        for row in rows where row.verdicts.indices.contains(champion) {
            guard let version = row.verdicts[champion]?.version, !versions.contains(version) else { continue }
            versions.append(version)
        }
        return versions
    }
}
