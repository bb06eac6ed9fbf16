import Monitoring
import Pipelines
import Retraining
import Testing

/// Domains do not import each other, so what they call tasks and metrics is said more than once; here it is held equal.
@Suite struct MetricNamesTests {
    @Test(arguments: MonitorTask.allCases)
    func `monitors, gates and project files know the same metrics of a task`(_ task: MonitorTask) throws {
        let gate = try #require(GateTask(rawValue: task.rawValue))
        #expect(Set(task.metrics.map(\.rawValue)) == Set(gate.metrics.map(\.rawValue)))
        #expect(GateDeclaration.metrics[task.rawValue] == gate.metrics.map(\.rawValue))
        #expect(gate.metrics.first == gate.defaultMetric)
        for metric in task.metrics {
            #expect(GateMetric(rawValue: metric.rawValue)?.higherIsBetter == metric.higherIsBetter)
        }
    }
}
