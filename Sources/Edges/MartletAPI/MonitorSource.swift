package import JSON

/// What the routes about monitors and alerts need; `Composition` wires it to the running monitors.
///
/// Shapes are those of `docs/api.md`. What does not exist is nil.
package protocol MonitorSource: Sendable {
    /// All monitors, those of projects and those that were declared by themselves, with their counters.
    func monitors() async throws -> [JSONObject]

    /// One monitor, with how it was declared.
    func monitor(_ name: String) async throws -> JSONObject?

    /// Declares a monitor, or declares one anew where `replaces`, and starts it.
    ///
    /// Throws an error whose description names the field that is wrong, or the column with those that exist.
    func declare(_ declaration: JSONValue, actor: String, replaces: Bool) async throws -> JSONObject

    /// Stops a monitor and forgets what it found; false where there is none.
    ///
    /// Throws ``MonitorConflict`` for one that a project declares.
    func delete(_ name: String) async throws -> Bool

    /// The windows of one monitor in short, oldest first.
    func windows(monitor: String, from first: Int, limit: Int) async throws -> [JSONObject]?

    /// All that is known of one window; the newest where `index` is nil.
    func window(monitor: String, index: Int?) async throws -> JSONObject?

    /// The changes that the detectors of a monitor have found from a row on, oldest first; of the newest `limit`.
    func changes(monitor: String, from first: Int64, limit: Int) async throws -> [JSONObject]?

    /// A report of one window, the newest where `index` is nil, made of its rows in the log.
    func report(monitor: String, index: Int?, kind: WindowReportKind) async throws -> WindowReport?

    /// Alerts, newest first, of one monitor or of all, of one status or of all.
    func alerts(monitor: String?, status: String?) async throws -> [JSONObject]

    /// One alert with what was sent about it.
    func alert(_ id: String) async throws -> JSONObject?

    /// Notes that somebody looks after an alert.
    func acknowledge(_ id: String, actor: String, note: String) async throws -> JSONObject?

    /// Holds alerts of a monitor back for some seconds; of one fingerprint, or all. Nil where there is no such monitor.
    func silence(_ request: SilenceRequest) async throws -> JSONObject?

    /// The silences that hold now.
    func silences() async throws -> [JSONObject]

    /// Ends a silence; false where there is none.
    func endSilence(_ id: String) async throws -> Bool
}

/// What a report of a window is about.
package enum WindowReportKind: String, Sendable, CaseIterable {
    /// How columns differ from the reference.
    case drift
    /// What columns hold, beside the reference.
    case summary
    /// How good the champion's predictions are, by the labels that have come.
    case performance
}

/// A report in both forms.
package struct WindowReport: Sendable {
    /// For programs.
    package let json: JSONValue
    /// For people: one page that needs nothing else.
    package let html: String

    /// Pairs the forms.
    package init(json: JSONValue, html: String) {
        self.json = json
        self.html = html
    }
}

/// A wish to hear nothing for a while.
package struct SilenceRequest: Sendable, Hashable {
    /// The monitor.
    package var monitor: String
    /// What kind of alert; nil for all of the monitor.
    package var fingerprint: String?
    /// How long.
    package var seconds: Int64
    /// Who asks.
    package var actor: String
    /// Why.
    package var reason: String
}

/// A monitor that cannot be changed this way, and which way is right.
package struct MonitorConflict: Error, Sendable, CustomStringConvertible {
    /// What is in the way, and what to do.
    package let description: String

    /// Says why.
    package init(_ description: String) {
        self.description = description
    }
}
