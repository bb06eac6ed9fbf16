internal import Statistics

/// What a binary classifier's quality was in some rows, as far as their truth is known.
///
/// As with NannyML a metric that the classes of the rows say nothing about has no value: recall where all rows are of one
/// class, or were all predicted as one.
struct RealisedQuality {
    /// Truth and prediction, counted; nil where no row has both.
    let confusion: BinaryConfusion?
    let areaUnderCurve: Double?
    let averagePrecision: Double?

    init(_ side: ChunkEstimator.Binary, rows: Range<Int>) {
        var confusion = BinaryConfusion()
        var scores: [Double] = []
        var labels: [Bool] = []
        for row in rows {
            guard let label = side.labels[row] else { continue }
            if let prediction = side.predictions[row] { confusion.add(prediction: prediction, label: label) }
            guard side.scores[row].isFinite else { continue }
            scores.append(side.scores[row])
            labels.append(label)
        }
        self.confusion = confusion.rows > 0 ? confusion : nil
        let ranked = try? RankedScores(scores: scores, labels: labels)
        areaUnderCurve = try? ranked?.areaUnderCurve()
        averagePrecision = labels.contains(true) ? try? ranked?.averagePrecision() : nil
    }

    /// The counts where rows of both classes came, and both were predicted.
    var ofBothClasses: BinaryConfusion? {
        guard let confusion else { return nil }
        let positives = confusion.truePositives + confusion.falseNegatives
        let predicted = confusion.truePositives + confusion.falsePositives
        let some = 1..<confusion.rows
        return confusion.rows > 1 && some.contains(positives) && some.contains(predicted) ? confusion : nil
    }

    /// The share of the negatives that were found; nil without any.
    var specificity: Double? {
        guard let confusion, confusion.trueNegatives + confusion.falsePositives > 0 else { return nil }
        return confusion.specificity
    }
}

/// What the quality of a classifier of several classes was in some rows, as far as their truth is known.
struct RealisedClasses {
    /// Truth and prediction, counted; nil where the rows, or their predictions, are of one class only.
    let matrix: ConfusionMatrix?
    /// Nil unless each class came.
    let areaUnderCurve: Double?
    /// The mean over the classes.
    let specificity: Double?

    init(_ side: ChunkEstimator.Classes, rows: Range<Int>) {
        let classes = side.scores.indices
        var matrix = ConfusionMatrix(classes: classes.count)
        var probabilities: [[Double]] = []
        var labels: [Int] = []
        for row in rows {
            guard let label = side.labels[row] else { continue }
            if let prediction = side.predictions[row] { matrix.add(label: label, prediction: prediction) }
            let scores = side.scores.map { $0[row] }
            guard scores.allSatisfy(\.isFinite) else { continue }
            probabilities.append(scores)
            labels.append(label)
        }
        let came = classes.count { matrix.support($0) > 0 }
        let predicted = classes.count { matrix.predicted($0) > 0 }
        let isTelling = came > 1 && predicted > 1
        self.matrix = isTelling ? matrix : nil
        specificity = isTelling ? Self.specificity(matrix) : nil
        areaUnderCurve =
            Set(labels).count == classes.count
            ? try? MulticlassScores(probabilities: probabilities, labels: labels).areaOneAgainstRest() : nil
    }

    private static func specificity(_ matrix: ConfusionMatrix) -> Double {
        var sum = 0.0
        for label in 0..<matrix.classes {
            let others = matrix.total - matrix.support(label)
            let wrong = matrix.predicted(label) - matrix[label, label]
            sum += others > 0 ? (others - wrong) / others : 0
        }
        return sum / Double(max(1, matrix.classes))
    }
}
