/// Is told what monitors find.
///
/// Windows and alerts come at least once, also across restarts: deduplicate by the window's index and the alert's id.
/// They come in the order in which they happened, and the monitor waits for each call; a call that throws is made
/// again later. Estimates come while the monitor runs and are not repeated.
package protocol MonitorObserver: Sendable {
    /// A window was closed and stored.
    func monitor(_ name: String, didClose window: MonitoredWindow) async throws

    /// An alert was opened and stored.
    func monitor(_ name: String, didOpen alert: MonitorAlert) async throws

    /// An alert was resolved and stored.
    func monitor(_ name: String, didResolve alert: MonitorAlert) async throws

    /// A rolling estimate was made; `openAlerts` are the ones that hold after it.
    func monitor(_ name: String, didEstimate estimate: QualityEstimate, openAlerts: [MonitorAlert]) async
}

/// Where the columns of a reference come from: the training data of the champion, or a dataset that was named.
package protocol ReferenceSource: Sendable {
    /// The values of `columns` in one dataset version, row by row; NaN where a value is missing.
    ///
    /// - Throws: when the version or a column does not exist, naming what does.
    func columns(_ columns: [String], of reference: ReferenceDataset) async throws -> [String: [Double]]
}

/// A dataset version that windows are compared with.
package struct ReferenceDataset: Sendable, Hashable, CustomStringConvertible {
    /// The dataset's name.
    package var dataset: String

    /// The version's number.
    package var version: Int

    /// Names a version.
    package init(dataset: String, version: Int) {
        self.dataset = dataset
        self.version = version
    }

    /// `dataset@v1`.
    package var description: String { "\(dataset)@v\(version)" }
}
