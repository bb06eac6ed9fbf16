package import Lake
internal import Statistics

/// Looks for changes in a file, row by row in its order; no column is held in memory.
package struct ChangeSearch: Sendable {
    private let lake: Lake
    private let current: LakeSource
    private let options: ChangeOptions
    private let model: ReportRequest.Model?
    private let columns: [String]
    private let skipped: [SkippedColumn]

    /// Prepares a search in the columns of numbers, or in those named; with a model in its errors instead, unless columns
    /// are named too.
    ///
    /// - Throws: `ReportError` or `LakeError` for columns or parameters that cannot be.
    package init(
        lake: Lake,
        current: LakeSource,
        options: ChangeOptions,
        model: ReportRequest.Model? = nil,
        columns: [String]? = nil
    ) throws {
        _ = try options.detector(ofErrors: model != nil)
        self.lake = lake
        self.current = current
        self.options = options
        self.model = model
        let isWatchable: (LakeField) -> Bool = { $0.type.isNumber || $0.type == .boolean }
        if let columns {
            for name in columns {
                let field = try current.field(name)
                guard isWatchable(field) else {
                    throw ReportError(
                        .mixedTypes,
                        "column \(name) of \(current.name) holds \(field.type.rawValue): a detector watches numbers"
                    )
                }
            }
            self.columns = columns
            skipped = []
        } else if model != nil {
            (self.columns, skipped) = ([], [])
        } else {
            self.columns = current.fields.filter(isWatchable).map(\.name)
            skipped = current.fields.filter { !isWatchable($0) }.map {
                SkippedColumn(name: $0.name, reason: "\($0.type.rawValue) is not watched: a detector takes numbers")
            }
        }
    }

    /// Watches.
    ///
    /// - Throws: `ReportError` where there is nothing to watch.
    package func run() async throws -> ChangeReport {
        var series: [ChangeSeries] = []
        if let model { series.append(try await errors(of: model)) }
        for name in columns { series.append(try await column(name)) }
        guard !series.isEmpty else {
            throw ReportError(.nothingToCompare, "\(current.name) has no column of numbers to watch")
        }
        return ChangeReport(
            current: DatasetLabel(name: current.name, rows: current.rowCount),
            series: series,
            skipped: skipped
        )
    }

    private func column(_ name: String) async throws -> ChangeSeries {
        let (method, detector) = try options.detector(ofErrors: false)
        return try await lake.withReader { files in
            var watch = ChangeWatch(name, method, detector, rows: current.rowCount)
            try files.withNumbers(name, of: current) { Self.show($0, to: &watch, method) }
            if let value = watch.outsideRates {
                throw ReportError(
                    .invalidOptions,
                    "\(method.rawValue) watches rates from 0 to 1, and column \(name) of \(current.name) holds "
                        + "\(value): choose adwin, page_hinkley or kswin"
                )
            }
            return watch.finish()
        }
    }

    /// Wrong answers as 1, or how wrong numbers are.
    private func errors(of model: ReportRequest.Model) async throws -> ChangeSeries {
        guard let prediction = model.prediction else {
            throw ReportError(.invalidTarget, "name the column of predicted classes or numbers beside the target")
        }
        let types = (try current.field(model.target).type, try current.field(prediction).type)
        let isRegression = types == (.double, .double) && options.method?.wantsRates != true
        let (method, detector) = try options.detector(ofErrors: !isRegression)
        return try await lake.withReader { files in
            var watch = ChangeWatch("errors", method, detector, rows: current.rowCount)
            try files.withDifferences(model.target, prediction, of: current, asFlags: !isRegression) {
                Self.show($0, to: &watch, method, areErrors: true)
            }
            return watch.finish()
        }
    }

    private static func show(
        _ numbers: LakeNumbers,
        to watch: inout ChangeWatch,
        _ method: DetectorMethod,
        areErrors: Bool = false
    ) {
        numbers.forEachBlock { block in
            guard areErrors, method == .fhddm else {
                watch.take(block)
                return watch.outsideRates == nil
            }
            // This one alone is told what is right.
            block.map { 1 - $0 }.withUnsafeBufferPointer { watch.take($0) }
            return true
        }
    }
}
