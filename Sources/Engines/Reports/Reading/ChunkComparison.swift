internal import Execution
package import Lake
internal import Statistics

/// Judges a file chunk by chunk beside another.
///
/// Columns are read whole, two at a time: chunks are stretches of rows, so their order matters.
package struct ChunkComparison: Sendable {
    private let lake: Lake
    private let reference: LakeSource
    private let current: LakeSource
    private let options: ChunkOptions
    private let model: ReportRequest.Model?
    private let columns: [String]

    /// Columns at one time.
    private static let width = 2

    /// Prepares a comparison of all columns that both files have, or of those named.
    ///
    /// - Throws: `ReportError` or `LakeError` for a plan or columns that cannot be.
    package init(
        lake: Lake,
        reference: LakeSource,
        current: LakeSource,
        options: ChunkOptions,
        model: ReportRequest.Model? = nil,
        columns: [String]? = nil
    ) throws {
        try options.validate()
        for name in columns ?? [] { _ = (try reference.field(name), try current.field(name)) }
        self.lake = lake
        self.reference = reference
        self.current = current
        self.options = options
        self.model = model
        var used = Set([model?.target, model?.prediction, model?.score].compactMap { $0 })
        used.formUnion(options.classScores.values)
        used.formUnion(options.losses.values)
        self.columns =
            columns
            ?? reference.fields.map(\.name).filter { name in
                !used.contains(name) && current.fields.contains { $0.name == name }
            }
    }

    /// Compares and judges.
    ///
    /// - Throws: `ReportError` where a column is of two types, or what was asked for is not there.
    package func run() async throws -> ChunkReport {
        var found: [ChunkColumn] = []
        var skipped: [SkippedColumn] = []
        for outcome in try await columns.concurrentMap(width: Self.width, column) {
            switch outcome {
            case .success(let column): found.append(column)
            case .failure(let reason): skipped.append(reason)
            }
        }
        return ChunkReport(
            reference: DatasetLabel(name: reference.name, rows: reference.rowCount),
            current: DatasetLabel(name: current.name, rows: current.rowCount),
            options: options,
            columns: found,
            estimates: try await estimates(),
            skipped: skipped
        )
    }

    private enum Outcome: Sendable {
        case success(ChunkColumn)
        case failure(SkippedColumn)
    }

    @Sendable private func column(_ name: String) async throws -> Outcome {
        let (left, right) = (try reference.field(name).type, try current.field(name).type)
        guard left.isNumber == right.isNumber, left != .timestamp, right != .timestamp else {
            let reason = left == .timestamp ? "times are not compared" : "of two types"
            return .failure(SkippedColumn(name: name, reason: reason))
        }
        do {
            if left.isNumber {
                return .success(
                    try column(
                        name,
                        numbers: try await lake.numbers(name, of: reference),
                        try await lake.numbers(name, of: current)
                    )
                )
            }
            return .success(
                try column(
                    name,
                    categories: try await lake.texts(name, of: reference),
                    try await lake.texts(name, of: current)
                )
            )
        } catch let error as UndefinedStatistic {
            return .failure(SkippedColumn(name: name, reason: error.description))
        }
    }

    private func column(_ name: String, numbers reference: [Double], _ current: [Double]) throws -> ChunkColumn {
        let series = try ChunkedDrift.numbers(
            reference: reference,
            current: current,
            plan: options.plan,
            threshold: options.driftThreshold,
            thresholds: options.limits
        )
        let known = NumberStatistics(reference: reference)
        func measure(_ side: [Double]) -> [[ChunkStatistic: ChunkMeasure]] {
            options.plan.ranges(of: side.count).map { known.measure(ChunkStatistic.ofNumbers, of: side[$0]) }
        }
        let quality = quality(ChunkStatistic.ofNumbers, measure(reference), measure(current))
        return ChunkColumn(name: name, kind: .numerical, series: series, quality: quality)
    }

    private func column(
        _ name: String,
        categories reference: [String?],
        _ current: [String?]
    ) throws -> ChunkColumn {
        let series = try ChunkedDrift.categories(
            reference: reference,
            current: current,
            plan: options.plan,
            threshold: options.driftThreshold,
            thresholds: options.limits
        )
        let known = CategoryStatistics(reference: reference)
        func measure(_ side: [String?]) -> [[ChunkStatistic: ChunkMeasure]] {
            options.plan.ranges(of: side.count).map { known.measure(ChunkStatistic.ofCategories, of: side[$0]) }
        }
        let quality = quality(ChunkStatistic.ofCategories, measure(reference), measure(current))
        return ChunkColumn(name: name, kind: .categorical, series: series, quality: quality)
    }

    private func quality(
        _ statistics: [ChunkStatistic],
        _ reference: [[ChunkStatistic: ChunkMeasure]],
        _ current: [[ChunkStatistic: ChunkMeasure]]
    ) -> [ChunkQuality] {
        statistics.map { statistic in
            ChunkQuality(
                statistic,
                reference: reference.map { $0[statistic] ?? ChunkMeasure(value: nil) },
                current: current.map { $0[statistic] ?? ChunkMeasure(value: nil) },
                limits: options.limits
            )
        }
    }

    // MARK: Estimates

    private var estimator: ChunkEstimator {
        ChunkEstimator(plan: options.plan, options: options)
    }

    private func estimates() async throws -> [ChunkEstimate] {
        guard let model else { return [] }
        do {
            if !options.losses.isEmpty { return try await losses(model) }
            if !options.classScores.isEmpty { return try await classes(model) }
            guard let score = model.score else { return [] }
            return try estimator.binary(
                try await binary(model, score, reference),
                try await binary(model, score, current)
            )
        } catch let error as UndefinedStatistic {
            throw ReportError(.invalidTarget, "nothing can be estimated: \(error.description)")
        }
    }

    private func binary(
        _ model: ReportRequest.Model,
        _ score: String,
        _ source: LakeSource
    ) async throws -> ChunkEstimator.Binary {
        let positive = model.positive ?? "1"
        let scores = try await lake.numbers(score, of: source)
        let predictions = try await model.prediction.asyncMap { try await lake.texts($0, of: source) }
        return ChunkEstimator.Binary(
            scores: scores,
            predictions: predictions?.map { text in text.map { Self.isClass($0, positive) } }
                ?? scores.map { $0.isFinite ? $0 >= model.threshold : nil },
            labels: try await labels(model, source).map { text in text.map { Self.isClass($0, positive) } }
        )
    }

    private func classes(_ model: ReportRequest.Model) async throws -> [ChunkEstimate] {
        guard let prediction = model.prediction else {
            throw ReportError(.invalidTarget, "name the column of predicted classes")
        }
        let names = options.classScores.keys.sorted()
        func side(_ source: LakeSource) async throws -> ChunkEstimator.Classes {
            var scores: [[Double]] = []
            for name in names { scores.append(try await lake.numbers(options.classScores[name] ?? "", of: source)) }
            let said = try await lake.texts(prediction, of: source)
            let predictions = said.map { $0.flatMap { names.firstIndex(of: $0) } }
            guard !zip(said, predictions).contains(where: { $0 != nil && $1 == nil }) else {
                throw ReportError(
                    .invalidTarget,
                    "column \(prediction) of \(source.name) predicts a class without a column of scores: there are "
                        + names.joined(separator: ", ")
                )
            }
            let labels = try await labels(model, source).map { $0.flatMap { names.firstIndex(of: $0) } }
            return ChunkEstimator.Classes(scores: scores, predictions: predictions, labels: labels)
        }
        return try estimator.classes(try await side(reference), try await side(current))
    }

    private func losses(_ model: ReportRequest.Model) async throws -> [ChunkEstimate] {
        guard let prediction = model.prediction else {
            throw ReportError(.invalidTarget, "name the column of predicted numbers")
        }
        func side(_ metric: EstimatedLoss, _ column: String, _ source: LakeSource) async throws -> ChunkEstimator.Losses
        {
            let said = try await lake.numbers(prediction, of: source)
            let isKnown = source.fields.contains { $0.name == model.target }
            let truth = isKnown ? try await lake.numbers(model.target, of: source) : said.map { _ in .nan }
            return ChunkEstimator.Losses(
                predicted: try await lake.numbers(column, of: source),
                realised: zip(said, truth).map { said, truth in
                    let loss = metric.loss(prediction: said, truth: truth)
                    return loss.isFinite ? loss : nil
                },
                isPredicted: said.map(\.isFinite)
            )
        }
        var found: [ChunkEstimate] = []
        for (metric, column) in options.losses.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            found.append(
                estimator.losses(
                    metric,
                    try await side(metric, column, reference),
                    try await side(metric, column, current)
                )
            )
        }
        return found
    }

    /// What was true; nil in all rows where the file does not say.
    private func labels(_ model: ReportRequest.Model, _ source: LakeSource) async throws -> [String?] {
        guard source.fields.contains(where: { $0.name == model.target }) else {
            return Array(repeating: nil, count: source.rowCount)
        }
        return try await lake.texts(model.target, of: source)
    }

    private static func isClass(_ text: String?, _ positive: String) -> Bool {
        text == positive || (positive == "1" && (text == "true" || text == "1.0"))
    }
}
