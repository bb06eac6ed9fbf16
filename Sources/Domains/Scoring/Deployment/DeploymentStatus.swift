/// How a deployment is doing.
package struct DeploymentStatus: Sendable {
    /// What it is busy with.
    package enum State: String, Sendable {
        /// Looking for its model and for the place where it left off.
        case starting
        /// Scoring what comes.
        case running
        /// Something failed, and it tries again shortly.
        case failing
        /// Ended.
        case stopped
    }

    /// The deployment's name.
    package let name: String
    /// What it is busy with.
    package var state: State
    /// The registered model's name.
    package let model: String
    /// The version that scores; nil before the first was loaded.
    package var version: Int?
    /// The topic of rows.
    package let input: String
    /// The topic of predictions.
    package let output: String
    /// Predictions in the output topic, those of earlier starts included.
    package var rows: Int
    /// Predictions acknowledged since this start.
    package var rowsSinceStart: Int
    /// Messages that could not be scored, since this start.
    package var errors: Int
    /// Predictions a second over the last seconds.
    package var ratePerSecond: Double
    /// Rows of the input that wait to be scored.
    package var lag: Int64
    /// Milliseconds from a row's production to its prediction's acknowledgement: half of the rows are faster.
    package var latencyP50: Double?
    /// The same for 99 of 100 rows.
    package var latencyP99: Double?
    /// How often the model was swapped since this start.
    package var swaps: Int
    /// What failed last, if anything did since the deployment last ran well.
    package var problem: String?
}
