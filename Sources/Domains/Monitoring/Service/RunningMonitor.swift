package import Execution

/// A monitor at work, whatever it watches.
package protocol RunningMonitor: Service {
    /// What is watched.
    var definition: MonitorDefinition { get }

    /// What was read and joined so far.
    var counters: MonitorCounters { get async }

    /// The dataset version that is compared with; nil when there is none yet.
    var reference: ReferenceDataset? { get async }

    /// What keeps the monitor from its work now, in words; nil when all is well.
    var problem: String? { get async }

    /// The alerts that hold now, oldest first.
    var openAlerts: [MonitorAlert] { get async }
}

extension MonitorService: RunningMonitor {}
extension DatasetMonitor: RunningMonitor {}
