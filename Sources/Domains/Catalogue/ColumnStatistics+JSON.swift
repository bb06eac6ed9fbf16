internal import JSON
internal import Lake

extension ColumnStatistics {
    /// The statistics as they are stored and shown.
    var json: JSONValue {
        [
            "name": .string(name),
            "type": .string(type.rawValue),
            "nulls": .int(nulls),
            "non_finite": .int(nonFinite),
            "distinct": .int(approximateDistinct),
            "min": minimum.json,
            "max": maximum.json,
            "mean": mean.map(JSONValue.double) ?? .null,
            "std": standardDeviation.map(JSONValue.double) ?? .null,
            "quantiles": .array(quantiles.map { ["share": .double($0.share), "value": .double($0.value)] }),
            "histogram": .array(
                histogram.map { ["from": .double($0.lower), "to": .double($0.upper), "count": .int($0.count)] }
            ),
            "frequent": .array(frequent.map { ["text": .string($0.text), "count": .int($0.count)] }),
        ]
    }

    init(json: JSONValue) throws(CatalogueError) {
        let field = try LakeField(json: json)
        self.init(name: field.name, type: field.type)
        nulls = try json.integer("nulls")
        nonFinite = try json.integer("non_finite")
        approximateDistinct = try json.integer("distinct")
        minimum = LakeValue(json: try json.member("min"), type: field.type)
        maximum = LakeValue(json: try json.member("max"), type: field.type)
        mean = json["mean"]?.doubleValue
        standardDeviation = json["std"]?.doubleValue
        quantiles = json["quantiles"]?.arrayValue?.compactMap(Quantile.init(json:)) ?? []
        histogram = json["histogram"]?.arrayValue?.compactMap(Bin.init(json:)) ?? []
        frequent = json["frequent"]?.arrayValue?.compactMap(Frequency.init(json:)) ?? []
    }
}

extension ColumnStatistics.Quantile {
    fileprivate init?(json: JSONValue) {
        guard let share = json["share"]?.doubleValue, let value = json["value"]?.doubleValue else { return nil }
        self.init(share: share, value: value)
    }
}

extension ColumnStatistics.Bin {
    fileprivate init?(json: JSONValue) {
        guard let lower = json["from"]?.doubleValue, let upper = json["to"]?.doubleValue,
            let count = json["count"]?.intValue
        else { return nil }
        self.init(lower: lower, upper: upper, count: count)
    }
}

extension ColumnStatistics.Frequency {
    fileprivate init?(json: JSONValue) {
        guard let text = json["text"]?.stringValue, let count = json["count"]?.intValue else { return nil }
        self.init(text: text, count: count)
    }
}

extension LakeValue {
    fileprivate var json: JSONValue {
        switch self {
        case .null: .null
        case .boolean(let value): .bool(value)
        case .integer(let value): .int(value)
        case .double(let value): .double(value)
        case .text(let value): .string(value)
        case .timestamp(let value): .int(value)
        }
    }

    fileprivate init(json: JSONValue, type: LakeType) {
        switch type {
        case .integer: self = json.intValue.map(LakeValue.integer) ?? .null
        case .double: self = json.doubleValue.map(LakeValue.double) ?? .null
        case .timestamp: self = json.intValue.map(LakeValue.timestamp) ?? .null
        case .boolean: self = json.boolValue.map(LakeValue.boolean) ?? .null
        case .text: self = json.stringValue.map(LakeValue.text) ?? .null
        }
    }
}
