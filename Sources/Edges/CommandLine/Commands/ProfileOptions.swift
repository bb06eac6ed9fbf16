internal import Files
internal import JSON
internal import Reports

/// What `martlet report` takes and shows when it makes a profile.
enum ProfileOptions {
    static let options: [OptionSpecification] = [
        .values("--merge", "FILE", "For a profile: adds the data of a profile that was saved as JSON")
    ]

    /// The most that is read of a saved profile.
    private static let maximumBytes = 64 << 20

    static func merged(
        _ invocation: Invocation,
        _ kind: ReportRequest.Kind
    ) throws -> [SavedProfile] {
        let paths = invocation.allValues("--merge")
        guard kind == .profile || paths.isEmpty else { throw CommandFailure.usage("--merge is for --kind profile") }
        return try paths.map { path in
            let bytes = try File.read(path, limit: maximumBytes)
            let json: JSONValue
            do throws(JSONError) {
                json = try JSONValue.parse(bytes)
            } catch {
                throw ReportError(.invalidProfile, "\(path) is no profile: \(error)")
            }
            return try SavedProfile(json: json, name: path)
        }
    }

    static let columns: [Column] = [
        Column("COLUMN", "column"), Column("TYPE", "type"), Column("ROWS", "rows"), Column("MISSING", "missing"),
        Column("DIFFERENT") { column in
            column["distinct"]?["estimate"]?.doubleValue.map { DriftCommand.text(.double($0.rounded())) ?? .null }
        },
        Column("MIN") { DriftCommand.text($0["min"]) }, Column("MEAN") { DriftCommand.text($0["mean"]) },
        Column("MEDIAN") { DriftCommand.text($0["quantiles"]?["50%"]) },
        Column("MAX") { DriftCommand.text($0["max"]) },
        Column("MOST FREQUENT") { column in
            let values = column["frequent"]?.arrayValue?.prefix(3).compactMap { $0["value"]?.stringValue } ?? []
            return .string(values.map { String($0.prefix(24)) }.joined(separator: ", "))
        },
    ]
}
