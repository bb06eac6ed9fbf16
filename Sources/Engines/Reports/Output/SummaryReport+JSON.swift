package import JSON

extension SummaryReport {
    /// The report for programs: our own fields, and `metrics` in the shape that Evidently 0.7 writes.
    package var json: JSONValue {
        [
            "kind": "summary",
            "reference": reference?.json ?? .null,
            "current": current.json,
            "dataset": health.json,
            "reference_dataset": referenceHealth?.json ?? .null,
            "columns": .array(columns.map(\.json)),
            "metrics": .array(health.metrics + columns.flatMap(\.metrics)),
        ]
    }
}

extension DatasetHealth {
    /// The dataset for programs.
    package var json: JSONValue {
        [
            "rows": .int(Int64(rows)),
            "columns": .object(
                JSONObject(ColumnKind.allCases.map { ($0.rawValue, .int(Int64(columns[$0] ?? 0))) })
            ),
            "missing_cells": .int(Int64(missingCells)),
            "duplicated_rows": duplicatedRows.map { .int(Int64($0)) } ?? .null,
            "empty_rows": emptyRows.map { .int(Int64($0)) } ?? .null,
            "empty_columns": .array(emptyColumns.map { .string($0) }),
            "constant_columns": .array(constantColumns.map { .string($0) }),
            "almost_constant_columns": .array(almostConstantColumns.map { .string($0) }),
            "duplicated_columns": .array(duplicatedColumns.map(\.json)),
            "almost_duplicated_columns": .array(almostDuplicatedColumns.map(\.json)),
        ]
    }

    /// Evidently's metrics of the dataset.
    fileprivate var metrics: [JSONValue] {
        let counts: [(String, Int?)] = [
            ("RowCount", rows), ("ColumnCount", columns.values.reduce(0, +)),
            ("DuplicatedRowCount", duplicatedRows), ("DuplicatedColumnsCount", duplicatedColumns.count),
            ("AlmostDuplicatedColumnsCount", almostDuplicatedColumns.count),
            ("AlmostConstantColumnsCount", almostConstantColumns.count), ("EmptyRowsCount", emptyRows),
            ("EmptyColumnsCount", emptyColumns.count), ("ConstantColumnsCount", constantColumns.count),
        ]
        return counts.compactMap { name, count in
            count.map { EvidentlyMetric.json(name, value: .double(Double($0))) }
        } + kinds + [
            EvidentlyMetric.json(
                "DatasetMissingValueCount",
                value: [
                    "count": .double(Double(missingCells)),
                    "share": .finite(missingShare),
                ]
            )
        ]
    }
}

extension DatasetHealth {
    private static let namedKinds: KeyValuePairs<ColumnKind, String> = [
        .numerical: "Numerical", .categorical: "Categorical", .datetime: "Datetime", .text: "Text",
    ]

    /// How many columns there are of each kind.
    fileprivate var kinds: [JSONValue] {
        Self.namedKinds.map { kind, name in
            let count = kind == .datetime && isOnlyTimeApart ? 0 : columns[kind] ?? 0
            return EvidentlyMetric.json(
                name: "ColumnCount(column_type=ColumnType.\(name))",
                configuration: [
                    "type": "evidently:metric_v2:ColumnCount", "column_type": .string(kind.rawValue),
                ],
                value: .double(Double(count))
            )
        }
    }
}

extension ColumnTwins {
    fileprivate var json: JSONValue {
        ["first": .string(first), "second": .string(second), "equal_rows": .int(Int64(equalRows))]
    }
}

extension ColumnSummary {
    /// The column for programs.
    package var json: JSONValue {
        [
            "column": .string(name),
            "type": .string(kind.rawValue),
            "reference": reference?.json ?? .null,
            "current": current.json,
            "distribution": .array(picture.bars.map(\.json)),
        ]
    }

    fileprivate var metrics: [JSONValue] {
        let missing = EvidentlyMetric.json(
            "MissingValueCount",
            column: name,
            value: ["count": .double(Double(current.missing)), "share": .double(current.missingShare)]
        )
        guard kind == .numerical else { return [missing, uniqueValues] }
        let numbers = current.numbers
        let values: [(String, Double?)] = [
            ("MinValue", numbers?.minimum), ("MaxValue", numbers?.maximum), ("MeanValue", numbers?.mean),
            ("StdValue", numbers?.deviation),
        ]
        return [missing]
            + values.map { EvidentlyMetric.json($0, column: name, value: .finite($1 ?? .nan)) }
            + zip([0.25, 0.5, 0.75], numbers?.quartiles ?? [.nan, .nan, .nan]).map { fraction, value in
                EvidentlyMetric.json(
                    "QuantileValue",
                    column: name,
                    extra: ("quantile", fraction),
                    value: .finite(value)
                )
            }
    }

    private var uniqueValues: JSONValue {
        let total = Double(max(1, current.rows))
        let counts = categories.map { ($0.label, JSONValue.double(Double($0.count))) }
        let shares = categories.map { ($0.label, JSONValue.double(Double($0.count) / total)) }
        return EvidentlyMetric.json(
            "UniqueValueCount",
            column: name,
            value: ["counts": .object(JSONObject(counts)), "shares": .object(JSONObject(shares))]
        )
    }
}

/// A metric in the shape of Evidently's reports.
enum EvidentlyMetric {
    static func json(
        _ type: String,
        column: String? = nil,
        extra: (name: String, value: Double)? = nil,
        value: JSONValue
    ) -> JSONValue {
        var parts: [String] = []
        var configuration: JSONObject = ["type": .string("evidently:metric_v2:\(type)")]
        if let column {
            parts.append("column=\(column)")
            configuration["column"] = .string(column)
        }
        if let extra {
            parts.append("\(extra.name)=\(extra.value)")
            configuration[extra.name] = .double(extra.value)
        }
        return json(name: "\(type)(\(parts.joined(separator: ",")))", configuration: configuration, value: value)
    }

    static func json(name: String, configuration: JSONObject, value: JSONValue) -> JSONValue {
        ["id": .string(name), "metric_name": .string(name), "config": .object(configuration), "value": value]
    }
}
