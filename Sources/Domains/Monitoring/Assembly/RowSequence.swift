/// The place of a row in its topic.
struct RowPlace: Sendable, Hashable {
    var partition: Int32
    var offset: Int64
}

/// Numbers the rows of several partitions in one sequence, so that what follows sees one partition.
///
/// A row's position is given once, in the order in which rows are handed in, and kept as long as anybody may ask for it.
struct RowSequence: Sendable, Hashable {
    /// The position of the first row that is still known.
    private(set) var first: Int64
    /// The places of the rows from ``first`` on.
    private(set) var places: [RowPlace] = []
    /// By role and partition, the offset behind the newest row that has its prediction.
    private(set) var predictedThrough: [[Int32: Int64]]
    /// By role, the position up to which all rows are predicted or passed by.
    private(set) var passedThrough: [Int64]

    private var positions: [RowPlace: Int64] = [:]
    private var known: [Int32: Int64] = [:]

    /// A sequence that goes on where one partition, whose positions are its offsets, was known from `first` up to `end`
    /// and predicted up to `predictedThrough`.
    init(first: Int64, end: Int64, predictedThrough: [Int64]) {
        self.init(
            first: first,
            places: (first..<max(first, end)).map { RowPlace(partition: 0, offset: $0) },
            predictedThrough: predictedThrough.map { [0: $0] },
            passedThrough: predictedThrough.map { min($0, max(first, end)) }
        )
    }

    /// A sequence as it was stored.
    init(first: Int64, places: [RowPlace], predictedThrough: [[Int32: Int64]], passedThrough: [Int64]) {
        self.first = first
        self.places = places
        self.predictedThrough = predictedThrough
        self.passedThrough = passedThrough
        for (index, place) in places.enumerated() {
            positions[place] = first + Int64(index)
            known[place.partition] = max(known[place.partition] ?? 0, place.offset + 1)
        }
    }

    /// The position of the next new row.
    var end: Int64 { first + Int64(places.count) }

    /// The position of a row, given to it now where it has none.
    mutating func position(ofNew place: RowPlace) -> Int64 {
        if let known = positions[place] { return known }
        let position = end
        places.append(place)
        positions[place] = position
        known[place.partition] = max(known[place.partition] ?? 0, place.offset + 1)
        return position
    }

    /// Where a row that a prediction names is.
    enum Found: Hashable {
        case at(Int64)
        /// It was let go of.
        case behind
        /// It was not handed in yet.
        case ahead(by: Int64)
    }

    /// Looks for the row of a prediction.
    func find(_ place: RowPlace) -> Found {
        if let position = positions[place] { return .at(position) }
        let next = known[place.partition] ?? 0
        return place.offset < next ? .behind : .ahead(by: place.offset - next + 1)
    }

    /// Notes a prediction; returns the position up to which all rows are now passed by its role.
    mutating func didPredict(_ place: RowPlace, role: Int) -> Int64 {
        let before = predictedThrough[role][place.partition] ?? 0
        predictedThrough[role][place.partition] = max(before, place.offset + 1)
        var passed = max(passedThrough[role], first)
        while passed < end {
            let row = places[Int(passed - first)]
            guard row.offset < predictedThrough[role][row.partition] ?? 0 else { break }
            passed += 1
        }
        passedThrough[role] = passed
        return passed
    }

    /// Lets go of the rows before a position.
    mutating func forget(before position: Int64) {
        let count = Int(min(max(0, position - first), Int64(places.count)))
        guard count > 0 else { return }
        for place in places[..<count] { positions[place] = nil }
        places.removeFirst(count)
        first += Int64(count)
    }
}
