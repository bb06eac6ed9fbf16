internal import MartletAPI
internal import Monitoring
internal import Reports
internal import Statistics
internal import Streams

/// Reports of windows, made of their rows as the log still holds them.
struct WindowReports {
    /// The most rows that a report is made of.
    private static let maximumRows = 1_000_000

    let parts: ServerParts

    /// The report of one window.
    ///
    /// - Throws: `MonitorError` where the window had no reference to compare with, or its rows are gone from the log;
    ///   `ReportError` where nothing can be compared.
    func report(
        _ window: MonitoredWindow,
        of definition: MonitorDefinition,
        kind: WindowReportKind
    ) async throws -> WindowReport {
        if kind == .performance { return try await performance(of: window, definition) }
        let rows = try await rows(of: window, definition)
        let current = (
            label: DatasetLabel(name: "\(definition.name), window \(window.index)", rows: rows.first?.count ?? 0),
            columns: zip(definition.columns, rows).map(ReportColumn.init)
        )
        let reference = try await reference(of: window, definition)
        switch kind {
        case .drift:
            guard let reference else {
                throw MonitorError(
                    .missingReference,
                    "window \(window.index) of monitor '\(definition.name)' had no reference to compare with: "
                        + "declare one, or ask for kind=summary"
                )
            }
            let report = try DriftReport(reference: reference, current: current)
            return WindowReport(json: report.json, html: report.html)
        case .summary:
            let report = SummaryReport(
                reference: reference.map {
                    ($0.label, DatasetHealth(columns: $0.columns.map(ColumnHealth.init), rows: $0.label.rows))
                },
                current: (
                    current.label,
                    DatasetHealth(
                        columns: current.columns.map(ColumnHealth.init),
                        rows: current.label.rows,
                        duplicatedRows: window.findings.duplicates
                    )
                ),
                columns: current.columns.map { column in
                    ColumnSummary(reference: reference?.columns.first { $0.name == column.name }, current: column)
                }
            )
            return WindowReport(json: report.json, html: report.html)
        case .performance: return try await performance(of: window, definition)
        }
    }

    /// How good the champion was in a window, beside the first window that its version predicted alone.
    private func performance(
        of window: MonitoredWindow,
        _ definition: MonitorDefinition
    ) async throws -> WindowReport {
        guard definition.labelsTopic != nil, !definition.predictionTopics.isEmpty else {
            throw MonitorError(
                .invalidDefinition,
                "monitor '\(definition.name)' watches no predictions with labels: ask for kind=drift or kind=summary"
            )
        }
        let current = try await judged(window, definition)
        var reference: (label: DatasetLabel, sample: PerformanceSample)?
        if let first = try await firstWindow(like: window, definition), first.index < window.index {
            // What is no longer in the log cannot be shown; the window itself can.
            reference = try? await judged(first, definition)
            if reference?.sample.rows == 0 { reference = nil }
        }
        let report = try PerformanceReport(reference: reference, current: current)
        return WindowReport(json: report.json, html: report.html)
    }

    private func firstWindow(
        like window: MonitoredWindow,
        _ definition: MonitorDefinition
    ) async throws -> MonitoredWindow? {
        let before = try await parts.archive.windows(of: definition.name, limit: 1_000)
        return before.first { $0.championVersions == [window.championVersions.last] && $0.state == .complete }
    }

    private func judged(
        _ window: MonitoredWindow,
        _ definition: MonitorDefinition
    ) async throws -> (label: DatasetLabel, sample: PerformanceSample) {
        var predictions = WindowPredictions()
        let count = try await readRows(of: window, definition) { record in
            if case .row(let row) = definition.event(of: record) { predictions.add(row, partition: record.partition) }
            return predictions.count < Self.maximumRows
        }
        guard count > 0 else { throw Self.gone(window, definition.inputTopic) }
        let champion = definition.predictionTopics[definition.championIndex].topic
        try await readAll(champion) { record in
            if case .prediction(_, let prediction) = definition.event(of: record) {
                predictions.add(prediction, joins: definition.join)
            }
        }
        try await readAll(definition.labelsTopic ?? "") { record in
            if case .label(let label) = definition.event(of: record) { predictions.add(label) }
        }
        let label = DatasetLabel(name: "\(definition.name), window \(window.index)", rows: predictions.count)
        return (label, predictions.sample(definition.task))
    }

    /// Shows all records of a topic.
    private func readAll(_ topic: String, _ body: (StreamRecord) -> Void) async throws {
        let count = try await parts.admin.topic(topic)?.partitions ?? 0
        for partition in 0..<Int32(clamping: count) {
            let place = TopicPartition(topic, partition)
            try await read(place, from: try await parts.admin.watermarks(place).low) { record in
                body(record)
                return true
            }
        }
    }

    private func reference(
        of window: MonitoredWindow,
        _ definition: MonitorDefinition
    ) async throws -> (label: DatasetLabel, columns: [ReportColumn])? {
        guard let reference = window.reference.flatMap(ReferenceDataset.init(parsing:)) else { return nil }
        let values = try await CatalogueReference(catalogue: parts.catalogue).columns(definition.columns, of: reference)
        let columns = definition.columns.compactMap { column in
            values[column.name].map { ReportColumn(column.name, $0) }
        }
        return (DatasetLabel(name: "\(reference)", rows: columns.first?.rows ?? 0), columns)
    }

    // MARK: Rows

    /// The window's cells, column by column.
    private func rows(of window: MonitoredWindow, _ definition: MonitorDefinition) async throws -> [[Cell]] {
        if let dataset = definition.dataset {
            let version = ReferenceDataset(dataset: dataset, version: window.index)
            let values = try await CatalogueReference(catalogue: parts.catalogue)
                .columns(definition.columns, of: version)
            return definition.columns.map { values[$0.name]?.cells ?? [] }
        }
        var columns: [[Cell]] = definition.columns.map { _ in [] }
        try await readRows(of: window, definition) { record in
            if let cells = definition.cells(of: record) {
                for (column, cell) in cells.enumerated() { columns[column].append(cell) }
            }
            return (columns.first?.count ?? 0) < Self.maximumRows
        }
        guard columns.contains(where: { !$0.isEmpty }) else { throw Self.gone(window, definition.inputTopic) }
        return columns
    }

    /// Shows the records of a window's rows until `body` says false; gives how many there were.
    @discardableResult
    private func readRows(
        of window: MonitoredWindow,
        _ definition: MonitorDefinition,
        _ body: (StreamRecord) -> Bool
    ) async throws -> Int {
        let count = try await parts.admin.topic(definition.inputTopic)?.partitions ?? 0
        var rows = 0
        for partition in 0..<Int32(clamping: count) {
            let place = TopicPartition(definition.inputTopic, partition)
            let isOnly = count == 1
            try await read(place, from: try await start(of: window, definition, place, isOnly)) { record in
                guard let side = Self.side(of: record, window, definition, isOnly: isOnly) else { return false }
                guard side else { return true }
                rows += 1
                return body(record)
            }
        }
        return rows
    }

    private static func gone(_ window: MonitoredWindow, _ topic: String) -> MonitorError {
        MonitorError(
            .missingReference,
            "the rows of window \(window.index) are no longer in topic \(topic): "
                + "GET …/windows/\(window.index) has what was found when they were"
        )
    }

    private func start(
        of window: MonitoredWindow,
        _ definition: MonitorDefinition,
        _ partition: TopicPartition,
        _ isOnly: Bool
    ) async throws -> Int64 {
        let low = try await parts.admin.watermarks(partition).low
        if isOnly { return max(low, definition.offset(ofRow: window.firstRow)) }
        guard let time = window.firstTime else { return low }
        return max(low, try await parts.admin.offset(partition, atTime: time))
    }

    /// Whether a record belongs to the window; nil behind its last one.
    ///
    /// Rows of one partition are told by their place, those of several by their event time.
    private static func side(
        of record: StreamRecord,
        _ window: MonitoredWindow,
        _ definition: MonitorDefinition,
        isOnly: Bool
    ) -> Bool? {
        if isOnly, record.offset > definition.offset(ofRow: window.lastRow) { return nil }
        if isOnly, case .rows = definition.window { return true }
        guard let first = window.firstTime, let last = window.lastTime else { return false }
        return (first...last).contains(record.timestampMilliseconds)
    }

    /// Hands records over until `body` says false, or the partition ends.
    private func read(
        _ partition: TopicPartition,
        from start: Int64,
        _ body: (StreamRecord) -> Bool
    ) async throws {
        let end = try await parts.admin.watermarks(partition).high
        guard start < end else { return }
        let reader = try StreamReader(parts.streams, assignments: [(partition, start)])
        do {
            var next = start
            while next < end {
                let records = try await reader.next(maximum: 5000, wait: .seconds(5))
                guard let newest = records.last, records.allSatisfy(body) else { break }
                next = newest.offset + 1
            }
            await reader.close()
        } catch {
            await reader.close()
            throw error
        }
    }
}

extension MonitorDefinition {
    /// The offset of the row that people give this number.
    fileprivate func offset(ofRow row: Int64) -> Int64 { row - firstRow + startOffset }
}

extension ReportColumn {
    /// A column of a window.
    fileprivate init(_ column: MonitoredColumn, _ cells: [Cell]) {
        switch column.kind {
        case .numeric:
            self.init(
                name: column.name,
                numbers: cells.map { if case .number(let value) = $0 { value } else { .nan } }
            )
        case .categorical:
            let texts = cells.map { cell -> String? in if case .category(let text) = cell { text } else { nil } }
            self.init(name: column.name, categories: CategoryCounts(texts))
        }
    }

    /// A column of a reference.
    fileprivate init(_ name: String, _ column: ReferenceColumn) {
        switch column {
        case .numbers(let values): self.init(name: name, numbers: values)
        case .categories(let values): self.init(name: name, categories: CategoryCounts(values))
        }
    }
}
