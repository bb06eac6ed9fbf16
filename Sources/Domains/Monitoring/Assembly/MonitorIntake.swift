internal import Streams

/// Brings the records of all partitions of all topics into the order in which the assembler takes them, and knows from
/// which offset each partition is to be read after a restart.
///
/// A pure machine. Where a topic has one partition nothing is changed: positions of rows and labels are their offsets.
/// Rows and labels of several partitions are merged by event time and numbered in that order; a prediction waits until
/// its row was numbered. Each record is handed on exactly once: what still waits is not counted as read, so a restart
/// reads it again.
struct MonitorIntake: Sendable {
    /// What the assembler is told next.
    enum Step: Sendable, Hashable {
        case event(MonitorEvent)
        /// A role has predicted all rows before a position, or passed them by.
        case passed(role: Int, through: Int64)
    }

    private let definition: MonitorDefinition
    private let roles: [String: Int]
    /// By topic and partition, the offset behind the last record that was handed on.
    private(set) var positions: [String: [Int32: Int64]]
    /// The numbers of rows; nil while the input has one partition.
    private(set) var sequence: RowSequence?
    /// The number of the next label; nil while the labels have one partition.
    private(set) var nextLabel: Int64?

    private var rows = PartitionMerge()
    private var labels = PartitionMerge()
    private var predictions: [[IntakeQueue]]
    private var passed: [(role: Int, through: Int64)] = []

    init(
        _ definition: MonitorDefinition,
        positions: [String: [Int32: Int64]] = [:],
        sequence: RowSequence? = nil,
        nextLabel: Int64? = nil
    ) {
        self.definition = definition
        self.positions = positions
        self.sequence = sequence
        self.nextLabel = nextLabel
        roles = Dictionary(uniqueKeysWithValues: definition.predictionTopics.enumerated().map { ($1.topic, $0) })
        predictions = definition.predictionTopics.map { _ in [] }
    }

    /// Begins to read topics with these numbers of partitions, anew after an interruption; `assembler` is what was told
    /// so far.
    mutating func open(partitions: [String: Int], after assembler: WindowAssembler) {
        rows.open(partitions: partitions[definition.inputTopic] ?? 1)
        let labelPartitions = definition.labelsTopic.flatMap { partitions[$0] } ?? 1
        labels.open(partitions: labelPartitions)
        predictions = definition.predictionTopics.map {
            Array(repeating: IntakeQueue(), count: partitions[$0.topic] ?? 1)
        }
        passed = []
        if partitions[definition.inputTopic] ?? 1 > 1, sequence == nil {
            sequence = RowSequence(
                first: assembler.firstOffset,
                end: assembler.heldThrough,
                predictedThrough: assembler.predictedThrough
            )
        }
        if labelPartitions > 1, nextLabel == nil {
            nextLabel = definition.labelsTopic.flatMap { positions[$0]?[0] } ?? 0
        }
    }

    /// Takes a record in, of a partition that was counted when reading began.
    mutating func receive(_ event: MonitorEvent, _ record: StreamRecord) {
        var item = IntakeItem(offset: record.offset, time: record.timestampMilliseconds, event: event)
        if record.topic == definition.inputTopic {
            rows.receive(item, from: record.partition)
        } else if record.topic == definition.labelsTopic {
            if case .label(let label) = event { item.time = label.time }
            labels.receive(item, from: record.partition)
        } else if let role = roles[record.topic] {
            predictions[role][Int(record.partition)].append(item)
        }
    }

    /// Notes how far a source was read that is no topic and so has one part.
    mutating func didRead(_ source: String, through position: Int64) {
        positions[source] = [0: position]
    }

    /// Lets the next reading of a partition begin at its oldest record.
    mutating func readFromBeginning(_ partition: TopicPartition) {
        positions[partition.topic, default: [:]][partition.partition] = LogicalOffset.beginning
    }

    /// Takes the next step for the assembler out.
    ///
    /// - Parameters:
    ///   - isIdle: nothing has come for a while: nothing is waited for that would come in between.
    ///   - isStalled: rows have stood still for long: predictions of rows that never came are given up.
    ///   - end: the end of a partition, where it is known.
    /// - Returns: the step; nil where records must be waited for.
    mutating func nextStep(isIdle: Bool, isStalled: Bool, end: (TopicPartition) -> Int64?) -> Step? {
        if !passed.isEmpty {
            let (role, through) = passed.removeFirst()
            return .passed(role: role, through: through)
        }
        if let (partition, item) = next(of: &rows, definition.inputTopic, isIdle, end) {
            return .event(row(item, partition))
        }
        if let topic = definition.labelsTopic, let (partition, item) = next(of: &labels, topic, isIdle, end) {
            positions[topic, default: [:]][partition] = item.offset + 1
            return .event(label(item.event))
        }
        return nextPrediction(isStalled: isStalled).map(Step.event)
    }

    /// Lets go of rows that the assembler holds no more.
    mutating func forget(before position: Int64) {
        sequence?.forget(before: position)
    }

    private func next(
        of merge: inout PartitionMerge,
        _ topic: String,
        _ isIdle: Bool,
        _ end: (TopicPartition) -> Int64?
    ) -> (partition: Int32, item: IntakeItem)? {
        let start = positions[topic] ?? [:]
        return merge.next(isIdle: isIdle) { partition, readThrough in
            guard let end = end(TopicPartition(topic, partition)) else { return false }
            return (readThrough ?? start[partition] ?? 0) >= end
        }
    }

    private mutating func row(_ item: IntakeItem, _ partition: Int32) -> MonitorEvent {
        positions[definition.inputTopic, default: [:]][partition] = item.offset + 1
        guard sequence != nil, case .row(var row) = item.event else { return item.event }
        let place = RowPlace(partition: partition, offset: item.offset)
        row.offset = sequence?.position(ofNew: place) ?? item.offset
        return .row(row)
    }

    private mutating func label(_ event: MonitorEvent) -> MonitorEvent {
        guard let number = nextLabel, case .label(var label) = event else { return event }
        nextLabel = number + 1
        label.offset = number
        return .label(label)
    }

    private mutating func nextPrediction(isStalled: Bool) -> MonitorEvent? {
        for role in predictions.indices {
            for partition in predictions[role].indices {
                guard let item = predictions[role][partition].first,
                    let event = prediction(item.event, role: role, isStalled: isStalled)
                else { continue }
                predictions[role][partition].removeFirst()
                let topic = definition.predictionTopics[role].topic
                positions[topic, default: [:]][Int32(partition)] = item.offset + 1
                return event
            }
        }
        return nil
    }

    /// The prediction with its row's position; nil while that row was not numbered.
    private mutating func prediction(_ event: MonitorEvent, role: Int, isStalled: Bool) -> MonitorEvent? {
        guard case .prediction(_, var prediction) = event else { return event }
        guard let sequence else { return prediction.rowPartition == 0 ? event : .undecodable }
        let place = RowPlace(partition: prediction.rowPartition, offset: prediction.rowOffset)
        prediction.passes = false
        switch sequence.find(place) {
        case .at(let position):
            prediction.rowOffset = position
            if let through = self.sequence?.didPredict(place, role: role) { passed.append((role, through)) }
        case .behind:
            prediction.rowOffset = -1
        case .ahead(let distance):
            return isStalled || distance > WindowAssembler.maximumLookAhead ? .undecodable : nil
        }
        return .prediction(role: role, prediction)
    }
}
