/// How a replay is doing.
package struct ReplayStatus: Sendable {
    /// What it is busy with.
    package enum State: String, Sendable {
        /// Looking for the place where it left off.
        case starting
        /// Sending.
        case running
        /// Held back by its gate.
        case held
        /// All rows and labels are sent.
        case finished
        /// Something failed, and it tries again shortly.
        case failing
        /// Ended before all was sent.
        case stopped
    }

    /// The replay's name.
    package let name: String
    /// What it is busy with.
    package var state: State
    /// Rows that there are.
    package var rowsTotal: Int
    /// Rows in the topic.
    package var rowsSent: Int
    /// Labels in their topic.
    package var labelsSent: Int
    /// Rows a second over the last seconds.
    package var ratePerSecond: Double
    /// What failed last, if anything did since it last ran well.
    package var problem: String?
}
