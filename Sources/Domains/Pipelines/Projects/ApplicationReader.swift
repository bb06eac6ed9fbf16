internal import Files
internal import YAML

/// What Martlet needs of an application's `app.yaml`, in Quix's format.
struct ApplicationReader {
    /// The folder of the application, absolute.
    let folder: String
    /// The file that is run, relative to the folder.
    let entryPoint: String
    /// Default values of the variables, by name.
    let variables: [String: String]

    /// Reads `app.yaml` in `folder`.
    static func read(folder: String) throws -> ApplicationReader {
        let path = "\(folder)/app.yaml"
        guard File.exists(path) else { throw ProjectError(path, "is missing: it says what an application runs") }
        let text = String(decoding: try File.read(path, limit: 1 << 20), as: UTF8.self)
        let fields = try ProjectFieldReader(YAML.parse(text), place: "app.yaml")
        if let language = try fields.optionalString("language"), language.lowercased() != "python" {
            throw fields.error("language", "must be python, not '\(language)'")
        }
        let entryPoint = try fields.optionalString("runEntryPoint") ?? "main.py"
        guard !entryPoint.hasPrefix("/"), !entryPoint.split(separator: "/").contains("..") else {
            throw fields.error("runEntryPoint", "must be a file in the application's folder")
        }
        guard File.exists("\(folder)/\(entryPoint)") else {
            throw fields.error("runEntryPoint", "there is no \(entryPoint) in \(folder)")
        }
        var variables: [String: String] = [:]
        for variable in try fields.list("variables") {
            variables[try variable.string("name")] = try variable.optionalString("defaultValue") ?? ""
        }
        return ApplicationReader(folder: folder, entryPoint: entryPoint, variables: variables)
    }
}
