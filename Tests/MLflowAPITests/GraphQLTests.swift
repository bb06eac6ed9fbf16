import HTTPServer
import JSON
import Testing
import Tracking

@testable import MLflowAPI

@Suite struct GraphQLTests {
    private let fixture: MLflowFixture
    private let run: String

    init() async throws {
        fixture = try await MLflowFixture()
        let answer = try await fixture.call(
            .post,
            "/api/2.0/mlflow/runs/create",
            ["experiment_id": "0", "run_name": "first", "start_time": 5, "user_id": "ada"]
        )
        run = answer["run"]?["info"]?["run_id"]?.stringValue ?? ""
    }

    private func ask(
        _ query: String,
        _ variables: JSONValue = .null,
        named name: String? = nil
    ) async throws
        -> JSONValue
    {
        let body: JSONValue = [
            "query": .string(query), "variables": variables, "operationName": name.map { .string($0) } ?? .null,
        ]
        return try await fixture.call(.post, "/graphql", body)
    }

    /// What is said of a query that is not answered at all.
    private func refusal(_ query: String, _ variables: JSONValue = .null) async throws -> String {
        let answer = try await ask(query, variables)
        #expect(answer["data"] == .null)
        return answer["errors"]?[0]?.stringValue ?? ""
    }

    private func post(_ path: String, _ body: JSONValue) async throws {
        _ = try await fixture.call(.post, "/api/2.0/mlflow/\(path)", body)
    }

    @Test func aRunIsAnsweredWithWhatBelongsToIt() async throws {
        try await post("registered-models/create", ["name": "rain"])
        try await post(
            "model-versions/create",
            ["name": "rain", "source": .string("runs:/\(run)/model"), "run_id": .string(run)]
        )
        let query = """
            query Run($data: MlflowGetRunInput!) @component(name: "page") {
              mlflowGetRun(input: $data) {
                apiError { code }
                run {
                  __typename
                  info { runName status startTime endTime userId }
                  experiment { name tags { key } }
                  modelVersions { name version status }
                  inputs { datasetInputs { dataset { name } } }
                }
              }
            }
            """
        let answer = try await ask(query, ["data": ["runId": .string(run)]], named: "Run")
        #expect(
            answer == [
                "data": [
                    "mlflowGetRun": [
                        "apiError": nil,
                        "run": [
                            "__typename": "MlflowRunExtension",
                            "info": [
                                "runName": "first", "status": "RUNNING", "startTime": "5", "endTime": "0",
                                "userId": "ada",
                            ],
                            "experiment": ["name": "Default", "tags": []],
                            "modelVersions": [["name": "rain", "version": "1", "status": "READY"]],
                            "inputs": ["datasetInputs": []],
                        ],
                    ]
                ],
                "errors": nil,
            ]
        )
    }

    @Test func aMetricThatIsNoNumberIsNull() async throws {
        for (key, value) in [("good", 1.5), ("bad", "NaN")] as [(String, JSONValue)] {
            try await post(
                "runs/log-metric",
                ["run_id": .string(run), "key": .string(key), "value": value, "timestamp": 7, "step": 2]
            )
        }
        let metrics = "data { metrics { key value timestamp step } }"
        let answer = try await ask("{ mlflowGetRun(input: {runId: \"\(run)\"}) { run { \(metrics) } } }")
        #expect(answer["errors"] == .null)
        #expect(
            answer["data"]?["mlflowGetRun"]?["run"]?["data"]?["metrics"] == [
                ["key": "bad", "value": nil, "timestamp": "7", "step": "2"],
                ["key": "good", "value": 1.5, "timestamp": "7", "step": "2"],
            ]
        )
        // A history has no room for it, which is an error that leaves the rest.
        let history = "mlflowGetMetricHistoryBulkInterval(input: {runIds: [\"\(run)\"], metricKey: \"bad\"})"
        let other = try await ask("{ \(history) { metrics { step value } } }")
        #expect(other["errors"] == ["Float cannot represent non numeric value: NaN"])
        #expect(
            other["data"]?["mlflowGetMetricHistoryBulkInterval"]?["metrics"] == [["step": "2", "value": nil]]
        )
    }

    @Test func fragmentsAliasesAndDirectivesShapeTheAnswer() async throws {
        let query = """
            fragment Found on MlflowSearchRunsResponse { runs { ...Info info { runName } } nextPageToken }
            fragment Info on MlflowRunExtension { info { runId } }
            mutation Runs($all: Boolean = false) {
              some: mlflowSearchRuns(input: {experimentIds: ["0"], runViewType: ACTIVE_ONLY, maxResults: 5}) { ...Found }
              none: mlflowSearchRuns(input: {experimentIds: "0", filter: "params.depth = '1'"}) { ...Found }
              left: mlflowSearchRuns(input: {experimentIds: ["0"]}) @include(if: $all) { ...Found }
            }
            """
        let answer = try await ask(query)
        let found: JSONValue = [["info": ["runId": .string(run), "runName": "first"]]]
        #expect(
            answer == [
                "data": [
                    "some": ["runs": found, "nextPageToken": ""], "none": ["runs": [], "nextPageToken": ""],
                ],
                "errors": nil,
            ]
        )
    }

    @Test func eachOperationOfThePagesIsAnswered() async throws {
        let path = try ArtifactPath(parsing: "0/\(run)/artifacts/a.txt")
        try await fixture.tracking.artifacts.store(Array("rain".utf8), at: path)
        let input: JSONValue = [
            "tags": [["key": "mlflow.data.context", "value": "training"]],
            "dataset": ["name": "d", "digest": "1", "source_type": "local", "source": "s"],
        ]
        try await post("runs/log-inputs", ["run_id": .string(run), "datasets": [input]])
        let answer = try await ask(
            """
            { mlflowGetExperiment(input: {experimentId: "0"}) { experiment { name lifecycleStage } }
              mlflowListArtifacts(input: {runId: "\(run)"}) { files { path isDir fileSize } }
              mlflowSearchModelVersions(input: {filter: "name = 'none'"}) { modelVersions { name } }
              test(inputString: \"\"\"
                two
                  lines
              \"\"\") { output } }
            """
        )
        #expect(
            answer["data"] == [
                "mlflowGetExperiment": ["experiment": ["name": "Default", "lifecycleStage": "active"]],
                "mlflowListArtifacts": ["files": [["path": "a.txt", "isDir": false, "fileSize": "4"]]],
                "mlflowSearchModelVersions": ["modelVersions": []],
                "test": ["output": "two\n  lines"],
            ]
        )
        let datasets = try await ask(
            """
            mutation { mlflowSearchDatasets(input: {experimentIds: ["0"]}) { datasetSummaries { name context } } }
            """
        )
        #expect(
            datasets["data"]?["mlflowSearchDatasets"]?["datasetSummaries"] == [["name": "d", "context": "training"]]
        )
    }

    @Test func aFieldThatFailsIsNullAndLeavesTheOthers() async throws {
        let answer = try await ask(
            """
            { lost: mlflowGetRun(input: {runId: "none"}) { run { info { runId } } }
              test(inputString: "\\u00e4\\n") { output } }
            """
        )
        #expect(answer["data"] == ["lost": nil, "test": ["output": "ä\n"]])
        #expect(answer["errors"]?.arrayValue?.count == 1)
        #expect(answer["errors"]?[0]?.stringValue?.contains("none") == true)
    }

    @Test(
        arguments: [
            ("{", "Syntax Error"), ("{ test }", "must have a selection"),
            ("{ test(inputString: 5) { output } }", "String cannot represent a non string value: 5"),
            ("{ test(other: 5) { output } }", "Unknown argument 'other'"),
            ("{ test(inputString: \"a\") { output { x } } }", "must not have a selection"),
            ("{ test(inputString: \"a\") { nothing } }", "Cannot query field 'nothing' on type 'Test'"),
            ("{ __schema { types { name } } }", "Cannot query field '__schema' on type 'Query'"),
            ("mutation { mlflowGetRun(input: {}) { run { info { runId } } } }", "on type 'Mutation'"),
            ("{ mlflowGetRun(input: {name: \"a\"}) { run { info { runId } } } }", "Field 'name' is not defined"),
            ("{ ...Lost }", "Unknown fragment 'Lost'"), ("{ ... on Other { test { output } } }", "type 'Other'"),
            ("{ test(inputString: \"a\") @defer { output } }", "Unknown directive '@defer'"),
            ("query A { test { output } } query B { test { output } }", "Must provide operation name"),
            ("query ($x: String!) { test(inputString: $x) { output } }", "required type 'String!' was not provided"),
            ("{ a: test(inputString: \"1\") { output } a: test(inputString: \"2\") { output } }", "conflict"),
            ("{ test(inputString: \"a) { output } }", "Unterminated string"), ("{ test(a: 1e999) }", "Invalid number"),
            ("subscription { test { output } }", "Syntax Error: Unexpected Name 'subscription'"),
        ]
    )
    func whatCannotBeAnsweredIsRefusedBeforeAnythingIsDone(query: String, reason: String) async throws {
        let message = try await refusal(query)
        #expect(message.contains(reason), "\(message)")
    }

    @Test func aRequestWithoutQueryIsRefused() async throws {
        let (status, answer) = try await fixture.send(.post, "/graphql", ["query": ""])
        #expect(status == 400)
        #expect(answer["message"]?.stringValue?.contains("required parameter 'query'") == true)
    }

    @Test func queriesHaveTheLimitsOfMLflow() async throws {
        let roots = (0..<11).map { "k\($0): test(inputString: \"a\") { output }" }.joined(separator: " ")
        #expect(try await refusal("{ \(roots) }").contains("at most 10 root fields, got 11 root fields"))
        let aliases = (0..<11).map { "e\($0): experiment { name }" }.joined(separator: " ")
        let experiment = "mlflowGetExperiment(input: {experimentId: \"0\"})"
        #expect(try await refusal("{ \(experiment) { \(aliases) } }").contains("at most 10 aliases, got 11 aliases"))
        // Spread over fragments of one level they are as many.
        let halves = (0..<2).map { half in
            (0..<6).map { "e\(half * 6 + $0): experiment { name }" }.joined(separator: " ")
        }
        let spread = "fragment A on Other { \(halves[0]) } { \(experiment) { ...A \(halves[1]) } }"
        #expect(try await refusal(spread).contains("at most 10 aliases, got 12 aliases"))
        let deep = (0..<12).reduce("name") { inner, _ in "name { \(inner) }" }
        let tooDeep = try await refusal("{ \(experiment) { experiment { \(deep) } } }")
        #expect(tooDeep == "Query exceeds maximum depth of 10")
        let wide = (0..<1_000).map { "f\($0)" }.joined(separator: " ")
        #expect(
            try await refusal("{ \(experiment) { experiment { \(wide) } } }")
                == "Query exceeds maximum total selections of 1000"
        )
        let nested = String(repeating: "{ a ", count: 10_000)
        #expect(try await refusal(nested) == "Syntax Error: The document nests too deeply.")
    }

    @Test func fragmentsThatHoldThemselvesAreRefused() async throws {
        let loop = "fragment A on Query { ...B } fragment B on Query { ...A } { ...A }"
        #expect(try await refusal(loop) == "Cannot spread fragment 'A' within itself.")
        let cycle = "fragment A on MlflowExperiment { name { ...A } } { mlflowGetExperiment { experiment { ...A } } }"
        #expect(try await refusal(cycle) == "Query exceeds maximum depth of 10")
    }
}
