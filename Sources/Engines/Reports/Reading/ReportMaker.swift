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
        case .summary:
            let description = try DatasetDescription(
                lake: lake,
                reference: reference,
                current: current,
                columns: request.columns,
                compatibility: request.drift.compatibility
            )
            return .summary(try await description.run())
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
        case .changes:
            let search = try ChangeSearch(
                lake: lake,
                current: current,
                options: request.changes,
                model: request.model,
                columns: request.columns
            )
            return .changes(try await search.run())
        case .outliers:
            let search = try OutlierSearch(
                lake: lake,
                reference: reference,
                current: current,
                options: request.outliers,
                columns: request.columns
            )
            return .outliers(try await search.run())
        case .profile:
            var report = try await ProfileReading(lake: lake, current: current, columns: request.columns).run()
            for saved in request.merged { try report.merge(saved, chosen: request.columns) }
            return .profile(report)
        }
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
