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

    /// A window was measured, or got more labels: what is known of it so far, stored; not repeated.
    func monitor(_ name: String, didFill window: MonitoredWindow) async

    /// A rolling estimate was made; `openAlerts` are the ones that hold after it.
    func monitor(_ name: String, didEstimate estimate: QualityEstimate, openAlerts: [MonitorAlert]) async
}
