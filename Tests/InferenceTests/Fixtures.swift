internal import Foundation
internal import Inference

/// The models and golden numbers beside this file; `make_fixtures.py` makes them.
enum Fixtures {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures").path

    /// The repository's own environment, which `make test` sets up before the tests run.
    static let environment = URL(filePath: #filePath).appending(path: "../../../.venv").standardizedFileURL.path

    /// One runtime for all tests; its error says how to get the library.
    static let runtime = Result { try ONNXRuntime.load(environments: [environment]) }

    static func model(_ name: String) throws -> ONNXModel {
        try ONNXModel(path: "\(folder)/\(name).onnx", runtime: try runtime.get())
    }

    static let golden: Golden = {
        let data = try! Data(contentsOf: URL(filePath: "\(folder)/golden.json"))
        return try! JSONDecoder().decode(Golden.self, from: data)
    }()
}

/// Rows and what scikit-learn says about them.
struct Golden: Decodable {
    let features: Int
    let rows: [[Float?]]
    let classifier: [Float]
    let regressor: [Float]
    let words: [Float]
    let pipeline: [Float]
    let three: [Float]
    let columns: [Float]

    /// The rows one after the other, with `missing` where a value is missing.
    func flat(missing: Float, features: Int? = nil) -> [Float] {
        rows.flatMap { $0.prefix(features ?? self.features).map { $0 ?? missing } }
    }
}
