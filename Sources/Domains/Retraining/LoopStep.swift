package import JSON

/// One thing that the loop did or noticed: the line of an audit, with its numbers and what it refers to.
package struct LoopStep: Sendable, Hashable {
    /// What a step is about.
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        /// A dataset version was imported.
        case imported
        /// A model was trained by a job.
        case trained
        /// A version was registered.
        case registered
        /// A deployment began, or swapped to another version.
        case deployed
        /// A monitor raised an alert.
        case alert
        /// An alert was resolved.
        case resolved
        /// A policy fired.
        case triggered
        /// Training data was cut from the log.
        case datasetCut = "dataset_cut"
        /// The gate compared challenger and champion.
        case judged
        /// The challenger took the champion's place.
        case promoted
        /// The gate refused the challenger.
        case refused
        /// Something could not be done.
        case failed
    }

    /// Unique, 32 hexadecimal digits.
    package var id: String
    /// The project whose loop it is.
    package var project: String
    /// 1, 2, 3 … within the project.
    package var number: Int
    /// What it is about.
    package var kind: Kind
    /// One sentence for people.
    package var title: String
    /// When, in Unix milliseconds.
    package var at: Int64
    /// The row of the data that the loop had reached, where that is known.
    package var row: Int?
    /// Numbers that explain it.
    package var numbers: JSONObject
    /// What it refers to: run, dataset version, model version, commit, alert.
    package var links: JSONObject
}

/// A step before it has an id, a number and a time.
package struct NewLoopStep: Sendable {
    /// Names the event itself, such as `attempt/…/promoted`: the same event is recorded once, also after a restart.
    package var key: String
    /// What it is about.
    package var kind: LoopStep.Kind
    /// One sentence for people.
    package var title: String
    /// The row of the data that the loop had reached, where that is known.
    package var row: Int?
    /// Numbers that explain it.
    package var numbers: JSONObject
    /// What it refers to.
    package var links: JSONObject

    /// Describes an event.
    package init(
        key: String,
        kind: LoopStep.Kind,
        title: String,
        row: Int? = nil,
        numbers: JSONObject = [:],
        links: JSONObject = [:]
    ) {
        self.key = key
        self.kind = kind
        self.title = title
        self.row = row
        self.numbers = numbers
        self.links = links
    }
}
