package import JSON

/// What the routes about projects and their loops need; `Composition` wires it to the running projects.
///
/// Shapes are those of `docs/api.md`. A project that does not run is nil.
package protocol LoopSource: Sendable {
    /// Applies the project in a folder of this machine and returns its name.
    ///
    /// Throws an error whose description names what is wrong in the project's file, and where.
    func apply(folder: String) async throws -> String

    /// The projects with their folder and state.
    func projects() async throws -> [JSONObject]

    /// Everything that the page at `/` shows.
    func snapshot(project: String) async throws -> JSONObject?

    /// The steps of the loop, oldest first.
    func steps(project: String) async throws -> [JSONObject]?

    /// One step by its id or number.
    func step(project: String, id: String) async throws -> JSONObject?

    /// What the project's policies decided and why, oldest first.
    func decisions(project: String) async throws -> [JSONObject]?

    /// The report that the demonstration leaves behind.
    func report(project: String) async throws -> JSONObject?

    /// Asks the policies of the project for a retraining; false where the project has none.
    func retrain(project: String, reason: String, actor: String) async throws -> Bool

    /// The deployments of all projects, with version, rows, rate, lag and latency.
    func deployments() async throws -> [JSONObject]

    /// The jobs of all projects, newest first.
    func jobs() async throws -> [JSONObject]

    /// One job.
    func job(id: String) async throws -> JSONObject?

    /// The end of one job's output.
    func jobLog(id: String) async throws -> String?
}
