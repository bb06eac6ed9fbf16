internal import SQLStore

/// The indexes that searches rely on.
enum SearchSchema {
    static let migration = Migration(
        id: "tracking-search-001",
        statements: [
            "CREATE INDEX metric_series_by_value ON metric_series (key, value, run)",
            "CREATE INDEX run_params_by_value ON run_params (key, \(start(of: "value")), run)",
            "CREATE INDEX run_tags_by_value ON run_tags (key, \(start(of: "value")), run)",
        ]
    )

    /// Whole values in the indexes of SQLite, which then answer by themselves whether a run has a value: an index over a
    /// part of them has SQLite look into the table for each row.
    static let wholeValues = Migration(
        id: "tracking-search-003",
        statements: [
            "DROP INDEX run_params_by_value",
            "DROP INDEX run_tags_by_value",
            "CREATE INDEX run_params_by_value ON run_params (key, value, run)",
            "CREATE INDEX run_tags_by_value ON run_tags (key, value, run)",
        ],
        postgres: []
    )

    /// What the indexes over parameters and tags hold of a value.
    static func indexed(_ text: String, _ dialect: SQLDialect) -> String {
        dialect == .sqlite ? text : start(of: text)
    }

    /// A table of parameters or tags, read by the index over its values where the caller compares one with `=`.
    ///
    /// SQLite would else take the primary key: as few rows, but those of one value lie far apart there.
    static func byValue(_ table: String, as name: String, _ dialect: SQLDialect) -> String {
        dialect == .sqlite ? "\(table) \(name) INDEXED BY \(table)_by_value" : "\(table) \(name)"
    }

    /// The part of a long text that indexes hold: PostgreSQL's take no more than some 2,700 bytes.
    static func start(of text: String) -> String {
        "substr(\(text), 1, 200)"
    }
}
