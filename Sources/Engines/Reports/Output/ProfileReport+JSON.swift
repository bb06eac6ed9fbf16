package import JSON
internal import Primitives
internal import Statistics

extension ProfileReport {
    /// The report for programs; each column has its `state`, from which the profile is made again.
    package var json: JSONValue {
        [
            "kind": "profile",
            "current": current.json,
            "merged": .array(merged.map(\.json)),
            "rows": .int(Int64(rows)),
            "columns": .array(columns.map(\.json)),
            "skipped": .array(skipped.map { ["column": .string($0.name), "reason": .string($0.reason)] }),
        ]
    }
}

extension ColumnProfile {
    /// The shares of all values at which quantiles are told.
    static let fractions: [(name: String, fraction: Double)] = [
        ("1%", 0.01), ("5%", 0.05), ("25%", 0.25), ("50%", 0.5), ("75%", 0.75), ("95%", 0.95), ("99%", 0.99),
    ]
    /// How many of the most frequent values are told.
    static let shownItems = 20

    fileprivate var json: JSONValue {
        var object: JSONObject = [
            "column": .string(name),
            "type": .string(type.rawValue),
            "rows": .int(Int64(rows)),
            "missing": .int(Int64(missing)),
            "infinite": .int(Int64(infinite)),
            "distinct": [
                "estimate": .finite(distinct.estimate), "standard_error": .double(distinct.standardError),
            ],
        ]
        switch sketches {
        case .numbers(let quantiles, let moments): Self.add(quantiles, moments, to: &object)
        case .categories(let items):
            object["frequent"] = .array(
                items.top(Self.shownItems).map {
                    [
                        "value": .string($0.value), "at_least": .int(Int64($0.lowerBound)),
                        "at_most": .int(Int64($0.upperBound)),
                    ]
                }
            )
        }
        object["state"] = state
        return .object(object)
    }

    private static func add(_ quantiles: QuantileSketch, _ moments: ShapeMoments?, to object: inout JSONObject) {
        object["min"] = .finite(quantiles.minimum)
        object["max"] = .finite(quantiles.maximum)
        let shape = quantiles.count > 0 ? moments : nil
        let spread = shape.flatMap { $0.count > 1 ? $0 : nil }
        object["mean"] = shape.map { .finite($0.mean) } ?? .null
        object["std"] = spread.map { .finite($0.sampleVariance.squareRoot()) } ?? .null
        // Of equal values neither is defined.
        let uneven = spread.flatMap { $0.second > 0 ? $0 : nil }
        object["skewness"] = uneven.map { .finite($0.skewness) } ?? .null
        object["kurtosis"] = uneven.map { .finite($0.kurtosis) } ?? .null
        if quantiles.count == 0 {
            object["undefined"] = "empty_current"
        } else if moments == nil {
            object["undefined"] = "out_of_range"
        }
        object["quantiles"] = .object(
            JSONObject(
                fractions.map { name, fraction in
                    (name, (try? quantiles.quantile(fraction)).map { .finite($0) } ?? .null)
                }
            )
        )
        object["rank_error"] = .double(quantiles.rankError)
    }

    private var state: JSONValue {
        var object: JSONObject = [
            "distinct": [
                "precision": .int(Int64(distinct.precision)), "registers": .string(Hex.encode(distinct.registers)),
            ]
        ]
        switch sketches {
        case .numbers(let quantiles, let moments):
            object["quantiles"] = [
                "k": .int(Int64(quantiles.k)),
                "count": .int(Int64(quantiles.count)),
                "min": .finite(quantiles.minimum),
                "max": .finite(quantiles.maximum),
                "coin": .string(String(quantiles.coin, radix: 16)),
                "levels": .array(quantiles.levels.map { .array($0.map { .double($0) }) }),
            ]
            object["moments"] =
                moments.map {
                    [
                        "count": .int(Int64($0.count)), "mean": .double($0.mean), "second": .double($0.second),
                        "third": .double($0.third), "fourth": .double($0.fourth),
                    ]
                } ?? .null
        case .categories(let items):
            object["frequent"] = [
                "capacity": .int(Int64(items.capacity)),
                "count": .int(Int64(items.count)),
                "error": .int(Int64(items.maximumError)),
                "counts": .array(
                    items.counts.sorted { $0.key < $1.key }.map { [.string($0.key), .int(Int64($0.value))] }
                ),
            ]
        }
        return .object(object)
    }
}
