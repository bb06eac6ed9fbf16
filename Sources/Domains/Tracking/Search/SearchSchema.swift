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

    /// The part of a long text that indexes hold: PostgreSQL's take no more than some 2,700 bytes.
    static func start(of text: String) -> String {
        "substr(\(text), 1, 200)"
    }
}
