package import JSON

extension RetrainingAttempt {
    /// Everything beyond the columns of the table, as it is stored and as the API shows it.
    package var details: JSONObject {
        var object: JSONObject = [
            "trigger": .object(trigger.json),
            "failure": .string(failure),
            "inputs": .object(inputs.json),
        ]
        if !labelOffsets.isEmpty {
            let offsets = labelOffsets.sorted { $0.key < $1.key }.map { (String($0.key), JSONValue.int($0.value)) }
            object["label_offsets"] = .object(JSONObject(offsets))
        }
        object["cut"] = cut.map { .object($0.json) }
        object["challenger"] = challenger.map { .object($0.json) }
        object["champion_version"] = championVersion.map { .int(Int64($0)) }
        object["verdict"] = verdict.map { .object($0.json) }
        return object
    }
}

extension DecisionInputs {
    /// The inputs as the API shows them; lists that say no more than the trigger are left out.
    package var json: JSONObject {
        var object: JSONObject = ["attempts_24h": .int(Int64(recentAttempts))]
        object["rows_since_last_attempt"] = rowsSinceLastAttempt.map { .int(Int64($0)) }
        if reasons.count > 1 { object["reasons"] = .array(reasons.map(JSONValue.string)) }
        if !qualityAlerts.isEmpty { object["quality_alerts"] = .array(qualityAlerts.map(JSONValue.string)) }
        return object
    }

    init(json: JSONValue?) {
        reasons = json?["reasons"]?.arrayValue?.compactMap(\.stringValue) ?? []
        qualityAlerts = json?["quality_alerts"]?.arrayValue?.compactMap(\.stringValue) ?? []
        rowsSinceLastAttempt = json?["rows_since_last_attempt"]?.intValue.map { Int($0) }
        recentAttempts = Int(json?["attempts_24h"]?.intValue ?? 0)
    }
}

extension Trigger {
    /// The trigger as the API shows it.
    package var json: JSONObject {
        var object: JSONObject = [
            "kind": .string(kind.rawValue), "id": .string(id), "message": .string(message), "actor": .string(actor),
        ]
        object["value"] = value.map(JSONValue.double)
        object["limit"] = limit.map(JSONValue.double)
        return object
    }

    init(json: JSONValue) {
        self.init(
            kind: json["kind"]?.stringValue.flatMap(TriggerKind.init) ?? .manual,
            id: json["id"]?.stringValue ?? "",
            message: json["message"]?.stringValue ?? "",
            value: json["value"]?.doubleValue,
            limit: json["limit"]?.doubleValue,
            actor: json["actor"]?.stringValue ?? ""
        )
    }
}

extension TrainingCut {
    /// The cut as the API shows it.
    package var json: JSONObject {
        var object: JSONObject = [
            "dataset": .string(dataset), "version": .int(Int64(version)), "hash": .string(contentHash),
            "topic": .string(topic),
        ]
        for (key, value) in place.pairs { object[key] = value }
        object["rows"] = .int(Int64(rows))
        object["path"] = .string(path)
        return object
    }

    /// The offsets of a single partition by themselves, of several in a list.
    private var place: JSONObject {
        if let range = ranges.first, ranges.count == 1, range.partition == 0 { return range.json }
        return [
            "partitions": .array(
                ranges.map { range in
                    var object: JSONObject = ["partition": .int(Int64(range.partition))]
                    for (key, value) in range.json.pairs { object[key] = value }
                    return .object(object)
                }
            )
        ]
    }

    init?(json: JSONValue) {
        guard let dataset = json["dataset"]?.stringValue, let version = json["version"]?.intValue else { return nil }
        self.init(
            dataset: dataset,
            version: Int(version),
            contentHash: json["hash"]?.stringValue ?? "",
            topic: json["topic"]?.stringValue ?? "",
            ranges: (json["partitions"]?.arrayValue ?? [json]).map(Range.init),
            rows: Int(json["rows"]?.intValue ?? 0),
            path: json["path"]?.stringValue ?? ""
        )
    }
}

extension TrainingCut.Range {
    fileprivate var json: JSONObject { ["from_offset": .int(from), "to_offset": .int(to)] }

    fileprivate init(json: JSONValue) {
        self.init(
            partition: Int32(clamping: json["partition"]?.intValue ?? 0),
            from: json["from_offset"]?.intValue ?? 0,
            to: json["to_offset"]?.intValue ?? 0
        )
    }
}

extension TrainedModel {
    /// The trained model as the API shows it.
    package var json: JSONObject {
        [
            "run_id": .string(runID), "version": .int(Int64(version)), "commit": .string(commit),
            "seconds": .double(seconds),
        ]
    }

    init?(json: JSONValue) {
        guard let runID = json["run_id"]?.stringValue, let version = json["version"]?.intValue else { return nil }
        self.init(
            runID: runID,
            version: Int(version),
            commit: json["commit"]?.stringValue ?? "",
            seconds: json["seconds"]?.doubleValue ?? 0
        )
    }
}

extension GateVerdict {
    /// The verdict as the API shows it.
    package var json: JSONObject {
        var object: JSONObject = [
            "passed": .bool(passed), "reasons": .array(reasons.map(JSONValue.string)),
            "task": .string(numbers.task.rawValue), "metric": .string(numbers.metric.rawValue),
            "rows": .int(Int64(numbers.rows)),
            "champion": .object(numbers.champion.json(of: numbers.task)),
            "challenger": .object(numbers.challenger.json(of: numbers.task)),
        ]
        if let offsets = numbers.offsets {
            object["first_offset"] = .int(offsets.lowerBound)
            object["last_offset"] = .int(offsets.upperBound)
        }
        object["paired"] = numbers.paired.map { .object($0.json) }
        return object
    }

    /// Reads a stored verdict; one from before gates had a metric compared two binary models by AUC.
    init?(json: JSONValue) {
        guard let passed = json["passed"]?.boolValue else { return nil }
        var offsets: ClosedRange<Int64>?
        if let first = json["first_offset"]?.intValue, let last = json["last_offset"]?.intValue, first <= last {
            offsets = first...last
        }
        self.init(
            passed: passed,
            reasons: json["reasons"]?.arrayValue?.compactMap(\.stringValue) ?? [],
            numbers: GateNumbers(
                task: json["task"]?.stringValue.flatMap(GateTask.init) ?? .binary,
                metric: json["metric"]?.stringValue.flatMap(GateMetric.init) ?? .auc,
                rows: Int(json["rows"]?.intValue ?? 0),
                offsets: offsets,
                champion: ModelNumbers(json: json["champion"]),
                challenger: ModelNumbers(json: json["challenger"]),
                paired: json["paired"].flatMap(PairedGain.init)
            )
        )
    }
}

extension PairedGain {
    /// The gain as the API shows it.
    package var json: JSONObject {
        [
            "gain": .double(gain), "lower_bound": .double(lowerBound), "confidence": .double(confidence),
            "draws": .int(Int64(draws)),
        ]
    }

    init?(json: JSONValue) {
        guard let gain = json["gain"]?.doubleValue, let lowerBound = json["lower_bound"]?.doubleValue,
            let confidence = json["confidence"]?.doubleValue
        else { return nil }
        self.init(
            gain: gain,
            lowerBound: lowerBound,
            confidence: confidence,
            draws: Int(json["draws"]?.intValue ?? 0)
        )
    }
}

extension ModelNumbers {
    /// The numbers as the API shows them; one that is not defined is null.
    package func json(of task: GateTask) -> JSONObject {
        JSONObject(task.metrics.map { ($0.rawValue, values[$0].map(JSONValue.double) ?? .null) })
    }

    init(json: JSONValue?) {
        self.init()
        for metric in GateMetric.allCases { values[metric] = json?[metric.rawValue]?.doubleValue }
    }
}
