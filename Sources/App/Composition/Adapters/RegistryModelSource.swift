internal import Files
internal import Registry
internal import Scoring

/// Finds registered models for deployments: the version of an alias, and its ONNX form in the artifact store.
struct RegistryModelSource: ModelSource {
    let registry: RegistryService

    func resolve(_ reference: ModelReference) async throws -> ResolvedModel {
        let version: ModelVersion
        switch reference.selector {
        case .alias(let alias): version = try await registry.version(reference.name, alias: alias)
        case .version(let number): version = try await registry.version(reference.name, Int64(number))
        }
        return try await resolve(version)
    }

    /// The files of one version.
    private func resolve(_ version: ModelVersion) async throws -> ResolvedModel {
        let name = "\(version.name) version \(version.version)"
        let files = try await registry.modelFiles(version.name, version.version)
        guard let path = files["MLmodel"] else { throw ModelFilesError("\(name) has no file MLmodel: log it anew") }
        let text = String(decoding: try File.read(path, limit: 8 << 20), as: UTF8.self)
        let description = try ModelDescription(mlmodel: text)
        guard let onnx = description.onnxFile, let onnxPath = files[onnx] else {
            throw ModelFilesError(
                "\(name) has no ONNX form, which native scoring needs: log it with martlet.onnx_export (docs/scoring.md)"
            )
        }
        return ResolvedModel(
            name: version.name,
            version: Int(version.version),
            runID: version.run.isEmpty ? nil : version.run,
            onnxPath: onnxPath,
            signature: description.signature
        )
    }
}

/// A model version whose files are not what scoring needs.
struct ModelFilesError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
