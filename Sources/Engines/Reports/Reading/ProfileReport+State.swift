package import JSON
internal import Primitives
internal import Statistics

extension SavedProfile {
    /// Makes a profile again from its JSON, which errors call `name`; all of it is checked.
    ///
    /// - Throws: `ReportError` that names the column and what is wrong with it.
    package init(json: JSONValue, name: String) throws(ReportError) {
        self.init(name: name, profile: try ProfileReport(json: json, name: name))
    }
}

extension ProfileReport {
    /// The most columns that a saved profile may have.
    private static let maximumColumns = 100_000

    fileprivate init(json: JSONValue, name: String) throws(ReportError) {
        guard json["kind"] == "profile", let object = json.objectValue else {
            throw ReportError(.invalidProfile, "\(name) is no profile: write one by --kind profile --json")
        }
        let fields = ProfileFields(object, place: name)
        let current = try Self.label(fields.object("current"))
        let merged = try fields.objects("merged").map { (label) throws(ReportError) in try Self.label(label) }
        var rows = 0
        for label in [current] + merged {
            guard label.rows <= InvalidSketch.maximumCount - rows else {
                throw fields.wrong("merged", "has too many rows")
            }
            rows += label.rows
        }
        let skipped = try fields.objects("skipped").map { (each) throws(ReportError) in
            SkippedColumn(name: try each.string("column"), reason: try each.string("reason"))
        }
        let objects = try fields.objects("columns")
        guard objects.count <= Self.maximumColumns else { throw fields.wrong("columns", "are too many") }
        var columns: [ColumnProfile] = []
        var names: Set<String> = []
        for each in objects {
            let column = try ColumnProfile(each, source: name)
            guard names.insert(column.name).inserted else {
                throw ReportError(.invalidProfile, "\(name): column \(column.name) comes twice")
            }
            guard column.rows <= rows else {
                throw ReportError(.invalidProfile, "\(name): column \(column.name) has more rows than the profile")
            }
            columns.append(column)
        }
        self.init(current: current, merged: merged, columns: columns, skipped: skipped)
    }

    private static func label(_ fields: ProfileFields) throws(ReportError) -> DatasetLabel {
        DatasetLabel(name: try fields.string("name"), rows: try fields.count("rows"))
    }
}

extension ColumnProfile {
    fileprivate init(_ column: ProfileFields, source: String) throws(ReportError) {
        let name = try column.string("column")
        let fields = column.at("\(source): column \(name)")
        let text = try fields.string("type")
        guard let type = Kind(rawValue: text) else {
            throw fields.wrong("type", "is number, text or boolean; not '\(text)'")
        }
        let (rows, missing) = (try fields.count("rows"), try fields.count("missing"))
        let infinite = try fields.count("infinite")
        let state = try fields.object("state")
        let distinct = try Self.distinct(state.object("distinct"))
        let sketches: Sketches
        let count: Int
        if type == .number {
            let quantiles = try Self.quantiles(state.object("quantiles"))
            sketches = .numbers(quantiles, try Self.moments(state, of: quantiles))
            count = quantiles.count
        } else {
            let items = try Self.items(state.object("frequent"))
            sketches = .categories(items)
            count = items.count
            guard infinite == 0 else { throw fields.wrong("infinite", "must be 0 where there are no numbers") }
        }
        guard rows - missing - infinite == count else {
            throw fields.wrong("rows", "must be as many as missing, infinite and the \(count) values of its state")
        }
        self.init(
            name: name,
            type: type,
            counts: (rows, missing, infinite),
            distinct: distinct,
            sketches: sketches
        )
    }

    private static func distinct(_ fields: ProfileFields) throws(ReportError) -> DistinctSketch {
        guard let registers = Hex.decode(try fields.string("registers")) else {
            throw fields.wrong("registers", "must be hexadecimal")
        }
        let precision = try fields.count("precision")
        return try fields.making { () throws(InvalidSketch) in
            try DistinctSketch(precision: precision, registers: registers)
        }
    }

    private static func quantiles(_ fields: ProfileFields) throws(ReportError) -> QuantileSketch {
        let (k, count) = (try fields.count("k"), try fields.count("count"))
        let isEmpty = count == 0
        let minimum = isEmpty ? .infinity : try fields.number("min")
        let maximum = isEmpty ? -.infinity : try fields.number("max")
        guard let coin = UInt64(try fields.string("coin"), radix: 16) else {
            throw fields.wrong("coin", "must be hexadecimal")
        }
        var levels: [[Double]] = []
        for level in try fields.array("levels") {
            let values = level.arrayValue?.compactMap(\.doubleValue)
            guard let values, values.count == level.arrayValue?.count else {
                throw fields.wrong("levels", "must be arrays of numbers")
            }
            levels.append(values)
        }
        return try fields.making { () throws(InvalidSketch) in
            try QuantileSketch(k: k, count: count, minimum: minimum, maximum: maximum, levels: levels, coin: coin)
        }
    }

    private static func moments(
        _ state: ProfileFields,
        of quantiles: QuantileSketch
    ) throws(ReportError) -> ShapeMoments? {
        guard try !state.isNull("moments") else { return nil }
        let fields = try state.object("moments")
        let count = try fields.count("count")
        let (mean, second) = (try fields.number("mean"), try fields.number("second"))
        let (third, fourth) = (try fields.number("third"), try fields.number("fourth"))
        let moments = try fields.making { () throws(InvalidSketch) in
            try ShapeMoments(count: Double(count), mean: mean, second: second, third: third, fourth: fourth)
        }
        guard count == quantiles.count else { throw fields.wrong("count", "must be that of the quantiles") }
        // A mean is rounded, so that the one of equal values may lie beside them.
        let slack = 1e-9 * max(abs(quantiles.minimum), abs(quantiles.maximum))
        guard count == 0 || (mean >= quantiles.minimum - slack && mean <= quantiles.maximum + slack) else {
            throw fields.wrong("mean", "must be between minimum and maximum")
        }
        return moments
    }

    private static func items(_ fields: ProfileFields) throws(ReportError) -> FrequentItems {
        var counts: [String: Int] = [:]
        for pair in try fields.array("counts") {
            guard pair.arrayValue?.count == 2, let value = pair[0]?.stringValue, let count = pair[1]?.intValue,
                value.utf8.count <= ProfileReading.categoryBytes
            else {
                throw fields.wrong(
                    "counts",
                    "must be pairs of a text, up to \(ProfileReading.categoryBytes) bytes, and a count"
                )
            }
            guard counts.updateValue(Int(count), forKey: value) == nil else {
                throw fields.wrong("counts", "must have each value once")
            }
        }
        let (capacity, count) = (try fields.count("capacity"), try fields.count("count"))
        let error = try fields.count("error")
        return try fields.making { () throws(InvalidSketch) in
            try FrequentItems(capacity: capacity, count: count, maximumError: error, counts: counts)
        }
    }
}

/// Reads members of a saved profile; every error says in what file, and of which column.
private struct ProfileFields {
    private let object: JSONObject
    private let place: String
    private let path: String

    init(_ object: JSONObject, place: String, path: String = "") {
        (self.object, self.place, self.path) = (object, place, path)
    }

    /// The same members, of which errors say that they are at another place.
    func at(_ place: String) -> ProfileFields { ProfileFields(object, place: place, path: "") }

    func string(_ name: String) throws(ReportError) -> String {
        guard let text = object[name]?.stringValue else { throw wrong(name, "must be a string") }
        return text
    }

    /// A whole number from 0 to the greatest count that a sketch can have.
    func count(_ name: String) throws(ReportError) -> Int {
        guard let count = object[name]?.intValue, count >= 0, count <= Int64(InvalidSketch.maximumCount) else {
            throw wrong(name, "must be a whole number from 0 to \(InvalidSketch.maximumCount)")
        }
        return Int(count)
    }

    func number(_ name: String) throws(ReportError) -> Double {
        guard let number = object[name]?.doubleValue, number.isFinite else {
            throw wrong(name, "must be a finite number")
        }
        return number
    }

    func isNull(_ name: String) throws(ReportError) -> Bool {
        guard let value = object[name] else { throw wrong(name, "is missing") }
        return value.isNull
    }

    func array(_ name: String) throws(ReportError) -> [JSONValue] {
        guard let elements = object[name]?.arrayValue else { throw wrong(name, "must be an array") }
        return elements
    }

    func object(_ name: String) throws(ReportError) -> ProfileFields {
        guard let members = object[name]?.objectValue else { throw wrong(name, "must be an object") }
        return ProfileFields(members, place: place, path: "\(path)\(name).")
    }

    func objects(_ name: String) throws(ReportError) -> [ProfileFields] {
        var found: [ProfileFields] = []
        for (index, element) in try array(name).enumerated() {
            guard let members = element.objectValue else { throw wrong(name, "must be an array of objects") }
            found.append(ProfileFields(members, place: place, path: "\(path)\(name)[\(index)]."))
        }
        return found
    }

    /// Makes a sketch of what was read.
    func making<Sketch>(_ body: () throws(InvalidSketch) -> Sketch) throws(ReportError) -> Sketch {
        do {
            return try body()
        } catch {
            throw ReportError(.invalidProfile, "\(place): '\(path.dropLast())' is no sketch: \(error.description)")
        }
    }

    func wrong(_ name: String, _ problem: String) -> ReportError {
        ReportError(.invalidProfile, "\(place): '\(path)\(name)' \(problem)")
    }
}
