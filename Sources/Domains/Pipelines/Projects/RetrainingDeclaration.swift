/// When to train again, on what, and who may replace the champion.
package struct RetrainingDeclaration: Sendable, Hashable {
    /// The policy's name.
    package var name: String
    /// Whether retraining begins by itself; else it is suggested only.
    package var isAutomatic: Bool
    /// The monitor whose alerts it listens to.
    package var monitor: String
    /// The training that makes the challenger.
    package var training: String
    /// The registered model.
    package var model: String
    /// The alias that a promotion moves.
    package var alias: String
    /// Whether everything that is declared must be the matter at once; else anything of it starts a retraining.
    package var requiresAll: Bool
    /// Whether an open alert on the data's quality holds a retraining back.
    package var requiresQuality: Bool
    /// Kinds of open alerts that start a retraining: `performance`, `drift`, `estimated`, `change`.
    package var alerts: [String]
    /// Labels since the alert opened, or since the last try.
    package var newLabels: Int
    /// Times at which to train again, in cron's five fields; nil for none.
    package var schedule: String?
    /// Labels since the last try that are a reason to train again; nil for none.
    package var everyLabels: Int?
    /// How old the champion may become, in days; nil for any age.
    package var maximumAgeDays: Double?
    /// Labelled rows before which nothing starts by itself.
    package var warmUpRows: Int
    /// Minutes between two tries.
    package var coolDownMinutes: Double
    /// Labelled rows between two tries.
    package var coolDownRows: Int
    /// Most tries within 24 hours.
    package var maximumPerDay: Int
    /// The dataset that gets a new version.
    package var dataset: String
    /// The newest labelled rows that it is cut from.
    package var rows: Int
    /// The newest of them, for the comparison only.
    package var holdOutRows: Int
    /// What the challenger must show on them.
    package var gate: GateDeclaration
}
