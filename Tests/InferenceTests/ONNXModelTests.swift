internal import Inference
internal import TestSupport
internal import Testing

struct ONNXModelTests {
    let golden = Fixtures.golden

    func scores(_ name: String, _ rows: [Float], features: Int = 8) throws -> [Float] {
        let model = try Fixtures.model(name)
        return try rows.withUnsafeBufferPointer {
            try model.scores(rows: $0, rowCount: $0.count / features, featureCount: features)
        }
    }

    func expectEqual(_ left: [Float], _ right: [Float], within tolerance: Float = 1e-5) {
        #expect(left.count == right.count)
        let largest = zip(left, right).map { abs($0 - $1) }.max() ?? 0
        #expect(largest <= tolerance)
    }

    @Test(arguments: ["classifier", "classifier-zipmap"])
    func aBoostedClassifierAgreesWithScikitLearnMissingValuesIncluded(_ name: String) throws {
        expectEqual(try scores(name, golden.flat(missing: .nan)), golden.classifier)
    }

    @Test func aRegressionGivesItsValue() throws {
        expectEqual(try scores("regressor", golden.flat(missing: .nan)), golden.regressor, within: 1e-4)
        #expect(try Fixtures.model("regressor").scoreKind == .value)
        #expect(try Fixtures.model("classifier").scoreKind == .probability)
    }

    @Test func aClassifierOfThreeClassesGivesTheClass() throws {
        #expect(try Fixtures.model("three-classes").scoreKind == .category)
        #expect(try scores("three-classes", golden.flat(missing: 0)) == golden.three)
        #expect(Set(golden.three) == [0, 1, 2])
    }

    @Test func classesWithNamesGiveTheProbabilityOfTheSecond() throws {
        expectEqual(try scores("classifier-words", golden.flat(missing: 0)), golden.words)
    }

    @Test func aPipelineWithScalingAgreesWithScikitLearn() throws {
        expectEqual(try scores("pipeline", golden.flat(missing: 0)), golden.pipeline)
    }

    @Test func oneInputAColumnIsFedFromRows() throws {
        let model = try Fixtures.model("columns")
        #expect(model.featureCount == 2)
        #expect(model.inputs.map(\.name) == ["a", "b"])
        expectEqual(try scores("columns", golden.flat(missing: 0, features: 2), features: 2), golden.columns)
    }

    @Test func aBatchAndSingleRowsGiveTheSame() throws {
        let rows = golden.flat(missing: .nan)
        let batch = try scores("classifier", rows)
        let single = try (0..<50).flatMap { try scores("classifier", Array(rows[$0 * 8..<$0 * 8 + 8])) }
        #expect(Array(batch.prefix(50)) == single)
        #expect(try scores("classifier", []) == [])
    }

    @Test func manyTasksShareOneModel() async throws {
        let model = try Fixtures.model("classifier")
        let rows = golden.flat(missing: .nan)
        let expected = golden.classifier
        try await withThrowingTaskGroup(of: [Float].self) { group in
            for _ in 0..<8 {
                group.addTask {
                    try rows.withUnsafeBufferPointer {
                        try model.scores(rows: $0, rowCount: 200, featureCount: 8)
                    }
                }
            }
            for try await scores in group { expectEqual(scores, expected) }
        }
    }

    @Test func theWrongNumberOfFeaturesIsAClearError() throws {
        let error = #expect(throws: InferenceError.self) { try scores("classifier", [1, 2, 3], features: 3) }
        #expect(error?.code == .invalidInput)
        #expect(error?.message.contains("3 features, the model takes 8") == true)
        let model = try Fixtures.model("classifier")
        let short = #expect(throws: InferenceError.self) {
            try [Float](repeating: 0, count: 15).withUnsafeBufferPointer {
                try model.scores(rows: $0, rowCount: 2, featureCount: 8)
            }
        }
        #expect(short?.code == .invalidInput)
    }

    @Test func aFileThatIsNotAModelIsAClearError() throws {
        let error = #expect(throws: InferenceError.self) { try Fixtures.model("broken") }
        #expect(error?.code == .invalidModel)
        #expect(error?.message.contains("broken.onnx is not a model") == true)
        let missing = #expect(throws: InferenceError.self) { try Fixtures.model("no-such-file") }
        #expect(missing?.code == .invalidModel)
    }

    @Test(arguments: [("doubles", "32-bit floats"), ("three-words", "its classes are texts")])
    func aModelThatCannotBeScoredSaysWhy(_ name: String, _ reason: String) throws {
        let error = #expect(throws: InferenceError.self) { try Fixtures.model(name) }
        #expect(error?.code == .unsupportedModel)
        #expect(error?.message.contains(reason) == true)
    }

    @Test func openingAndReleasingManyModelsLeavesNothingBehind() throws {
        for _ in 0..<200 {
            _ = try Fixtures.model("pipeline")
            #expect(throws: InferenceError.self) { try Fixtures.model("broken") }
        }
    }

    @Test func aLibraryThatIsNotThereNamesWhatWasTried() throws {
        let folder = try TemporaryDirectory()
        let error = #expect(throws: InferenceError.self) {
            try ONNXRuntime.load(libraryPath: "\(folder.path)/libonnxruntime.so")
        }
        #expect(error?.code == .libraryMissing)
        #expect(error?.message.contains(folder.path) == true)
        let other = #expect(throws: InferenceError.self) { try ONNXRuntime.load(libraryPath: "libc.so.6") }
        #expect(other?.message.contains("it is not ONNX Runtime") == true)
        #expect(try Fixtures.runtime.get().version.hasPrefix("1."))
    }
}
