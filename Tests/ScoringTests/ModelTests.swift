internal import Foundation
internal import Inference
internal import JSON
@testable internal import Scoring
internal import Testing

struct ModelReferenceTests {
    @Test func readsAliasesAndVersions() throws {
        #expect(try ModelReference("rain@champion") == ModelReference(name: "rain", selector: .alias("champion")))
        #expect(try ModelReference("rain/12") == ModelReference(name: "rain", selector: .version(12)))
        #expect(try ModelReference("team/rain/3") == ModelReference(name: "team/rain", selector: .version(3)))
        #expect(try ModelReference("rain@champion").description == "rain@champion")
        #expect(try ModelReference("rain/1").description == "rain/1")
    }

    @Test(arguments: ["", "rain", "rain@", "@champion", "rain/", "rain/0", "rain/-1", "rain/x", "/1"])
    func refusesWhatNamesNoModel(_ text: String) {
        let error = #expect(throws: ScoringError.self) { try ModelReference(text) }
        #expect(error?.code == .invalidReference)
    }
}

struct ModelSignatureTests {
    @Test func readsTheInputsOfMLflow() throws {
        let inputs = try JSONValue.parse(
            """
            [{"type":"double","name":"t","required":true},{"type":"long","name":"d","required":false},
             {"type":"boolean","name":"b"}]
            """
        )
        let signature = try ModelSignature(mlflowInputs: inputs)
        #expect(signature.columns == [.init("t"), .init("d", .long, isRequired: false), .init("b", .boolean)])
    }

    @Test(arguments: [
        ("[]", "no column"),
        ("{}", "not a list"),
        ("[{\"name\":\"a\"}]", "no type"),
        ("[{\"type\":\"tensor\",\"tensor-spec\":{}}]", "without column names"),
        ("[{\"type\":\"string\",\"name\":\"city\"}]", "\"city\" is of type string"),
        ("[{\"type\":\"double\",\"name\":\"a\"},{\"type\":\"double\",\"name\":\"a\"}]", "\"a\" twice"),
    ])
    func refusesWhatRowsCannotBeReadBy(_ inputs: String, _ reason: String) throws {
        let value = try JSONValue.parse(inputs)
        let error = #expect(throws: ScoringError.self) { try ModelSignature(mlflowInputs: value) }
        #expect(error?.code == .invalidSignature)
        #expect(error?.message.contains(reason) == true)
    }

    @Test func readsAnMLmodelFile() throws {
        let description = try ModelDescription(
            mlmodel: """
                artifact_path: model
                flavors:
                  onnx:
                    data: model.onnx
                    onnx_version: 1.19.1
                  python_function:
                    loader_module: mlflow.onnx
                mlflow_version: 3.17.2
                signature:
                  inputs: '[{"type": "long", "name": "day", "required": true}, {"type": "double", "name": "temperature",
                    "required": true}]'
                  outputs: '[{"type": "tensor", "tensor-spec": {"dtype": "int64", "shape": [-1]}}]'
                  params: null
                """
        )
        #expect(description.signature.columns == [.init("day", .long), .init("temperature")])
        #expect(description.onnxFile == "model.onnx")
    }

    @Test func aModelWithoutSignatureSaysHowToLogIt() {
        let error = #expect(throws: ScoringError.self) { try ModelDescription(mlmodel: "flavors: {}\n") }
        #expect(error?.message.contains("infer_signature") == true)
        #expect(throws: ScoringError.self) { try ModelDescription(mlmodel: "a: [unclosed") }
    }
}

struct LoadedModelTests {
    @Test func theEvaluatorAgreesWithScikitLearnOnAWholeTable() async throws {
        let golden = Fixtures.golden
        var columns: [String: [Double]] = ["other": []]
        for (index, name) in Fixtures.columns.enumerated() {
            let values = golden.rows.map { Double($0[index] ?? .nan) }
            columns[name] = (0..<25).flatMap { _ in values }
        }
        let loader = try Fixtures.loader()
        let scores = try await loader.scores(try await loader.load(try Fixtures.model()), columns: columns)
        #expect(scores.count == 5_000)
        let expected = (0..<25).flatMap { _ in golden.classifier }
        #expect(zip(scores, expected).allSatisfy { abs($0 - Double($1)) < 1e-5 })
    }

    @Test func aTableThatLacksAColumnSaysWhich() throws {
        let model = try LoadedModel(try Fixtures.model(), runtime: try Fixtures.runtime.get())
        let error = #expect(throws: ScoringError.self) { try ModelEvaluator.scores(model, columns: ["f0": [1]]) }
        #expect(error?.code == .missingColumn)
        #expect(error?.message.contains("\"f1\"") == true)
        var columns = Dictionary(uniqueKeysWithValues: Fixtures.columns.map { ($0, [1.0, 2.0]) })
        columns["f5"] = [1]
        #expect(throws: ScoringError.self) { try ModelEvaluator.scores(model, columns: columns) }
    }

    @Test func aSignatureThatDoesNotFitTheFileIsRefusedAtLoading() async throws {
        let loader = try Fixtures.loader()
        let short = try Fixtures.model(columns: ["a", "b"])
        let error = await #expect(throws: ScoringError.self) { try await loader.load(short) }
        #expect(error?.code == .modelMismatch)
        let broken = try Fixtures.model("broken")
        await #expect(throws: InferenceError.self) { try await loader.load(broken) }
    }

    @Test func aModelThatNamesItsColumnsDecidesTheirOrder() throws {
        let runtime = try Fixtures.runtime.get()
        let model = try LoadedModel(try Fixtures.model("columns", columns: ["b", "a"]), runtime: runtime)
        #expect(model.columns.map(\.name) == ["a", "b"])
        let error = #expect(throws: ScoringError.self) {
            try LoadedModel(try Fixtures.model("columns", columns: ["b", "c"]), runtime: runtime)
        }
        #expect(error?.message.contains("input \"a\"") == true)
    }
}
