import Broker
import Files
import HTTPServer
import JSON
import Registry
import TestSupport
import Testing
import Tracking

@Suite(.timeLimit(.minutes(10))) struct RoutesTests {
    @Test func datasetsAreImportedAndListed() async throws {
        let api = try await APIFixture()
        let path = "\(api.folder.path)/d.csv"
        try File.replace(path, with: Array("a,b\n1,x\n2,y\n3,z\n".utf8))
        let imported = await api.send(
            .post,
            "/api/v1/datasets/d/import",
            ["path": .string(path), "rows": ["from": 1, "to": 3]]
        )
        #expect(imported.status == 201, "\(imported.answer)")
        #expect(imported.answer["rows"] == 2)
        #expect(await api.send(.get, "/api/v1/datasets").answer["items"]?[0]?["name"] == "d")
        #expect(await api.send(.get, "/api/v1/datasets/d").answer["versions"]?.arrayValue?.count == 1)
        let latest = await api.send(.get, "/api/v1/datasets/d/versions/latest").answer
        #expect(await api.send(.get, "/api/v1/datasets/d/versions/1").answer == latest)

        #expect(await api.send(.get, "/api/v1/datasets/none").status == 404)
        #expect(await api.send(.get, "/api/v1/datasets/d/versions/2").status == 404)
        #expect(await api.send(.get, "/api/v1/datasets/d/versions/x").status == 400)
        for body: JSONValue in [["path": "relative.csv"], ["path": "/nowhere.csv"], ["path": 1], [:]] {
            #expect(await api.send(.post, "/api/v1/datasets/d/import", body).status == 400, "\(body)")
        }
        await api.broker.stop()
    }

    @Test func runsAreFoundByMLflowsFilter() async throws {
        let api = try await APIFixture()
        let experiment = try await api.tracking.createExperiment(name: "weather", tags: [])
        var ids: [String] = []
        for name in ["one", "two"] {
            var draft = RunDraft(experiment: experiment)
            draft.name = name
            ids.append(try await api.tracking.createRun(draft).info.id.text)
        }
        let found = await api.send(.get, "/api/v1/runs?filter=attributes.run_name%20%3D%20%27two%27&experiment=weather")
        #expect(found.answer["items"]?.arrayValue?.map { $0["run_id"] } == [.string(ids[1])])
        let first = await api.send(.get, "/api/v1/runs?limit=1").answer
        let next = try #require(first["next"]?.stringValue)
        #expect(await api.send(.get, "/api/v1/runs?limit=1&cursor=\(next)").answer["items"]?.arrayValue?.count == 1)
        let run = await api.send(.get, "/api/v1/runs/\(ids[0])").answer
        #expect(run["name"] == "one")
        #expect(run["experiment"] == "weather")
        #expect(await api.send(.get, "/api/v1/runs/none").status == 404)
        #expect(await api.send(.get, "/api/v1/runs?filter=%3D%3D").status == 400)
        #expect(await api.send(.get, "/api/v1/runs?experiment=none").status == 404)
        await api.broker.stop()
    }

    @Test func modelsTellOfTheirAliases() async throws {
        let api = try await APIFixture()
        _ = try await api.registry.createModel("rain")
        #expect(await api.send(.get, "/api/v1/models").answer["items"]?[0]?["name"] == "rain")
        let model = await api.send(.get, "/api/v1/models/rain").answer
        #expect(model["versions"] == [])
        #expect(model["alias_history"] == [])
        let move: JSONValue = ["version": 1, "reason": "better"]
        #expect(await api.send(.post, "/api/v1/models/rain/aliases/champion", move).status == 404)
        #expect(await api.send(.post, "/api/v1/models/rain/aliases/champion", ["version": 0]).status == 400)
        #expect(await api.send(.get, "/api/v1/models/none").status == 404)
        await api.broker.stop()
    }

    @Test func aMetricIsChartedInParts() async throws {
        let api = try await APIFixture()
        let id = try await api.tracking.createRun(RunDraft(experiment: .standard)).info.id
        let points = (0..<10).map { Metric(key: "train/loss", value: Double(9 - $0), timestamp: 7, step: Int64($0)) }
        try await api.tracking.logBatch(LogBatch(metrics: points), to: id)
        let path = "/api/v1/runs/\(id)/metrics/train%2Floss"
        let chart = await api.send(.get, "\(path)?buckets=2").answer
        let first: JSONValue = [
            "from": 0, "to": 4, "count": 5, "min": 5.0, "max": 9.0, "last": 5.0, "last_time": 7,
        ]
        #expect(chart["key"] == "train/loss")
        #expect(chart["buckets"]?[0] == first)
        #expect(chart["buckets"]?.arrayValue?.count == 2)
        let part = await api.send(.get, "\(path)?from=3&to=5").answer
        #expect(part["buckets"]?.arrayValue?.map { $0["from"] } == [3, 4, 5])
        #expect(await api.send(.get, "\(path)?from=5&to=3").status == 400)
        #expect(await api.send(.get, "\(path)?buckets=0").status == 400)
        #expect(await api.send(.get, "/api/v1/runs/none/metrics/loss").status == 404)
        await api.broker.stop()
    }

    @Test func runsAreComparedAndTheirMetricsRead() async throws {
        let api = try await APIFixture()
        var ids: [RunID] = []
        for depth in ["2", "8"] {
            let id = try await api.tracking.createRun(RunDraft(experiment: .standard)).info.id
            let points = (0..<3).map {
                Metric(key: "train/auc", value: .nan, timestamp: Int64($0 + 1), step: Int64($0))
            }
            let params = [KeyValue("algorithm", "forest"), KeyValue("depth", depth)]
            try await api.tracking.logBatch(LogBatch(metrics: points, params: params, tags: []), to: id)
            ids.append(id)
        }
        let compared = await api.send(.get, "/api/v1/runs/compare?run=\(ids[0])&run=\(ids[1])").answer
        #expect(compared["parameters"]?.arrayValue?.map { $0["key"] } == ["depth", "algorithm"])
        #expect(compared["parameters"]?[0] == ["key": "depth", "differs": true, "values": ["2", "8"]])
        #expect(compared["metrics"]?[0] == ["key": "train/auc", "differs": false, "values": ["NaN", "NaN"]])
        for query in ["", "?run=\(ids[0])", "?run=\(ids[0])&run=\(ids[0])"] {
            #expect(await api.send(.get, "/api/v1/runs/compare\(query)").status == 400, "\(query)")
        }
        #expect(await api.send(.get, "/api/v1/runs/compare?run=\(ids[0])&run=none").status == 404)
        let path = "/api/v1/runs/\(ids[0])/metrics"
        let page = await api.send(.get, "\(path)?key=train%2Fauc&limit=2").answer
        #expect(page["items"]?.arrayValue?.map { $0["step"] } == [0, 1])
        let next = try #require(page["next"]?.stringValue)
        #expect(await api.send(.get, "\(path)?key=train%2Fauc&cursor=\(next)").answer["items"]?[0]?["step"] == 2)
        #expect(await api.send(.get, path).status == 400)
        #expect(await api.send(.get, "\(path)?key=none").status == 404)
        #expect(await api.send(.delete, "/api/v1/runs/\(ids[0])").status == 204)
        #expect(await api.send(.get, "/api/v1/runs?view=deleted").answer["items"]?.arrayValue?.count == 1)
        #expect(await api.send(.get, "/api/v1/runs?view=gone").status == 400)
        #expect(await api.send(.post, "/api/v1/runs/\(ids[0])/restore").answer["deleted"] == false)
        await api.broker.stop()
    }

    @Test func versionsHaveAHistoryAndALineage() async throws {
        let api = try await APIFixture()
        let run = try await api.tracking.createRun(RunDraft(experiment: .standard)).info.id
        let dataset = Dataset(name: "d", digest: "1", sourceType: "martlet", source: #"{"dataset_version":"d@v3"}"#)
        let input = DatasetInput(dataset: dataset, tags: [KeyValue("mlflow.data.context", "training")])
        try await api.tracking.logInputs(datasets: [input], models: [], to: run)
        _ = try await api.registry.createModel("rain")
        for _ in 0..<2 {
            var draft = ModelVersionDraft(name: "rain", source: "runs:/\(run)/model")
            draft.run = run.text
            _ = try await api.registry.createVersion(draft)
        }
        for version: JSONValue in [1, 2] {
            let move: JSONValue = ["version": version, "reason": "better", "actor": "ann"]
            #expect(await api.send(.post, "/api/v1/models/rain/aliases/champion", move).status == 200)
        }
        let lineage = await api.send(.get, "/api/v1/models/rain/versions/champion/lineage").answer
        #expect(lineage["version"] == 2)
        #expect(lineage["run_id"] == .string(run.text))
        #expect(lineage["datasets"]?[0]?["version"] == "d@v3")
        #expect(await api.send(.get, "/api/v1/models/rain/versions/1").answer["run_id"] == .string(run.text))
        #expect(await api.send(.get, "/api/v1/models/rain/versions").answer["items"]?.arrayValue?.count == 2)
        for version in ["3", "nobody"] {
            #expect(await api.send(.get, "/api/v1/models/rain/versions/\(version)").status == 404)
        }
        #expect(await api.send(.delete, "/api/v1/models/rain/aliases/champion").status == 204)
        let history = await api.send(.get, "/api/v1/models/rain/history?alias=champion").answer["items"]
        #expect(history?.arrayValue?.map { $0["to"] } == [.null, 2, 1])
        #expect(history?.arrayValue?.map { $0["actor"] } == ["api", "ann", "ann"])
        #expect(
            await api.send(.get, "/api/v1/models?filter=name%20%3D%20%27rain%27").answer["items"]?[0]?["name"] == "rain"
        )
        #expect(await api.send(.delete, "/api/v1/models/rain/versions/2").status == 204)
        #expect(await api.send(.delete, "/api/v1/models/rain").status == 204)
        #expect(await api.send(.get, "/api/v1/models/rain").status == 404)
        await api.broker.stop()
    }

    @Test func loopsAndTheirWorkAreShown() async throws {
        let api = try await APIFixture()
        let expected: [(String, Int)] = [
            ("/api/v1/projects", 200), ("/api/v1/loops", 200), ("/api/v1/loops/weather", 200),
            ("/api/v1/loops/weather/steps", 200), ("/api/v1/loops/weather/steps/1", 200),
            ("/api/v1/loops/weather/steps/9", 404), ("/api/v1/loops/weather/report", 200),
            ("/api/v1/loops/weather/decisions", 200), ("/api/v1/loops/other/decisions", 404),
            ("/api/v1/loops/other", 404), ("/api/v1/loops/other/steps", 404), ("/api/v1/loops/other/report", 404),
            ("/api/v1/deployments", 200), ("/api/v1/deployments/rain", 200), ("/api/v1/deployments/snow", 404),
            ("/api/v1/jobs", 200), ("/api/v1/jobs/j1", 200), ("/api/v1/jobs/j2", 404),
            ("/api/v1/jobs/j1/log", 200), ("/api/v1/jobs/j2/log", 404), ("/api/v1/nothing", 404),
        ]
        for (target, status) in expected { #expect(await api.send(.get, target).status == status, "\(target)") }
        #expect(await api.send(.get, "/api/v1/jobs/j1/log").answer == "two\nlines\n")
        #expect(await api.send(.post, "/api/v1/loops/weather/retrain", ["reason": "drift"]).status == 202)
        #expect(await api.send(.post, "/api/v1/loops/other/retrain", ["reason": "drift"]).status == 404)
        #expect(await api.send(.post, "/api/v1/loops/weather/retrain", [:]).status == 400)
        #expect(await api.send(.post, "/api/v1/projects", ["path": "/p"]).answer["name"] == "weather")
        #expect(await api.send(.delete, "/api/v1/loops").status == 405)
        await api.broker.stop()
    }

    @Test func `monitors are declared, read, replaced and deleted`() async throws {
        let api = try await APIFixture()
        let root = "/api/v1/monitors"
        let expected: [(String, Int)] = [
            (root, 200), ("\(root)/rain", 200), ("\(root)/snow", 404), ("\(root)/rain/windows", 200),
            ("\(root)/rain/windows?from=3&limit=5", 200), ("\(root)/rain/windows?limit=0", 400),
            ("\(root)/snow/windows", 404), ("\(root)/rain/windows/0", 200), ("\(root)/rain/windows/latest", 200),
            ("\(root)/rain/changes", 200), ("\(root)/rain/changes?from=-4&limit=5", 200),
            ("\(root)/rain/changes?limit=x", 400), ("\(root)/snow/changes", 404),
            ("\(root)/rain/windows/7", 404), ("\(root)/rain/windows/x", 400),
            ("\(root)/rain/windows/0/report?kind=summary", 200), ("\(root)/rain/windows/0/report?kind=all", 400),
            ("\(root)/rain/windows/7/report", 404), ("\(root)/rain/windows/0/report?format=pdf", 400),
        ]
        for (target, status) in expected { #expect(await api.send(.get, target).status == status, "\(target)") }
        #expect(await api.send(.get, "\(root)/rain/windows/0/report?format=html").answer == "<p>report")
        #expect(await api.send(.post, root, ["name": "snow"]).status == 201)
        #expect(await api.send(.post, root, ["name": "rain"]).status == 409)
        let refused = await api.send(.post, root, ["name": "snow", "columns": ["wind"]])
        #expect(refused.status == 400)
        #expect(refused.answer["error"]?["code"] == "unknown_column")
        #expect(refused.answer["error"]?["message"]?.stringValue?.hasSuffix("it has rain, day") == true)
        #expect(await api.send(.put, "\(root)/rain", ["input": "t"]).answer["name"] == "rain")
        #expect(await api.send(.put, "\(root)/rain", ["name": "snow"]).status == 400)
        #expect(await api.send(.delete, "\(root)/rain").status == 204)
        #expect(await api.send(.delete, "\(root)/snow").status == 404)
        await api.broker.stop()
    }

    @Test func `alerts are shown, acknowledged and silenced`() async throws {
        let api = try await APIFixture()
        let expected: [(String, Int)] = [
            ("/api/v1/alerts", 200), ("/api/v1/alerts?monitor=rain&status=open", 200),
            ("/api/v1/alerts?status=loud", 400), ("/api/v1/alerts/a1", 200), ("/api/v1/alerts/a2", 404),
            ("/api/v1/silences", 200),
        ]
        for (target, status) in expected { #expect(await api.send(.get, target).status == status, "\(target)") }
        let taken = await api.send(.post, "/api/v1/alerts/a1/acknowledge", ["actor": "ann", "note": "looking"])
        #expect(taken.answer == ["id": "a1", "actor": "ann", "note": "looking"])
        #expect(await api.send(.post, "/api/v1/alerts/a2/acknowledge", [:]).status == 404)
        let wish: JSONValue = ["monitor": "rain", "seconds": 3600, "reason": "known"]
        #expect(await api.send(.post, "/api/v1/silences", wish).status == 201)
        #expect(
            await api.send(.post, "/api/v1/silences", ["monitor": "rain", "seconds": 0, "reason": "x"]).status == 400
        )
        #expect(await api.send(.post, "/api/v1/silences", ["monitor": "rain", "seconds": 5]).status == 400)
        let unknown: JSONValue = ["monitor": "snow", "seconds": 5, "reason": "x"]
        #expect(await api.send(.post, "/api/v1/silences", unknown).status == 404)
        #expect(await api.send(.delete, "/api/v1/silences/s1").status == 204)
        #expect(await api.send(.delete, "/api/v1/silences/s2").status == 404)
        await api.broker.stop()
    }

    @Test func theServerTellsOfItself() async throws {
        let api = try await APIFixture()
        let status = await api.send(.get, "/api/v1/status").answer
        #expect(status["ready"] == true)
        #expect(status["kafka_port"] == 2)
        #expect(status["kafka"]?["mode"] == "embedded")
        for target in ["/healthz", "/readyz", "/metrics"] { #expect(await api.send(.get, target).status == 200) }
        await api.broker.stop()
    }

    @Test func theDocumentDescribesEveryRoute() async throws {
        let api = try await APIFixture()
        let document = await api.send(.get, "/api/v1/openapi.json").answer
        #expect(document["openapi"] == "3.1.0")
        let paths = try #require(document["paths"]?.objectValue)
        #expect(paths.count > 25)
        let messages = paths["/api/v1/topics/{name}/messages"]
        #expect(
            messages?["get"]?["parameters"]?.arrayValue?.map { $0["name"] } == [
                "name", "partition", "offset", "from", "limit",
            ]
        )
        #expect(messages?["post"]?["requestBody"] != nil)
        for (path, methods) in paths.pairs {
            for (method, operation) in methods.objectValue?.pairs.map({ ($0, $1) }) ?? [] {
                #expect(operation["summary"]?.stringValue?.isEmpty == false, "\(method) \(path)")
            }
        }
        await api.broker.stop()
    }
}
