import HTTPServer
import JSON
import Testing
import Tracking

@testable import MLflowAPI

@Suite struct ValidationTests {
    private let fixture: MLflowFixture
    private let run: String

    init() async throws {
        fixture = try await MLflowFixture()
        let answer = try await fixture.call(.post, "/api/2.0/mlflow/runs/create", ["experiment_id": "0"])
        run = answer["run"]?["info"]?["run_id"]?.stringValue ?? ""
    }

    private func refusal(_ path: String, _ body: JSONValue) async throws -> String {
        let (status, answer) = try await fixture.send(.post, "/api/2.0/mlflow/\(path)", body)
        #expect(status == 400)
        #expect(answer["error_code"] == "INVALID_PARAMETER_VALUE")
        return answer["message"]?.stringValue ?? ""
    }

    @Test(arguments: ["", "{", "[1]", #"{"experiment_id": "0", "start_time": 1e400}"#, #"{"start_time": 5}"#])
    func aRunIsNeverMadeFromABodyThatNamesNoExperiment(body: String) async throws {
        let headers: HTTPHeaders = ["Content-Type": "application/json"]
        let answer = try await fixture.respond(.post, "/api/2.0/mlflow/runs/create", headers, Array(body.utf8))
        #expect(answer.status == 400)
        let runs = try await fixture.tracking.searchRuns(SearchRequest(), experiments: [.standard], view: .all)
        #expect(runs.items.map(\.info.id.text) == [run])
    }

    @Test func missingFieldsAreNamedWithTheirPath() async throws {
        #expect(try await refusal("experiments/create", [:]).hasPrefix("Missing value for required parameter 'name'."))
        #expect(try await refusal("experiments/create", ["name": ""]).hasPrefix("Missing value for required parameter"))
        let metric: JSONValue = ["run_id": .string(run), "key": "m", "timestamp": 1]
        #expect(try await refusal("runs/log-metric", metric).contains("parameter 'value'"))
        let batch: JSONValue = [
            "run_id": .string(run), "metrics": [["key": "a", "value": 1, "timestamp": 1], ["key": "b"]],
        ]
        #expect(try await refusal("runs/log-batch", batch).contains("parameter 'metrics[1].value'"))
        #expect(try await refusal("runs/log-batch", ["metrics": []]).contains("parameter 'run_id'"))
    }

    @Test func wrongTypesAreNamedWithTheirValue() async throws {
        let message = try await refusal("runs/set-tag", ["run_id": .string(run), "key": "k", "value": 5])
        #expect(
            message == "Invalid value 5 for parameter 'value' supplied:  Hint: Value was of type 'int'. "
                + "See the API docs for more information about request parameters."
        )
        let text = try await refusal("runs/update", ["run_id": .string(run), "end_time": "soon"])
        #expect(text.hasPrefix("Invalid value \"soon\" for parameter 'end_time' supplied"))
        let tags = try await refusal("experiments/create", ["name": "x", "tags": "red"])
        #expect(tags.contains("Hint: Value was of type 'str'"))
    }

    @Test func numbersMayBeTextAndNamesMayBeCamelCase() async throws {
        let metric: JSONValue = ["runId": .string(run), "key": "m", "value": "NaN", "timestamp": "12", "step": 3.0]
        _ = try await fixture.call(.post, "/ajax-api/2.0/mlflow/runs/log-metric", metric)
        let history = try await fixture.call(
            .get,
            "/api/2.0/mlflow/metrics/get-history?run_id=\(run)&metric_key=m&unknown=1"
        )
        #expect(history["metrics"]?[0] == ["key": "m", "value": "NaN", "timestamp": 12, "step": 3])
        let both = try await refusal("runs/delete-tag", ["run_id": .string(run), "runId": .string(run), "key": "k"])
        #expect(both == "Request specifies both 'run_id' and 'runId'; provide only one of them.")
    }

    @Test func bodiesThatAreNoJSONCountAsEmpty() async throws {
        let type: HTTPHeaders = ["Content-Type": "application/json; charset=utf-8"]
        for text in ["{", "[1]", "", "\u{FF}"] {
            let target = "/api/2.0/mlflow/experiments/create"
            let answer = try await fixture.respond(.post, target, type, Array(text.utf8))
            #expect(answer.status == 400)
            #expect(try JSONValue.parse(answer.bytes)["message"]?.stringValue?.contains("'name'") == true)
        }
        let nested = JSONValue.string("{\"name\": \"in a string\"}").serialized()
        let answer = try await fixture.respond(.post, "/api/2.0/mlflow/experiments/create", type, nested)
        #expect(answer.status == 200)
    }

    @Test func theTypeOfABodyIsAskedFor() async throws {
        let target = "/api/2.0/mlflow/experiments/create"
        let without = try await fixture.respond(.post, target, [:], Array("{}".utf8))
        let message = "Bad Request. Content-Type header is missing."
        #expect(try JSONValue.parse(without.bytes)["message"]?.stringValue == message)
        let other = try await fixture.respond(.post, target, ["Content-Type": "text/plain"], Array("{}".utf8))
        #expect(other.status == 400)
    }

    @Test(arguments: ["/api/2.0/mlflow/nothing", "/api/3.0/mlflow/runs/get", "/api/2.0/mlflow/runs/get/"])
    func unknownCallsAreNoJSON(target: String) async throws {
        let answer = try await fixture.respond(.get, target)
        #expect(answer.status == 404)
        #expect(answer.headers["Content-Type"]?.hasPrefix("text/html") == true)
        #expect(throws: JSONError.self) { try JSONValue.parse(answer.bytes) }
    }

    @Test func aWrongMethodSaysSo() async throws {
        #expect(try await fixture.respond(.get, "/api/2.0/mlflow/runs/create").status == 405)
    }

    @Test func boundsOfPagesAreChecked() async throws {
        for count in [0, -1, 50_001] as [Int64] {
            let message = try await refusal("runs/search", ["experiment_ids": ["0"], "max_results": .int(count)])
            #expect(message.hasPrefix("Invalid value \(count) for parameter 'max_results' supplied"))
        }
        let token = try await refusal("runs/search", ["experiment_ids": ["0"], "page_token": "evilhax"])
        #expect(token == "Invalid page token, could not base64-decode")
        #expect(try await fixture.call(.post, "/api/2.0/mlflow/runs/search", [:]) == [:])
    }

    @Test func enumerationsComeByNameOrNumberAndUnknownOnesAreIgnored() async throws {
        for (given, expected) in [("FAILED", "FAILED"), (4, "FAILED"), ("NOPE", "FAILED"), (3, "FINISHED")]
            as [(JSONValue, JSONValue)]
        {
            let body: JSONValue = ["run_id": .string(run), "status": given]
            let answer = try await fixture.call(.post, "/api/2.0/mlflow/runs/update", body)
            #expect(answer["run_info"]?["status"] == expected)
        }
    }

    @Test func truthValuesInQueriesAreChecked() async throws {
        let target = "/api/2.0/mlflow/logged-models/m-none?allow_deleted="
        let wrong = try await fixture.send(.get, target + "maybe")
        #expect(wrong.1["message"] == "Invalid boolean value: maybe, must be 'true' or 'false'.")
        #expect(try await fixture.send(.get, target + "True").0 == 404)
    }

    @Test func deepAndWideBodiesDoNoHarm() async throws {
        let deep = String(repeating: "[", count: 100_000)
        let type: HTTPHeaders = ["Content-Type": "application/json"]
        let answer = try await fixture.respond(.post, "/api/2.0/mlflow/runs/search", type, Array(deep.utf8))
        #expect(answer.status == 200)
        let large = Array(repeating: UInt8(ascii: " "), count: 5 << 20)
        #expect(try await fixture.respond(.post, "/api/2.0/mlflow/runs/search", type, large).status == 413)
    }

    @Test func aPathThatBeginsWithTwoSlashesLeadsToTheOneThatIsMeant() async throws {
        let answer = try await fixture.respond(.get, "//model-versions/get-artifact?name=a%20b&path=..%2Fx&version=1")
        #expect(answer.status == 308)
        #expect(answer.headers["Location"] == "/model-versions/get-artifact?name=a%20b&path=..%2Fx&version=1")
        // Never to another site.
        #expect(try await fixture.respond(.get, "///example.com//x").headers["Location"] == "/example.com/x")
        #expect(try await fixture.respond(.get, "//").status == 404)
    }

    @Test func tooManyExperimentsAreCountedBeforeTheyAreRead() async throws {
        let many = JSONValue.array((0..<21).map { .string("id_\($0)") })
        let message = try await refusal("experiments/search-datasets", ["experiment_ids": many])
        #expect(message.hasPrefix("SearchDatasets request cannot specify more than 20"))
        let one = try await refusal("experiments/search-datasets", ["experiment_ids": ["id_0"]])
        #expect(one.hasPrefix("Invalid experiment ID 'id_0'"))
    }

    @Test func anAnswerOfAModelIsKeptAsARunWithATable() async throws {
        var body: JSONObject = [:]
        let fields: [(String, JSONValue)] = [
            ("experiment_id", "0"), ("prompt_template", "Is it {{what}}?"),
            ("prompt_parameters", [["key": "what", "value": "wet"]]), ("model_route", "local"),
            ("model_input", "Is it wet?"), ("mlflow_version", "1.0.0"),
        ]
        for (name, value) in fields {
            let message = try await refusal("runs/create-promptlab-run", .object(body))
            #expect(message == "CreatePromptlabRun request must specify \(name).")
            body[name] = value
        }
        for (name, value) in [
            ("model_output", "yes"), ("model_output_parameters", [["key": "latency", "value": "100"]]),
            ("model_parameters", [["key": "temperature", "value": "0.1"]]), ("run_name", "asked"), ("start_time", 456),
        ] as [(String, JSONValue)] { body[name] = value }
        let answer = try await fixture.call(.post, "/ajax-api/2.0/mlflow/runs/create-promptlab-run", .object(body))
        let info = answer["run"]?["info"]
        #expect(info?["status"] == "FINISHED")
        #expect(info?["run_name"] == "asked")
        #expect(info?["start_time"] == 456)
        let params = answer["run"]?["data"]?["params"]?.arrayValue ?? []
        #expect(params.map { $0["key"] } == ["model_route", "prompt_template", "temperature"])
        let id = info?["run_id"]?.stringValue ?? ""
        let table = try await fixture.respond(.get, "/get-artifact?run_id=\(id)&path=eval_results_table.json")
        #expect(table.status == 200)
        let list = try await fixture.call(.get, "/api/2.0/mlflow/artifacts/list?run_id=\(id)")
        #expect(list["files"]?.arrayValue?.map { $0["path"] } == ["eval_results_table.json"])
    }
}
