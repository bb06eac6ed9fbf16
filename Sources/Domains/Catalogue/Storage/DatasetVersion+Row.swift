internal import JSON
internal import Lake
internal import SQLStore

extension DatasetVersion {
    /// Reads a row of ``CatalogueStatements``; `root` is the lake's folder.
    init(_ row: SQLRow, root: String) throws {
        dataset = try row.text(0)
        version = Int(try row.int(1))
        path = "\(root)/\(try row.text(2))"
        rowCount = try row.int(3)
        bytes = try row.int(4)
        contentHash = try row.text(5)
        schema = try JSONValue.parse(row.text(6)).arrayValue?.map(LakeField.init(json:)) ?? []
        source = try DatasetSource(json: JSONValue.parse(row.text(7)))
        statistics = try JSONValue.parse(row.text(8)).arrayValue?.map(ColumnStatistics.init(json:)) ?? []
        createdAt = try row.int(9)
    }

    /// The values for `CatalogueStatements.insert`; `file` is the path below the lake's folder.
    func values(file: String, definitionHash: String) -> [SQLValue] {
        [
            .text(dataset), .int(Int64(version)), .text(file), .int(rowCount), .int(bytes), .text(contentHash),
            .text(JSONValue.array(schema.map(\.json)).description), .text(source.json.description),
            .text(JSONValue.array(statistics.map(\.json)).description), .int(createdAt), .text(definitionHash),
        ]
    }
}
