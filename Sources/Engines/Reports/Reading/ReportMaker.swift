internal import Execution
package import Lake
internal import Statistics

/// Makes reports of files.
package struct ReportMaker: Sendable {
    private let lake: Lake

    /// Reads through `lake`.
    package init(lake: Lake) {
        self.lake = lake
    }

    /// Makes a report of `current`, beside `reference` if there is one.
    ///
    /// - Throws: `ReportError` or `LakeError` that says what to change.
    package func make(_ request: ReportRequest, reference: LakeSource?, current: LakeSource) async throws -> Report {
        switch request.kind {
        case .drift:
            guard let reference else {
                throw ReportError(.invalidOptions, "a drift report needs a reference to compare with")
            }
            let comparison = try DriftComparison(
                lake: lake,
                reference: reference,
                current: current,
                options: request.drift,
                columns: request.columns
            )
            return .drift(try await comparison.run())
        case .summary: return .summary(try await summary(request, reference, current))
        case .performance: return .performance(try await performance(request, reference, current))
        case .chunks:
            guard let reference else {
                throw ReportError(.invalidOptions, "a report by chunks needs a reference to compare with")
            }
            let comparison = try ChunkComparison(
                lake: lake,
                reference: reference,
                current: current,
                options: request.chunks,
                model: request.model,
                columns: request.columns
            )
            return .chunks(try await comparison.run())
        }
    }

    private func summary(
        _ request: ReportRequest,
        _ reference: LakeSource?,
        _ current: LakeSource
    ) async throws -> SummaryReport {
        let names = request.columns ?? current.fields.map(\.name)
        for name in names { _ = try current.field(name) }
        let now = try await columns(names, of: current)
        let health = try await health(now, of: current, isWhole: request.columns == nil)
        guard let reference else {
            return SummaryReport(
                reference: nil,
                current: (DatasetLabel(name: current.name, rows: current.rowCount), health),
                columns: now.map { ColumnSummary(reference: nil, current: $0) }
            )
        }
        let shared = names.filter { name in reference.fields.contains { $0.name == name } }
        let before = try await columns(shared, of: reference)
        let byName = Dictionary(before.map { ($0.name, $0) }) { first, _ in first }
        return SummaryReport(
            reference: (
                DatasetLabel(name: reference.name, rows: reference.rowCount),
                try await self.health(before, of: reference, isWhole: request.columns == nil)
            ),
            current: (DatasetLabel(name: current.name, rows: current.rowCount), health),
            columns: now.map { ColumnSummary(reference: byName[$0.name], current: $0) }
        )
    }

    private func columns(_ names: [String], of source: LakeSource) async throws -> [ReportColumn] {
        var columns: [ReportColumn] = []
        for name in names {
            columns.append(try await lake.withReader { try ColumnReader($0).column(name, of: source) })
        }
        return columns
    }

    private func health(
        _ columns: [ReportColumn],
        of source: LakeSource,
        isWhole: Bool
    ) async throws -> DatasetHealth {
        guard isWhole else { return DatasetHealth(columns: columns, rows: source.rowCount) }
        let twins = try await lake.twins(of: source, share: DatasetHealth.almost)
        return DatasetHealth(
            columns: columns,
            rows: source.rowCount,
            duplicatedRows: try await lake.duplicatedRows(of: source),
            emptyRows: try await lake.emptyRows(of: source),
            twins: twins.map { ColumnTwins(first: $0.first, second: $0.second, equalRows: $0.rows) }
        )
    }

    private func performance(
        _ request: ReportRequest,
        _ reference: LakeSource?,
        _ current: LakeSource
    ) async throws -> PerformanceReport {
        guard let model = request.model else {
            throw ReportError(.invalidTarget, "a performance report needs the column of what was true: name the target")
        }
        guard model.threshold >= 0, model.threshold <= 1 else {
            throw ReportError(.invalidOptions, "the threshold of a classifier is a number from 0 to 1")
        }
        let reader = PredictionReader(lake: lake, model: model)
        var before: (DatasetLabel, PerformanceSample)?
        if let reference {
            before = (DatasetLabel(name: reference.name, rows: reference.rowCount), try await reader.sample(reference))
        }
        return try PerformanceReport(
            reference: before,
            current: (DatasetLabel(name: current.name, rows: current.rowCount), try await reader.sample(current)),
            threshold: model.threshold,
            compatibility: request.drift.compatibility
        )
    }
}
