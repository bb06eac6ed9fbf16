package import JSON
internal import Primitives

/// What a policy decided, why, and what it looked at: kept whenever that is another decision than the one before.
package struct RecordedDecision: Sendable, Hashable {
    /// What came of it.
    package enum Outcome: String, Sendable, Hashable {
        /// Something was the matter, and it was not time yet.
        case held
        /// An attempt began.
        case started
    }

    /// The policy's name.
    package var policy: String
    /// 1, 2, 3 … of the policy.
    package var number: Int
    /// When, in Unix milliseconds.
    package var at: Int64
    /// Labelled rows of the stream by then.
    package var labelledRows: Int
    /// The row of the data by then, for people.
    package var row: Int
    /// What came of it.
    package var outcome: Outcome
    /// Why, in words.
    package var reason: String
    /// What the policy looked at: all triggers, counts, open quality alerts, and the attempt that began.
    package var inputs: JSONObject

    /// The decision as the API shows it.
    package var json: JSONObject {
        [
            "policy": .string(policy), "number": .int(Int64(number)), "outcome": .string(outcome.rawValue),
            "reason": .string(reason), "labelled_rows": .int(Int64(labelledRows)), "row": .int(Int64(row)),
            "at": .string(WallClock.iso8601(milliseconds: at)), "inputs": .object(inputs),
        ]
    }
}

/// A decision before it has a number.
struct NewDecision: Sendable {
    var outcome: RecordedDecision.Outcome
    /// Tells one decision from the next: the cause and everything that was the matter.
    var key: String
    var reason: String
    var inputs: JSONObject
}

extension RetrainingPolicy {
    /// What is to be kept of a decision; nil where nothing was the matter.
    func record(
        _ decision: PolicyDecision,
        reasons: [Trigger],
        inputs: DecisionInputs,
        attempt: String?
    ) -> NewDecision? {
        var looked: JSONObject = ["triggers": .array(reasons.map { .object($0.json) })]
        for (key, value) in inputs.json.pairs where key != "reasons" { looked[key] = value }
        looked["attempt"] = attempt.map(JSONValue.string)
        let ids = reasons.map(\.id).sorted().joined(separator: " ")
        switch decision {
        case .idle: return nil
        case .hold(let reason, let cause):
            return NewDecision(outcome: .held, key: "\(cause.rawValue) \(ids)", reason: reason, inputs: looked)
        case .start(let trigger):
            return NewDecision(
                outcome: .started,
                key: "started \(attempt ?? ids)",
                reason: trigger.message,
                inputs: looked
            )
        }
    }
}
