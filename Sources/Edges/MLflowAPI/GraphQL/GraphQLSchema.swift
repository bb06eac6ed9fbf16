/// The operations that MLflow's web pages send, as MLflow's schema defines them.
enum GraphQLSchema {
    static let query: [String: GraphQLRootField] = [
        "mlflowGetExperiment": GraphQLRootField(
            source: .call("GET /mlflow/experiments/get"),
            argument: "input",
            input: GraphQLInputType(name: "MlflowGetExperimentInput", fields: ["experimentId": .string]),
            output: response("MlflowGetExperimentResponse", ["experiment": .object(experiment)])
        ),
        "mlflowGetRun": GraphQLRootField(
            source: .call("GET /mlflow/runs/get"),
            argument: "input",
            input: GraphQLInputType(name: "MlflowGetRunInput", fields: ["runId": .string, "runUuid": .string]),
            output: response("MlflowGetRunResponse", ["run": .object(run)])
        ),
        "mlflowListArtifacts": GraphQLRootField(
            source: .call("GET /mlflow/artifacts/list"),
            argument: "input",
            input: GraphQLInputType(
                name: "MlflowListArtifactsInput",
                fields: ["runId": .string, "runUuid": .string, "path": .string, "pageToken": .string]
            ),
            output: response(
                "MlflowListArtifactsResponse",
                ["rootUri": .string, "files": .list(.object(file)), "nextPageToken": .string]
            )
        ),
        "mlflowGetMetricHistoryBulkInterval": GraphQLRootField(
            source: .call("GET /mlflow/metrics/get-history-bulk-interval"),
            argument: "input",
            input: GraphQLInputType(
                name: "MlflowGetMetricHistoryBulkIntervalInput",
                fields: [
                    "runIds": .strings, "metricKey": .string, "startStep": .int, "endStep": .int, "maxResults": .int,
                ]
            ),
            output: response(
                "MlflowGetMetricHistoryBulkIntervalResponse",
                ["metrics": .list(.object(metricWithRun))]
            )
        ),
        "mlflowSearchModelVersions": GraphQLRootField(
            source: .call("GET /mlflow/model-versions/search"),
            argument: "input",
            input: GraphQLInputType(
                name: "MlflowSearchModelVersionsInput",
                fields: ["filter": .string, "maxResults": .int, "orderBy": .strings, "pageToken": .string]
            ),
            output: response(
                "MlflowSearchModelVersionsResponse",
                ["modelVersions": .list(.object(modelVersion)), "nextPageToken": .string]
            )
        ),
        "mlflowSearchRuns": searchRuns,
        "test": echo("Test"),
    ]

    static let mutation: [String: GraphQLRootField] = [
        "mlflowSearchRuns": searchRuns,
        "mlflowSearchDatasets": GraphQLRootField(
            source: .call("POST /mlflow/experiments/search-datasets"),
            argument: "input",
            input: GraphQLInputType(name: "MlflowSearchDatasetsInput", fields: ["experimentIds": .strings]),
            output: response("MlflowSearchDatasetsResponse", ["datasetSummaries": .list(.object(datasetSummary))])
        ),
        "testMutation": echo("TestMutation"),
    ]

    /// The cases of the one enumeration that arguments have.
    static let views = ["ACTIVE_ONLY", "DELETED_ONLY", "ALL"]

    private static let searchRuns = GraphQLRootField(
        source: .call("POST /mlflow/runs/search"),
        argument: "input",
        input: GraphQLInputType(
            name: "MlflowSearchRunsInput",
            fields: [
                "experimentIds": .strings, "filter": .string, "runViewType": .view, "maxResults": .int,
                "orderBy": .strings, "pageToken": .string,
            ]
        ),
        output: response("MlflowSearchRunsResponse", ["runs": .list(.object(run)), "nextPageToken": .string])
    )

    private static func echo(_ name: String) -> GraphQLRootField {
        GraphQLRootField(
            source: .echo,
            argument: "inputString",
            input: GraphQLInputType(name: "String", fields: [:]),
            output: GraphQLObjectType(name, ["output": .string])
        )
    }

    private static func response(_ name: String, _ fields: [String: GraphQLOutput]) -> GraphQLObjectType {
        GraphQLObjectType(name, fields.merging(["apiError": .never(apiError)]) { $1 })
    }

    // MARK: - Messages

    private static let apiError = GraphQLObjectType(
        "ApiError",
        [
            "code": .string, "message": .string, "helpUrl": .string, "traceId": .string,
            "errorDetails": .list(.object(GraphQLObjectType("ErrorDetail", ["field": .string, "message": .string]))),
        ]
    )

    private static func pair(_ name: String, key: String = "key") -> GraphQLOutput {
        .list(.object(GraphQLObjectType(name, [key: .string, "value": .string])))
    }

    private static let experiment = GraphQLObjectType(
        "MlflowExperiment",
        [
            "experimentId": .string, "name": .string, "artifactLocation": .string, "lifecycleStage": .string,
            "lastUpdateTime": .long, "creationTime": .long, "tags": pair("MlflowExperimentTag"),
            "effectiveTraceArchivalRetention": .string, "workspace": .string,
        ]
    )

    private static let run = GraphQLObjectType(
        "MlflowRunExtension",
        [
            "info": .object(runInfo), "data": .object(runData), "inputs": .object(runInputs),
            "outputs": .object(runOutputs), "experiment": .related(.experimentOfRun, .object(experiment)),
            "modelVersions": .related(.modelVersionsOfRun, .list(.object(modelVersion))),
        ]
    )

    private static let runInfo = GraphQLObjectType(
        "MlflowRunInfo",
        [
            "runId": .string, "runUuid": .string, "runName": .string, "experimentId": .string, "userId": .string,
            "status": .enumeration("MlflowRunStatus", first: "RUNNING"), "startTime": .long, "endTime": .long,
            "artifactUri": .string, "lifecycleStage": .string,
        ]
    )

    private static let runData = GraphQLObjectType(
        "MlflowRunData",
        [
            "metrics": .list(.object(GraphQLObjectType("MlflowMetricExtension", metric(mayBeNaN: true)))),
            "params": pair("MlflowParam"), "tags": pair("MlflowRunTag"),
        ]
    )

    private static func metric(mayBeNaN: Bool) -> [String: GraphQLOutput] {
        [
            "key": .string, "value": .float(mayBeNaN: mayBeNaN), "timestamp": .long, "step": .long,
            "datasetName": .string, "datasetDigest": .string, "modelId": .string, "runId": .string,
        ]
    }

    private static let metricWithRun = GraphQLObjectType(
        "MlflowMetricWithRunId",
        ["key": .string, "value": .float, "timestamp": .long, "step": .long, "runId": .string]
    )

    private static let dataset = GraphQLObjectType(
        "MlflowDataset",
        [
            "name": .string, "digest": .string, "sourceType": .string, "source": .string, "schema": .string,
            "profile": .string,
        ]
    )

    private static let datasetInput = GraphQLObjectType(
        "MlflowDatasetInput",
        ["tags": pair("MlflowInputTag"), "dataset": .object(dataset)]
    )

    private static let datasetSummary = GraphQLObjectType(
        "MlflowDatasetSummary",
        ["experimentId": .string, "name": .string, "digest": .string, "context": .string]
    )

    private static let runInputs = GraphQLObjectType(
        "MlflowRunInputs",
        [
            "datasetInputs": .list(.object(datasetInput)),
            "modelInputs": .list(.object(GraphQLObjectType("MlflowModelInput", ["modelId": .string]))),
        ]
    )

    private static let runOutputs = GraphQLObjectType(
        "MlflowRunOutputs",
        [
            "modelOutputs": .list(
                .object(GraphQLObjectType("MlflowModelOutput", ["modelId": .string, "step": .long]))
            )
        ]
    )

    private static let file = GraphQLObjectType(
        "MlflowFileInfo",
        ["path": .string, "isDir": .boolean, "fileSize": .long]
    )

    private static let modelVersion = GraphQLObjectType(
        "MlflowModelVersion",
        [
            "name": .string, "version": .string, "creationTimestamp": .long, "lastUpdatedTimestamp": .long,
            "userId": .string, "currentStage": .string, "description": .string, "source": .string, "runId": .string,
            "status": .enumeration("MlflowModelVersionStatus", first: "READY"), "statusMessage": .string,
            "tags": pair("MlflowModelVersionTag"), "runLink": .string, "aliases": .list(.string), "modelId": .string,
            "modelParams": pair("MlflowModelParam", key: "name"),
            "modelMetrics": .list(.object(GraphQLObjectType("MlflowModelMetric", metric(mayBeNaN: false)))),
        ]
    )
}
