internal import Monitoring
internal import Reports
internal import Statistics
internal import Streams

/// The champion's predictions of a window beside their labels, read again from the log.
struct WindowPredictions {
    /// Rows of the window in the order in which they were read.
    private var rows: [Row] = []
    private var places: [Place: Int] = [:]
    private var ids: [String: Int] = [:]

    private struct Place: Hashable {
        let partition: Int32
        let offset: Int64
    }

    private struct Row {
        var score = 0.0
        var predicted: ModelAnswer?
        var truth: ModelAnswer?
    }

    /// Takes a row of the input.
    mutating func add(_ row: MonitorEvent.InputRow, partition: Int32) {
        places[Place(partition: partition, offset: row.offset)] = rows.count
        if let id = row.joinID { ids[id] = rows.count }
        rows.append(Row())
    }

    /// Takes a prediction; the first one of a row counts.
    mutating func add(_ prediction: MonitorEvent.Prediction, joins: LabelJoin) {
        let place = Place(partition: prediction.rowPartition, offset: prediction.rowOffset)
        guard let row = places[place], rows[row].predicted == nil else { return }
        (rows[row].score, rows[row].predicted) = (prediction.probability, prediction.predicted)
        if joins == .predictionID { ids[prediction.id] = row }
    }

    /// Takes a label; the first one of a row counts.
    mutating func add(_ label: MonitorEvent.Label) {
        guard let row = ids[label.id], rows[row].truth == nil else { return }
        rows[row].truth = label.value
    }

    /// How many rows there are.
    var count: Int { rows.count }

    /// The rows that have both.
    func sample(_ task: MonitorTask) -> PerformanceSample {
        switch task {
        case .binary:
            let judged = rows.compactMap { row -> (Double, Bool)? in
                guard row.predicted != nil, case .flag(let truth)? = row.truth else { return nil }
                return (row.score, truth)
            }
            return .binary(scores: judged.map(\.0), labels: judged.map(\.1))
        case .regression:
            let judged = rows.compactMap { row -> (Double, Double)? in
                guard case .number(let said)? = row.predicted, case .number(let truth)? = row.truth else { return nil }
                return (said, truth)
            }
            return .numbers(predictions: judged.map(\.0), labels: judged.map(\.1))
        case .multiclass:
            let judged = rows.compactMap { row -> (String, String)? in
                guard case .category(let said)? = row.predicted, case .category(let truth)? = row.truth else {
                    return nil
                }
                return (said, truth)
            }
            let names = Set(judged.flatMap { [$0.0, $0.1] }).sorted()
            let positions = Dictionary(uniqueKeysWithValues: zip(names, names.indices))
            var matrix = ConfusionMatrix(classes: names.count)
            for (said, truth) in judged {
                guard let label = positions[truth], let prediction = positions[said] else { continue }
                matrix.add(label: label, prediction: prediction)
            }
            return .classes(names, matrix)
        }
    }
}
