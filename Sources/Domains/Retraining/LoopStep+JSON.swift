package import JSON
internal import Primitives

extension LoopStep {
    /// The step as the API shows it.
    package var json: JSONObject {
        var object: JSONObject = [
            "id": .string(id), "number": .int(Int64(number)), "kind": .string(kind.rawValue), "title": .string(title),
            "at": .string(WallClock.iso8601(milliseconds: at)), "numbers": .object(numbers), "links": .object(links),
        ]
        object["row"] = row.map { .int(Int64($0)) }
        return object
    }
}
