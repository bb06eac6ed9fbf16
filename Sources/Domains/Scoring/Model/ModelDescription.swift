package import JSON
internal import YAML

/// What the `MLmodel` file beside a model says that scoring needs.
package struct ModelDescription: Sendable, Hashable {
    /// The columns that the model takes.
    package let signature: ModelSignature
    /// The ONNX file, relative to the `MLmodel` file; nil where the model has no ONNX form there.
    package let onnxFile: String?

    /// Reads the text of an `MLmodel` file.
    ///
    /// - Throws: `ScoringError` with code `invalidSignature`.
    package init(mlmodel text: String) throws(ScoringError) {
        do {
            try self.init(mlmodel: YAML.parse(text))
        } catch let error as ScoringError {
            throw error
        } catch {
            throw ScoringError(.invalidSignature, "the MLmodel file cannot be read: \(error)")
        }
    }

    /// Reads the contents of an `MLmodel` file.
    ///
    /// - Throws: `ScoringError` with code `invalidSignature`.
    package init(mlmodel: JSONValue) throws(ScoringError) {
        guard let inputs = mlmodel["signature"]?["inputs"] else {
            throw ScoringError(
                .invalidSignature,
                "the model was logged without a signature: pass signature=infer_signature(…) or input_example=… "
                    + "when logging it"
            )
        }
        signature = try ModelSignature(mlflowInputs: try ModelDescription.list(inputs))
        let flavors = mlmodel["flavors"]
        onnxFile = flavors?["onnx"]?["data"]?.stringValue
    }

    /// MLflow writes the list as JSON in a string.
    private static func list(_ inputs: JSONValue) throws(ScoringError) -> JSONValue {
        guard let text = inputs.stringValue else { return inputs }
        do {
            return try JSONValue.parse(text)
        } catch {
            throw ScoringError(.invalidSignature, "the signature's inputs are not JSON: \(error)")
        }
    }
}
