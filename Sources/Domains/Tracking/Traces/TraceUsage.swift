internal import JSON
internal import SQLStore

/// What the spans of a trace say that language models used and cost, summed over the trace.
///
/// A span that speaks for the spans below it is counted once: what is below a span with such an attribute is left out.
struct TraceUsage {
    private struct Sum {
        let attribute: String
        let metadata: String
        /// The numbers that are always there.
        let keys: [String]
        /// The numbers that are there when a span has them.
        let optional: [String]
    }

    private static let sums = [
        Sum(
            attribute: "mlflow.chat.tokenUsage",
            metadata: "mlflow.trace.tokenUsage",
            keys: ["input_tokens", "output_tokens", "total_tokens"],
            optional: ["cache_read_input_tokens", "cache_creation_input_tokens"]
        ),
        Sum(
            attribute: "mlflow.llm.cost",
            metadata: "mlflow.trace.cost",
            keys: ["input_cost", "output_cost", "total_cost"],
            optional: []
        ),
    ]

    let transaction: any SQLTransaction

    /// Brings the sums of a trace up to date after some of its spans were stored.
    func note(_ spans: [TraceSpan], of row: Int64) throws {
        for sum in Self.sums where spans.contains(where: { $0.attributes.contains { $0.key == sum.attribute } }) {
            guard let total = try total(sum, of: row) else { continue }
            try transaction.execute(
                TraceStore.Statements.upsertMetadata,
                [.int(row), .text(sum.metadata), .text(JSONValue.object(total).description)]
            )
        }
    }

    private func total(_ sum: Sum, of row: Int64) throws -> JSONObject? {
        var parents: [String: String] = [:]
        var said: [String: JSONObject] = [:]
        try transaction.forEach(Self.select, [.text(sum.attribute), .int(row)]) { row in
            let id = try row.text(0)
            parents[id] = try row.optionalText(1)
            said[id] = try row.optionalText(2).flatMap { try? JSONValue.parse($0) }?.objectValue
        }
        let counted = said.keys.filter { !Self.isSpokenFor($0, parents, said) }.compactMap { said[$0] }
        guard !counted.isEmpty else { return nil }
        var total = JSONObject(sum.keys.map { ($0, .int(0)) })
        for object in counted {
            for key in sum.keys + sum.optional {
                if let number = object[key] { total[key] = Self.add(total[key] ?? .int(0), number) }
            }
        }
        return total
    }

    /// Whether a span above has the attribute as well; parents that make a circle end the walk.
    private static func isSpokenFor(_ id: String, _ parents: [String: String], _ said: [String: JSONObject]) -> Bool {
        var seen: Set<String> = [id]
        var next = parents[id]
        while let above = next, seen.insert(above).inserted {
            if said[above] != nil { return true }
            next = parents[above]
        }
        return false
    }

    private static func add(_ left: JSONValue, _ right: JSONValue) -> JSONValue {
        if case .int(let a) = left, case .int(let b) = right {
            let (sum, overflow) = a.addingReportingOverflow(b)
            return overflow ? left : .int(sum)
        }
        return .double((left.doubleValue ?? 0) + (right.doubleValue ?? 0))
    }

    private static let select = """
        SELECT s.span_id, s.parent, b.value FROM spans s
            LEFT JOIN span_attributes b ON b.trace = s.trace AND b.span_id = s.span_id AND b.key = ?
        WHERE s.trace = ?
        """
}
