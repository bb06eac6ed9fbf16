/// One version of a registered model, with all that is needed to score by it.
package struct ResolvedModel: Sendable, Hashable {
    /// The registered model's name.
    package let name: String
    /// The version's number.
    package let version: Int
    /// The run that made it, where that is known.
    package let runID: String?
    /// The ONNX file on this machine.
    package let onnxPath: String
    /// The columns that it takes.
    package let signature: ModelSignature

    /// Describes a version.
    package init(name: String, version: Int, runID: String? = nil, onnxPath: String, signature: ModelSignature) {
        self.name = name
        self.version = version
        self.runID = runID
        self.onnxPath = onnxPath
        self.signature = signature
    }
}

/// Where a deployment gets its model from; the registry, in the running product.
package protocol ModelSource: Sendable {
    /// Finds the version that a reference stands for at this moment, with its files on this machine.
    func resolve(_ reference: ModelReference) async throws -> ResolvedModel
}
