internal import Foundation
internal import Inference
internal import Scoring

/// The models of the inference tests, and what scikit-learn says about their rows.
enum Fixtures {
    static let folder = URL(filePath: #filePath).appending(path: "../../InferenceTests/Fixtures").standardizedFileURL
        .path
    static let environment = URL(filePath: #filePath).appending(path: "../../../.venv").standardizedFileURL.path
    static let runtime = Result { try ONNXRuntime.load(environments: [environment]) }
    static let columns = (0..<8).map { "f\($0)" }

    static let golden: Golden = {
        let data = try! Data(contentsOf: URL(filePath: "\(folder)/golden.json"))
        return try! JSONDecoder().decode(Golden.self, from: data)
    }()

    static func loader() throws -> ModelLoader { ModelLoader(runtime: try runtime.get()) }

    static func model(
        _ file: String = "classifier",
        version: Int = 1,
        columns: [String] = columns
    ) throws -> ResolvedModel {
        ResolvedModel(
            name: "rain",
            version: version,
            onnxPath: "\(folder)/\(file).onnx",
            signature: try ModelSignature(columns: columns.map { .init($0, isRequired: false) })
        )
    }

    /// Row `index` of the golden rows, over and over, as JSON.
    static func json(_ index: Int) -> [UInt8] {
        let fields = zip(columns, golden.rows[index % golden.rows.count]).map { name, value in
            "\"\(name)\":\(value.map { "\($0)" } ?? "null")"
        }
        return Array("{\"day\":\(index),\(fields.joined(separator: ","))}".utf8)
    }
}

struct Golden: Decodable {
    let rows: [[Float?]]
    let classifier: [Float]
    let pipeline: [Float]
}

/// A registry of one model whose alias can be moved.
final class FixedSource: ModelSource {
    private let models: [ResolvedModel]

    init(_ models: ResolvedModel...) { self.models = models }

    func resolve(_ reference: ModelReference) throws -> ResolvedModel {
        switch reference.selector {
        case .alias: return models[models.count - 1]
        case .version(let version):
            guard let model = models.first(where: { $0.version == version }) else {
                throw ScoringError(.invalidReference, "\(reference) is not registered")
            }
            return model
        }
    }
}
