internal import JSON

/// The whole state of a monitor between two records: what a restart needs to go on as if nothing had happened.
///
/// Written in the transaction that stores the windows and alerts that follow from it. Text form: a JSON object with
/// `format` 2; doubles keep all their digits, a missing feature is null. Format 1, which knew one partition only, is read
/// too.
struct MonitorSnapshot: Sendable {
    var intake: MonitorIntake
    var assembler: WindowAssembler
    var alerts: AlertBook
    var memory = PredictionMemory()

    /// By partition of the labels' topic, the offset behind the last label that was read.
    var labelOffsets: [Int32: Int64] {
        let topic = assembler.definition.labelsTopic
        return (topic.flatMap { intake.positions[$0] } ?? [:]).filter { $0.value >= 0 }
    }

    /// The state as text.
    func encoded() -> String {
        let value: JSONValue = .object([
            "format": 2,
            "shape": .string(assembler.definition.shape),
            "intake": intake.json,
            "assembler": assembler.json,
            "alerts": alerts.json,
            "memory": memory.json,
        ])
        return String(decoding: value.serialized(), as: UTF8.self)
    }

    /// Reads the text form back for the same shape of monitor.
    ///
    /// - Throws: `MonitorError` when the text is damaged, or the monitor was declared otherwise when it was written.
    init(decoding text: String, for definition: MonitorDefinition) throws(MonitorError) {
        let reader: SnapshotReader
        do {
            reader = SnapshotReader(try JSONValue.parse(text), monitor: definition.name)
        } catch {
            throw MonitorError(.damagedState, "the state of monitor '\(definition.name)' is no JSON: \(error)")
        }
        let format = try reader["format"].int()
        guard (1...2).contains(format) else {
            throw MonitorError(
                .damagedState,
                "the state of monitor '\(definition.name)' was written by a newer version of the program"
            )
        }
        guard try reader["shape"].string() == definition.shape else {
            throw MonitorError(
                .changedDefinition,
                "monitor '\(definition.name)' was declared with other topics, columns or window size before: "
                    + "declare it under a new name, or reset it"
            )
        }
        if format == 1 {
            var positions: [String: [Int32: Int64]] = [:]
            for (topic, offset) in try reader["positions"].members() { positions[topic] = [0: try offset.int()] }
            intake = MonitorIntake(definition, positions: positions)
        } else {
            intake = try MonitorIntake(reading: reader["intake"], for: definition)
        }
        assembler = try WindowAssembler(reading: reader["assembler"], for: definition)
        alerts = try AlertBook(reading: reader["alerts"])
        memory = try PredictionMemory(reading: reader["memory"])
    }

    init(intake: MonitorIntake, assembler: WindowAssembler, alerts: AlertBook) {
        self.intake = intake
        self.assembler = assembler
        self.alerts = alerts
    }
}

extension MonitorDefinition {
    /// All that the saved state depends on, in one line.
    var shape: String {
        let roles = predictionTopics.map { "\($0.role)=\($0.topic)" }.joined(separator: ",")
        let columns = columns.map { $0.kind == .numeric ? $0.name : "\($0.name):\($0.kind.rawValue)" }
        let join = if case .entity(let key) = join { " by \(key)" } else { "" }
        return "\(inputTopic)@\(startOffset) \(roles) \(labelsTopic ?? "-") \(window.shape) "
            + columns.joined(separator: ",") + join + (task == .binary ? "" : " \(task.rawValue)")
    }
}

extension WindowPlan {
    fileprivate var shape: String {
        switch self {
        case .rows(let count): "\(count)"
        case .time(let span, let lateness): "\(span)ms+\(lateness)ms"
        case .labels(let count): "\(count)labels"
        }
    }
}

/// Reads the parts of a saved state; every mismatch is an error that names the monitor.
struct SnapshotReader {
    let value: JSONValue?
    let monitor: String

    init(_ value: JSONValue?, monitor: String) {
        self.value = value
        self.monitor = monitor
    }

    subscript(key: String) -> SnapshotReader { SnapshotReader(value?[key], monitor: monitor) }

    subscript(index: Int) -> SnapshotReader { SnapshotReader(value?[index], monitor: monitor) }

    var isNull: Bool { value == nil || value?.isNull == true }

    func int() throws(MonitorError) -> Int64 { try require(value?.intValue) }

    func optionalInt() throws(MonitorError) -> Int64? { isNull ? nil : try int() }

    func optionalDouble() throws(MonitorError) -> Double? { isNull ? nil : try double() }

    func optionalString() throws(MonitorError) -> String? { isNull ? nil : try string() }

    func double() throws(MonitorError) -> Double { try require(value?.doubleValue) }

    func bool() throws(MonitorError) -> Bool { try require(value?.boolValue) }

    func string() throws(MonitorError) -> String { try require(value?.stringValue) }

    func elements() throws(MonitorError) -> [SnapshotReader] {
        try require(value?.arrayValue).map { SnapshotReader($0, monitor: monitor) }
    }

    func members() throws(MonitorError) -> [String: SnapshotReader] {
        let object = try require(value?.objectValue)
        return Dictionary(
            object.pairs.map { ($0.0, SnapshotReader($0.1, monitor: monitor)) },
            uniquingKeysWith: { _, last in last }
        )
    }

    private func require<T>(_ value: T?) throws(MonitorError) -> T {
        guard let value else {
            throw MonitorError(.damagedState, "the saved state of monitor '\(monitor)' is damaged: reset the monitor")
        }
        return value
    }
}
