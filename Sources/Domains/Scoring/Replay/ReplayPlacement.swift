/// Where the rows of a replay stand in a topic: they go to its partitions in turn, so that each place follows from the
/// number of the row alone, and the ends of the partitions say which rows have been sent.
struct ReplayPlacement: Sendable, Hashable {
    let topic: String
    let partitions: Int

    init(topic: String, partitions: Int) {
        precondition(partitions > 0, "a topic has a partition")
        self.topic = topic
        self.partitions = partitions
    }

    func partition(of row: Int) -> Int32 { Int32(row % partitions) }

    func offset(of row: Int) -> Int64 { Int64(row / partitions) }

    /// The id of the prediction of a row.
    func predictionID(of row: Int) -> String { "\(topic)-\(partition(of: row))-\(offset(of: row))" }

    /// What partitions that end at `ends` hold.
    ///
    /// A kill between the acknowledgements of two partitions leaves rows behind in one of them: these are `missing`,
    /// all before `next`.
    func progress(ends: [Int64]) -> (next: Int, missing: [Int]) {
        precondition(ends.count == partitions, "each partition has an end")
        var next = 0
        var firstMissing = Int.max
        for (partition, end) in ends.enumerated() {
            if end > 0 { next = max(next, (Int(end) - 1) * partitions + partition + 1) }
            firstMissing = min(firstMissing, Int(end) * partitions + partition)
        }
        guard firstMissing < next else { return (next, []) }
        return (next, (firstMissing..<next).filter { offset(of: $0) >= ends[$0 % partitions] })
    }
}
