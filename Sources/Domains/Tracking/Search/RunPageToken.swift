internal import Filters
internal import SQLStore

/// The parts of a search for runs, in their order.
enum RunPhase: String {
    /// All runs, when an attribute orders.
    case all
    /// Runs that have a value to order by.
    case valued
    /// Runs whose metric is not a number.
    case notANumber = "nan"
    /// Runs that have no value to order by.
    case missing

    var rank: Int {
        switch self {
        case .all, .valued: 0
        case .notANumber: 1
        case .missing: 2
        }
    }
}

/// Where the next page of a search for runs begins.
///
/// The last run of the page before, where the order is one value, the start and the identifier: runs that come in
/// between neither repeat nor hide one. A number of rows otherwise.
struct RunPageToken {
    enum Place {
        case offset(Int)
        case after(Last)
    }

    /// The run at the end of a page.
    struct Last {
        /// The bits of its metric; nil when no metric orders.
        let value: Double?
        let start: Int64
        let uuid: String
    }

    /// Nil in a token that counts rows from the first phase on.
    let phase: RunPhase?
    let place: Place

    init(phase: RunPhase?, place: Place) {
        self.phase = phase
        self.place = place
    }

    /// Reads a token; the empty text and nil mean the first page.
    init?(parsing text: String?) throws(FilterError) {
        guard let token = try PageToken(parsing: text) else { return nil }
        let parts = token.fingerprints
        guard let name = parts.first else {
            self.init(phase: nil, place: .offset(token.offset))
            return
        }
        guard let phase = RunPhase(rawValue: name) else { throw Self.foreign }
        guard parts.count > 1 else {
            self.init(phase: phase, place: .offset(token.offset))
            return
        }
        guard parts.count == 4, let start = Int64(parts[2]) else { throw Self.foreign }
        let bits = parts[1].isEmpty ? nil : UInt64(parts[1])
        guard bits != nil || parts[1].isEmpty else { throw Self.foreign }
        let last = Last(value: bits.map(Double.init(bitPattern:)), start: start, uuid: parts[3])
        self.init(phase: phase, place: .after(last))
    }

    /// The token as text.
    var text: String {
        switch place {
        case .offset(let rows): PageToken(offset: rows, fingerprints: phase.map { [$0.rawValue] } ?? []).text
        case .after(let last):
            PageToken(
                offset: 0,
                fingerprints: [
                    phase?.rawValue ?? "", last.value.map { String($0.bitPattern) } ?? "", String(last.start),
                    last.uuid,
                ]
            ).text
        }
    }

    private static let foreign = FilterError("Invalid page token, it does not belong to a search for runs")
}

extension RunPageToken.Last {
    /// The run of a row of a page; nil when a text orders, which a token has no room for.
    init?(_ row: SQLRow, isPair: Bool) throws {
        guard !isPair else { return nil }
        value = try row.optionalDouble(10)
        start = try row.int(6)
        uuid = try row.text(1)
    }

    /// The condition that a run comes after this one in its phase.
    func condition(_ order: RunOrder, _ phase: RunPhase) -> SQLCondition {
        let isAscending = order.timeIsAscending ?? false
        let later = SQLCondition(
            "r.start_time \(isAscending ? ">" : "<") ? OR (r.start_time = ? AND r.uuid > ?)",
            [.int(start), .int(start), .text(uuid)]
        )
        guard phase == .valued, let value else {
            // The bound on the start alone is what an index can use.
            return SQLCondition("r.start_time \(isAscending ? ">=" : "<=") ?", [.int(start)]) && later
        }
        let sign = order.leadIsAscending ? ">" : "<"
        return SQLCondition("o.value \(sign)= ?", [.double(value)])
            && SQLCondition("o.value \(sign) ? OR (\(later.sql))", [.double(value)] + later.arguments)
    }
}
