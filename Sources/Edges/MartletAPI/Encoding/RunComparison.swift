internal import JSON
internal import Tracking

/// Runs side by side: for every parameter, metric and tag one value a run, those that differ first.
struct RunComparison {
    let runs: [Run]

    var json: JSONValue {
        [
            "runs": .array(
                runs.map { run in
                    [
                        "run_id": .string(run.info.id.text), "name": .string(run.info.name),
                        "status": .string(run.info.status.name),
                    ]
                }
            ),
            "parameters": rows { run in run.params.map { ($0.key, .string($0.value)) } },
            "metrics": rows { run in run.metrics.map { ($0.key, Run.number($0.value)) } },
            "tags": rows { run in
                run.tags.filter { !$0.key.hasPrefix("mlflow.") }.map { ($0.key, .string($0.value)) }
            },
        ]
    }

    private func rows(_ pairs: (Run) -> [(String, JSONValue)]) -> JSONValue {
        let values = runs.map { JSONObject(pairs($0)) }
        let keys = Set(values.flatMap(\.keys)).sorted()
        let rows = keys.map { key in (key: key, values: values.map { $0[key] ?? .null }) }
        let (differing, equal) = (rows.filter { Set($0.values).count > 1 }, rows.filter { Set($0.values).count == 1 })
        return .array(
            (differing.map { ($0, true) } + equal.map { ($0, false) }).map { row, differs in
                ["key": .string(row.key), "differs": .bool(differs), "values": .array(row.values)]
            }
        )
    }
}
