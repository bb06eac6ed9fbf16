internal import Lake
internal import Statistics

/// Reads predictions and what was true from a file.
struct PredictionReader: Sendable {
    let lake: Lake
    let model: ReportRequest.Model

    /// The most classes of a classifier.
    private static let maximumClasses = 200

    /// The rows that have both.
    func sample(_ source: LakeSource) async throws -> PerformanceSample {
        let target = try source.field(model.target)
        if let score = model.score { return try await binary(score, source) }
        guard let name = model.prediction else {
            throw ReportError(.invalidTarget, "name the column of predictions, or of scores")
        }
        let prediction = try source.field(name)
        if target.type.isNumber, prediction.type.isNumber {
            let values = try await lake.numbers(model.target, of: source)
            let said = try await lake.numbers(name, of: source)
            // A few whole numbers are classes, but not where what was said of them is no whole number.
            let isContinuous = [values, said].contains { $0.contains { $0.isFinite && $0 != $0.rounded() } }
            let limit = ColumnKind.categoricalIntegers + 1
            if isContinuous || NumberColumn(values).distinctCount(limit: limit) >= limit {
                return regression(values, said)
            }
        }
        return try await classes(name, source)
    }

    private func regression(_ labels: [Double], _ predictions: [Double]) -> PerformanceSample {
        let rows = labels.indices.filter { labels[$0].isFinite && predictions[$0].isFinite }
        return .numbers(predictions: rows.map { predictions[$0] }, labels: rows.map { labels[$0] })
    }

    private func binary(_ score: String, _ source: LakeSource) async throws -> PerformanceSample {
        let positive = try await positiveClass(source)
        let flags = try await lake.flags(model.target, equalTo: positive, of: source)
        let scores = try await lake.numbers(score, of: source)
        let rows = flags.indices.filter { flags[$0].isFinite && scores[$0].isFinite }
        guard rows.allSatisfy({ scores[$0] >= 0 && scores[$0] <= 1 }) else {
            throw ReportError(
                .invalidTarget,
                "column \(score) of \(source.name) holds numbers outside 0 to 1: a score is a probability"
            )
        }
        return .binary(scores: rows.map { scores[$0] }, labels: rows.map { flags[$0] == 1 })
    }

    private func positiveClass(_ source: LakeSource) async throws -> String {
        guard let found = try await lake.counts(model.target, of: source, limit: 2) else {
            throw ReportError(
                .invalidTarget,
                "column \(model.target) of \(source.name) has more than two classes: a score is of one class of two"
            )
        }
        let classes = found.counts.map(\.value)
        if let positive = model.positive {
            guard classes.contains(positive) || classes.count < 2 else {
                throw ReportError(
                    .invalidTarget,
                    "column \(model.target) of \(source.name) has no class \(positive): it has "
                        + classes.joined(separator: " and ")
                )
            }
            return positive
        }
        let pairs = [("1", "0"), ("true", "false"), ("1.0", "0.0")]
        if let pair = pairs.first(where: { classes == [$0.1] }) { return pair.0 }
        guard let positive = pairs.map(\.0).first(where: classes.contains) else {
            throw ReportError(
                .invalidTarget,
                "which class of \(model.target) is the positive one? \(source.name) has "
                    + classes.joined(separator: " and ")
            )
        }
        return positive
    }

    private func classes(_ prediction: String, _ source: LakeSource) async throws -> PerformanceSample {
        let limit = Self.maximumClasses * Self.maximumClasses
        let pairs = try await lake.pairCounts(model.target, prediction, of: source, limit: limit)
        let names = Set((pairs ?? []).flatMap { [$0.first, $0.second] }).sorted()
        guard let pairs, names.count <= Self.maximumClasses else {
            throw ReportError(
                .tooLarge,
                "\(model.target) and \(prediction) of \(source.name) have more than \(Self.maximumClasses) classes"
            )
        }
        let positions = Dictionary(uniqueKeysWithValues: zip(names, names.indices))
        var matrix = ConfusionMatrix(classes: names.count)
        for pair in pairs {
            guard let label = positions[pair.first], let said = positions[pair.second] else { continue }
            matrix.add(label: label, prediction: said, weight: Double(pair.count))
        }
        return .classes(names, matrix)
    }
}
