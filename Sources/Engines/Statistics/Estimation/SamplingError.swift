/// How far a metric of some rows lies from what it is in the long run, by the chance of which rows came (NannyML's sampling
/// error): one standard deviation, which falls with the root of the rows.
///
/// Found from rows of which the truth is known, and then good for any number of rows.
package struct SamplingError: Sendable, Hashable {
    /// The error of one row.
    private let ofOneRow: Double
    /// Whether the metric is a count: its error grows with the root of the rows.
    private let isOfCount: Bool

    private init?(_ ofOneRow: Double, isOfCount: Bool = false) {
        guard ofOneRow.isFinite else { return nil }
        self.ofOneRow = ofOneRow
        self.isOfCount = isOfCount
    }

    /// The error of a metric of `rows` rows; nil for none.
    package func error(rows: Int) -> Double? {
        guard rows > 0 else { return nil }
        let root = Double(rows).squareRoot()
        return isOfCount ? ofOneRow * root : ofOneRow / root
    }

    /// The error of how many rows are among those that `ones` are of `rows`.
    private init?(count ones: Int, of rows: Int) {
        self.init(Parts(ones: ones, of: rows).variance.squareRoot(), isOfCount: true)
    }

    /// A metric that is a mean of what `values` are, one for each row that counts, of `rows` rows in all.
    private init?(mean values: Parts, of rows: Int) {
        self.init((values.variance / values.share(of: rows)).squareRoot())
    }

    /// A metric that is the plain mean over classes of metrics of each class.
    private init?(classes: [Parts], of rows: Int, factor: Double = 1) {
        guard !classes.isEmpty else { return nil }
        let sum = classes.reduce(0) { $0 + $1.variance / $1.share(of: rows) }
        self.init(sum.squareRoot() / Double(classes.count) * factor)
    }

    // MARK: Regression

    /// The error of `metric`, from the losses of rows of which the truth is known; nil without any.
    package static func ofLosses(_ losses: [Double], _ metric: EstimatedLoss) -> SamplingError? {
        metric.samplingError(losses: losses, rows: 1).flatMap { SamplingError($0) }
    }

    // MARK: Binary classifiers

    /// The errors of a binary classifier's metrics, by NannyML's names; that of average precision is not among them, since
    /// NannyML draws it without a seed.
    package static func ofBinary(scores: [Double], predictions: [Bool], labels: [Bool]) -> [String: SamplingError] {
        let rows = labels.count
        let outcomes = Outcomes(predictions: predictions, labels: labels)
        var found: [String: SamplingError?] = [
            "accuracy": SamplingError(mean: outcomes.accuracy, of: rows),
            "precision": SamplingError(mean: outcomes.precision, of: rows),
            "recall": SamplingError(mean: outcomes.recall, of: rows),
            "specificity": SamplingError(mean: outcomes.specificity, of: rows),
            "roc_auc": Parts(ranks: scores, labels: labels).flatMap { SamplingError(mean: $0, of: rows) },
        ]
        found["true_positive"] = SamplingError(count: outcomes.true, of: rows)
        found["false_positive"] = SamplingError(count: outcomes.false, of: rows)
        found["false_negative"] = SamplingError(count: outcomes.missed, of: rows)
        found["true_negative"] = SamplingError(count: outcomes.rejected, of: rows)
        let f1 = outcomes.f1
        let weight = Double(f1.count) / (Double(outcomes.missed + outcomes.false) * 0.5 + Double(outcomes.true))
        found["f1"] = SamplingError((f1.variance / f1.share(of: rows)).squareRoot() * weight)
        return found.compactMapValues { $0 }
    }

    // MARK: Classifiers of several classes

    /// The errors of the metrics of a classifier of several classes, by NannyML's names.
    ///
    /// - Parameters:
    ///   - scores: by class, one score a row.
    ///   - predictions: the class that was predicted, one a row.
    ///   - labels: the class that was true, one a row.
    /// - Returns: the errors.
    package static func ofClasses(
        scores: [[Double]],
        predictions: [Int],
        labels: [Int]
    ) -> [String: SamplingError] {
        let rows = labels.count
        let outcomes = scores.indices.map { label in
            Outcomes(predictions: predictions.map { $0 == label }, labels: labels.map { $0 == label })
        }
        let areas = scores.indices.compactMap { label in
            Parts(ranks: scores[label], labels: labels.map { $0 == label })
        }
        let right = Parts(ones: zip(predictions, labels).count { $0 == $1 }, of: rows)
        let found: [String: SamplingError?] = [
            "accuracy": SamplingError(mean: right, of: rows),
            "precision": SamplingError(classes: outcomes.map(\.precision), of: rows),
            "recall": SamplingError(classes: outcomes.map(\.recall), of: rows),
            "specificity": SamplingError(classes: outcomes.map(\.specificity), of: rows),
            "f1": SamplingError(classes: outcomes.map(\.f1), of: rows),
            // NannyML widens this one by a fifth.
            "roc_auc": areas.count < scores.count ? nil : SamplingError(classes: areas, of: rows, factor: 1.2),
        ]
        return found.compactMapValues { $0 }
    }
}

/// The rows that count for a metric, and how much their parts of it vary.
private struct Parts {
    let count: Int
    let variance: Double

    /// Parts of which `ones` are 1 and the rest 0.
    init(ones: Int, of count: Int) {
        self.count = count
        let share = Double(ones) / Double(count)
        variance = share * (1 - share)
    }

    /// The parts of the area under the curve: for each positive the share of the negatives below it.
    ///
    /// With more positives than negatives it is the other way round; nil for one class only. A positive with the least
    /// score of all does not vary, as NannyML has it: its place is 0, as that of all negatives there.
    init?(ranks scores: [Double], labels: [Bool]) {
        let positives = labels.count { $0 }
        let isFlipped = 2 * positives > labels.count
        let (few, many) = isFlipped ? (labels.count - positives, positives) : (positives, labels.count - positives)
        guard few > 0, many > 0, scores.allSatisfy(\.isFinite) else { return nil }
        var moments = Moments()
        for (place, row) in (isFlipped ? descendingOrder(scores) : ascendingOrder(scores)).enumerated()
        where labels[row] != isFlipped && place > 0 {
            moments.add(Double(place - Int(moments.count)) / Double(many))
        }
        guard moments.count > 0 else { return nil }
        count = few
        variance = moments.populationVariance
    }

    func share(of rows: Int) -> Double { Double(count) / Double(rows) }
}

/// What became of the predictions of one class.
private struct Outcomes {
    private(set) var `true` = 0
    private(set) var `false` = 0
    private(set) var missed = 0
    private(set) var rejected = 0

    init(predictions: [Bool], labels: [Bool]) {
        for (prediction, label) in zip(predictions, labels) {
            switch (prediction, label) {
            case (true, true): self.true += 1
            case (true, false): self.false += 1
            case (false, true): missed += 1
            case (false, false): rejected += 1
            }
        }
    }

    var accuracy: Parts { Parts(ones: self.true + rejected, of: self.true + self.false + missed + rejected) }
    var precision: Parts { Parts(ones: self.true, of: self.true + self.false) }
    var recall: Parts { Parts(ones: self.true, of: self.true + missed) }
    var specificity: Parts { Parts(ones: rejected, of: rejected + self.false) }
    var f1: Parts { Parts(ones: self.true, of: self.true + self.false + missed) }
}
