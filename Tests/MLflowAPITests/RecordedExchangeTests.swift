import Files
import HTTPServer
import JSON
import SQLStore
import Testing

@testable import MLflowAPI

/// Exchanges between the stock client and MLflow's own server, replayed here: the answers must be the same but for
/// identifiers, times and tokens.
@Suite struct RecordedExchangeTests {
    @Test func everyRecordedRequestGetsTheRecordedAnswer() async throws {
        var replay = try await Replay()
        let path = "\(#filePath)".split(separator: "/").dropLast().joined(separator: "/")
        let lines = try File.read("/\(path)/Golden/exchanges.jsonl").split(separator: 0x0A)
        for (number, line) in lines.enumerated() {
            let exchange = try JSONValue.parse(Array(line))
            let differences = try await replay.play(exchange)
            #expect(
                differences.isEmpty,
                "line \(number + 1): \(exchange["method"] ?? "") \(exchange["target"] ?? "") \(differences.prefix(3))"
            )
        }
        #expect(lines.count > 500)
    }
}

/// Plays requests, with the recorded identifiers replaced by those that were given here.
private struct Replay {
    private static let volatileKeys: Set<String> = [
        "creation_time", "last_update_time", "creation_timestamp", "last_updated_timestamp", "creation_timestamp_ms",
        "last_updated_timestamp_ms", "sqlstate", "error_class",
    ]

    private let fixture: MLflowFixture
    private var given: [String: String] = [:]

    init() async throws {
        fixture = try await MLflowFixture()
    }

    mutating func play(_ exchange: JSONValue) async throws -> [String] {
        let recordedTarget = exchange["target"]?.stringValue ?? ""
        if recordedTarget.hasSuffix("/experiments/create"), let id = exchange["answer"]?["experiment_id"]?.stringValue {
            try await reserve(id)
        }
        let target = translated(recordedTarget)
        let method = try #require(HTTPMethod(rawValue: exchange["method"]?.stringValue ?? ""))
        let hasBody = exchange["body"].map { !$0.isNull } ?? false
        let (status, answer) = try await fixture.send(method, target, hasBody ? exchange["body"].map(translated) : nil)
        guard let recorded = exchange["answer"], recorded.stringValue != "<stream>" else { return [] }
        // OR is refused by the recorded server and understood by ours.
        if exchange["body"]?["filter"]?.stringValue?.contains(" OR ") == true { return [] }
        let recordedStatus = exchange["status"]?.intValue ?? 0
        var differences = recordedStatus == Int64(status) ? [] : ["status \(status), recorded \(recordedStatus)"]
        compare(recorded, answer, "", &differences)
        return differences
    }

    /// Makes the next experiment have a recorded number.
    private func reserve(_ id: String) async throws {
        let number = try #require(Int64(id))
        let dialect = fixture.database.dialect
        try await fixture.database.write { transaction in
            try transaction.execute("DELETE FROM experiments WHERE name = '(reserved)'")
            try transaction.execute(
                "INSERT INTO experiments VALUES (?, '(reserved)', '', 1, 0, 0) ON CONFLICT DO NOTHING",
                [.int(number - 1)]
            )
            if dialect == .postgres {
                let next = "SELECT setval(pg_get_serial_sequence('experiments', 'id'), ?)"
                _ = try transaction.query(next, [.int(max(1, number - 1))])
            }
        }
    }

    private mutating func compare(_ recorded: JSONValue, _ answer: JSONValue, _ path: String, _ found: inout [String]) {
        switch (recorded, answer) {
        case (.object(let left), .object(let right)):
            for key in Set(left.keys).union(right.keys).sorted() where !Self.volatileKeys.contains(key) {
                guard let inner = left[key], let ours = right[key] else {
                    found.append("\(path).\(key) is \(left[key] == nil ? "not recorded" : "missing")")
                    continue
                }
                if key == "message" {
                    compareMessages(inner, ours, path, &found)
                } else {
                    compare(inner, ours, "\(path).\(key)", &found)
                }
            }
        case (.array(let left), .array(let right)):
            guard left.count == right.count else {
                found.append("\(path) has \(right.count) elements, recorded \(left.count)")
                return
            }
            for (index, pair) in zip(sorted(left, path), sorted(right, path)).enumerated() {
                compare(pair.0, pair.1, "\(path)[\(index)]", &found)
            }
        case (.string(let left), .string(let right)):
            learn(left, right, path)
            if translated(left) != right, !path.hasSuffix("next_page_token") {
                found.append("\(path) is '\(right)', recorded '\(left)'")
            }
        default:
            if recorded != answer, recorded.doubleValue == nil || recorded.doubleValue != answer.doubleValue {
                found.append("\(path) is \(answer), recorded \(recorded)")
            }
        }
    }

    /// Messages agree when ours begins as the recorded one does, up to what the real server adds of its database.
    private func compareMessages(_ recorded: JSONValue, _ answer: JSONValue, _ path: String, _ found: inout [String]) {
        let text = translated(recorded.stringValue ?? "")
        let essential =
            text.split(separator: " Error: (").first?.split(separator: "See the API").first.map(String.init) ?? text
        if answer.stringValue?.hasPrefix(essential) != true {
            found.append("\(path).message is \(answer), recorded '\(text)'")
        }
    }

    /// Lists of tags, parameters and latest metrics have no order of their own.
    private func sorted(_ elements: [JSONValue], _ path: String) -> [JSONValue] {
        guard ["tags", "params", "data.metrics"].contains(where: path.hasSuffix) else { return elements }
        return elements.sorted { ($0["key"]?.stringValue ?? "") < ($1["key"]?.stringValue ?? "") }
    }

    /// Notes the identifier that was given here in place of a recorded one.
    private mutating func learn(_ recorded: String, _ ours: String, _ path: String) {
        if path.hasSuffix("next_page_token") || path.hasSuffix("run_name") || path.hasSuffix("].value") {
            if isMadeUp(recorded), isMadeUp(ours) || path.hasSuffix("next_page_token") { given[recorded] = ours }
        }
        let left = identifiers(recorded)
        let right = identifiers(ours)
        guard left.count == right.count else { return }
        for (old, new) in zip(left, right) where given[old] == nil { given[old] = new }
    }

    /// Whether a text is a page token or a name like `bold-owl-12`.
    private func isMadeUp(_ text: String) -> Bool {
        text.hasPrefix("eyJ")
            || text.split(separator: "-").count == 3 && text.split(separator: "-").last.flatMap { Int($0) } != nil
    }

    /// The groups of 32 hexadecimal digits in a text, at the end of longer ones too: `%27` may come before.
    private func identifiers(_ text: String) -> [String] {
        text.split { !$0.isHexDigit }.filter { $0.count >= 32 && $0.count <= 34 }.map { String($0.suffix(32)) }
    }

    private func translated(_ text: String) -> String {
        if let whole = given[text] { return whole }
        var result = text
        for identifier in identifiers(text) {
            guard let ours = given[identifier] else { continue }
            result = result.split(separator: identifier, omittingEmptySubsequences: false).joined(separator: ours)
        }
        // Page tokens stand in queries percent-encoded.
        if let start = result.firstRange(of: "page_token=")?.upperBound {
            let token = result[start...].prefix { $0 != "&" }
            let plain = PercentEncoding.decode(token) ?? ""
            if let ours = given[plain] {
                result = result[..<start] + PercentEncoding.encode(ours) + result[token.endIndex...]
            }
        }
        return result
    }

    private func translated(_ value: JSONValue) -> JSONValue {
        switch value {
        case .string(let text): .string(translated(text))
        case .array(let elements): .array(elements.map(translated))
        case .object(let object): .object(JSONObject(object.pairs.map { ($0, translated($1)) }))
        default: value
        }
    }
}
