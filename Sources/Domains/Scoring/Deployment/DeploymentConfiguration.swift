package import Streams

/// What a deployment reads, by what it scores, and where it writes.
package struct DeploymentConfiguration: Sendable {
    /// The deployment's name, for example `rain-champion`.
    package var name: String
    /// The model that scores.
    package var model: ModelReference
    /// The topic of rows.
    package var input: String
    /// The topic of predictions; made with as many partitions as the input where it does not exist.
    package var output: String
    /// The topic of messages that could not be scored; several deployments may share it.
    package var errors: String
    /// How the topics are reached.
    package var streams: StreamConfiguration
    /// The most rows that are scored at once.
    package var maximumBatch: Int

    /// Describes a deployment; messages that cannot be scored go to `<input>.errors`.
    package init(
        name: String,
        model: ModelReference,
        input: String,
        output: String,
        streams: StreamConfiguration
    ) {
        self.name = name
        self.model = model
        self.input = input
        self.output = output
        self.streams = streams
        errors = "\(input).errors"
        maximumBatch = 2_048
    }

    /// The consumer group in which the deployment notes how far it has come.
    package var group: String { "martlet-\(name)" }
}
