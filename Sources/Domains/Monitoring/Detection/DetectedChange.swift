package import Statistics

/// A change that a detector has found.
package struct DetectedChange: Sendable, Hashable {
    /// The monitor.
    package var monitor: String

    /// What has changed.
    package var series: DetectorDefinition.Series

    /// How it was found.
    package var method: DetectorMethod

    /// Number of the row whose value showed it.
    package var row: Int64

    /// The row's event time, Unix milliseconds; nil where only its prediction was read.
    package var time: Int64?

    /// The window that the row lies in.
    package var window: Int

    /// The champion version that it speaks of; nil for a column.
    package var championVersion: Int?

    /// Values that the detector had taken since it began anew, this one included.
    package var values: Int

    /// The mean of the values before the change and of those after it; nil for methods that do not part them.
    package var means: Means?

    /// Means on both sides of a change.
    package struct Means: Sendable, Hashable {
        /// Of the values before it, since the detector began anew.
        package var before: Double
        /// Of the values after it, up to the row that showed it.
        package var after: Double
    }

    /// The detector's name in its monitor, such as `column.temperature.adwin`.
    package var detector: String { DetectorDefinition(series, method).key }
}
