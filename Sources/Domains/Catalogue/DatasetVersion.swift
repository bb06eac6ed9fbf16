package import Lake

/// Where the rows of a version came from.
package enum DatasetSource: Sendable, Hashable {
    /// A file, and the rows of it that were asked for, counted from 0; nil for all.
    case file(path: String, rows: Range<Int>?)
    /// Messages of a topic, and what was found among them.
    case topic(TopicSlice, SliceCounts)
}

/// One immutable version of a dataset: a Parquet file and what is known of it.
package struct DatasetVersion: Sendable, Hashable {
    /// The dataset's name.
    package let dataset: String
    /// The version's number, from 1.
    package let version: Int
    /// The absolute path of the Parquet file.
    package let path: String
    /// Names and types of the columns.
    package let schema: [LakeField]
    /// The number of rows.
    package let rowCount: Int64
    /// The length of the file.
    package let bytes: Int64
    /// SHA-256 of the rows in canonical form, 64 hexadecimal digits; see ``ContentHash``.
    package let contentHash: String
    /// Where the rows came from.
    package let source: DatasetSource
    /// What the columns are like, in the schema's order.
    package let statistics: [ColumnStatistics]
    /// When the version was made, in Unix milliseconds.
    package let createdAt: Int64

    /// The version as people write it, for example `weather@v3`.
    package var reference: String { "\(dataset)@v\(version)" }

    /// The columns named `names`, in that order; throws for one that the version does not have.
    package func columns(_ names: [String]) throws(CatalogueError) -> [LakeField] {
        var columns: [LakeField] = []
        for name in names {
            guard let field = schema.first(where: { $0.name == name }) else {
                let known = schema.prefix(50).map(\.name).joined(separator: ", ")
                throw CatalogueError(.unknownColumn, "\(reference) has no column \(name): it has \(known)")
            }
            columns.append(field)
        }
        return columns
    }
}

/// A dataset with its newest version.
package struct DatasetSummary: Sendable, Hashable {
    /// The dataset's name.
    package let name: String
    /// How many versions it has.
    package let versions: Int
    /// The newest version.
    package let latest: DatasetVersion
}
