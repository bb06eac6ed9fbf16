package import JSON

extension RetrainingAttempt {
    /// Everything beyond the columns of the table, as it is stored and as the API shows it.
    package var details: JSONObject {
        var object: JSONObject = [
            "trigger": .object(trigger.json),
            "failure": .string(failure),
        ]
        object["cut"] = cut.map { .object($0.json) }
        object["challenger"] = challenger.map { .object($0.json) }
        object["champion_version"] = championVersion.map { .int(Int64($0)) }
        object["verdict"] = verdict.map { .object($0.json) }
        return object
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
        [
            "dataset": .string(dataset), "version": .int(Int64(version)), "hash": .string(contentHash),
            "topic": .string(topic), "from_offset": .int(fromOffset), "to_offset": .int(toOffset),
            "rows": .int(Int64(rows)), "path": .string(path),
        ]
    }

    init?(json: JSONValue) {
        guard let dataset = json["dataset"]?.stringValue, let version = json["version"]?.intValue else { return nil }
        self.init(
            dataset: dataset,
            version: Int(version),
            contentHash: json["hash"]?.stringValue ?? "",
            topic: json["topic"]?.stringValue ?? "",
            fromOffset: json["from_offset"]?.intValue ?? 0,
            toOffset: json["to_offset"]?.intValue ?? 0,
            rows: Int(json["rows"]?.intValue ?? 0),
            path: json["path"]?.stringValue ?? ""
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
        [
            "passed": .bool(passed), "reasons": .array(reasons.map(JSONValue.string)),
            "rows": .int(Int64(numbers.rows)), "first_offset": .int(numbers.firstOffset),
            "last_offset": .int(numbers.lastOffset), "champion": .object(numbers.champion.json),
            "challenger": .object(numbers.challenger.json),
        ]
    }

    init?(json: JSONValue) {
        guard let passed = json["passed"]?.boolValue else { return nil }
        self.init(
            passed: passed,
            reasons: json["reasons"]?.arrayValue?.compactMap(\.stringValue) ?? [],
            numbers: GateNumbers(
                rows: Int(json["rows"]?.intValue ?? 0),
                firstOffset: json["first_offset"]?.intValue ?? 0,
                lastOffset: json["last_offset"]?.intValue ?? 0,
                champion: ModelNumbers(json: json["champion"]),
                challenger: ModelNumbers(json: json["challenger"])
            )
        )
    }
}

extension ModelNumbers {
    /// The numbers as the API shows them; one that is not defined is null.
    package var json: JSONObject {
        [
            "auc": auc.map(JSONValue.double) ?? .null, "f1": f1.map(JSONValue.double) ?? .null,
            "log_loss": logLoss.map(JSONValue.double) ?? .null, "brier": brier.map(JSONValue.double) ?? .null,
        ]
    }

    init(json: JSONValue?) {
        auc = json?["auc"]?.doubleValue
        f1 = json?["f1"]?.doubleValue
        logLoss = json?["log_loss"]?.doubleValue
        brier = json?["brier"]?.doubleValue
    }
}
