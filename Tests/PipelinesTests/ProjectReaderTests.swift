import Files
import JSON
import TestSupport
import Testing

@testable import Pipelines

@Suite struct ProjectReaderTests {
    private static let good = """
        metadata: {version: 2.0, name: rain}
        topics:
          - {name: rows, configuration: {partitions: 2, retentionInMinutes: 10, cleanupPolicy: DeleteAndCompact}}
          - {name: out}
          - {name: truth}
        datasets:
          - {name: rows, path: data.csv, rows: {from: 0, to: 10}, label: y}
        training:
          - {name: train, application: ., dataset: rows, model: m, variables: [{name: DEPTH, value: 3}]}
        models:
          - {name: m, training: train, aliases: {champion: 1}}
        deployments:
          - name: source
            deploymentType: Managed
            configuration: {kind: replay, path: data.csv, output: rows, timeColumn: t, timeUnit: hour, label: y, labels: truth}
          - {name: scorer, deploymentType: Managed, configuration: {kind: model, model: m@champion, input: rows, output: out}}
          - {name: other, deploymentType: Service, application: app, version: latest}
        monitors:
          - name: watch
            model: m
            input: rows
            labels: truth
            predictions: {champion: out}
            window: {size: 5}
            columns: [a]
            performance: [{metric: log_loss, above: 0.7}, {metric: auc, below: 0.6, severity: page}]
            drift: {psi: 0.2}
        retraining:
          - name: again
            monitor: watch
            training: train
            model: m
            trigger: {alerts: [performance, drift], newLabels: 3, coolDownRows: 4}
            dataset: {name: rows, rows: 10}
            holdOut: {rows: 2}
            gate: {metric: auc, atLeast: 0.6, margin: 0.01}
        checks: [{name: none lost, metric: lost, atMost: 0}]
        futureField: 1
        """

    private func read(_ text: String, file: String = "martlet.yaml") throws -> Project {
        let directory = try TemporaryDirectory()
        try File.replace("\(directory.path)/\(file)", with: Array(text.utf8))
        try File.replace("\(directory.path)/data.csv", with: Array("t,a,y\n".utf8))
        let app =
            "name: train\nrunEntryPoint: train.py\nvariables: [{name: DEPTH, defaultValue: 1}, {name: RATE, defaultValue: 2}]"
        try File.replace("\(directory.path)/app.yaml", with: Array(app.utf8))
        try File.replace("\(directory.path)/train.py", with: [])
        return try ProjectReader.read(folder: directory.path)
    }

    @Test func `a project's file reads whole`() throws {
        let project = try read(Self.good)
        #expect(project.name == "rain")
        #expect(project.topics[0].partitions == 2)
        #expect(project.topics[0].configuration == ["retention.ms": "600000", "cleanup.policy": "compact,delete"])
        #expect(project.datasets[0].rows == 0..<10)
        #expect(project.training[0].variables == ["DEPTH": "3", "RATE": "2"])
        #expect(project.replays[0].timeUnitMilliseconds == 3_600_000)
        #expect(project.modelDeployments[0].selection == .alias("champion"))
        #expect(project.monitors[0].performance.map(\.isUpper) == [true, false])
        #expect(project.monitors[0].drift?.psi == 0.2)
        #expect(project.monitors[0].drift?.wasserstein == nil)
        #expect(project.retraining[0].alerts == ["performance", "drift"])
        #expect(project.retraining[0].isAutomatic)
        #expect(project.retraining[0].gate.metric == "auc" && project.retraining[0].gate.atLeast == 0.6)
        #expect(project.checks[0].holds(for: 0))
        #expect(!project.checks[0].holds(for: 1))
    }

    @Test func `limits may be a version's own, and a policy may want all reasons and sound data`() throws {
        let text = Self.good.replacing("below: 0.6", with: "drop: 0.05")
            .replacing("newLabels: 3", with: "newLabels: 3, require: all, requireQuality: true")
            .replacing("psi: 0.2", with: "psi: 0.2, minimumShare: 0.5")
        let project = try read(text)
        #expect(project.monitors[0].performance.map(\.drop) == [nil, 0.05])
        #expect(project.monitors[0].drift?.minimumShare == 0.5)
        #expect(project.retraining[0].requiresAll && project.retraining[0].requiresQuality)
        let usual = try read(Self.good).retraining[0]
        #expect(!usual.requiresAll && !usual.requiresQuality)
    }

    @Test func `what is not understood is told, not dropped in silence`() throws {
        let warnings = try read(Self.good).warnings
        #expect(warnings.contains { $0.hasPrefix("futureField") })
        #expect(warnings.contains { $0.contains("'other'") })
    }

    @Test func `a gate compares by the usual metric of the monitor's task`() throws {
        let text = Self.good.replacing(
            "predictions: {champion: out}",
            with: "predictions: {champion: out}\n    task: regression"
        )
        .replacing("gate: {metric: auc, atLeast: 0.6, margin: 0.01}", with: "gate: {atMost: 3, confidense: 0.9}")
        let project = try read(text)
        #expect(project.retraining[0].gate.metric(of: project.monitors[0].task) == ("mae", true))
        #expect(project.retraining[0].gate.atMost == 3)
        #expect(project.warnings.contains("retraining[0].gate.confidense: not a field that is read"))
    }

    @Test func `a folder with only a quix file is a project`() throws {
        let project = try read("metadata: {version: 2.0}\ntopics: [{name: a}]", file: "quix.yaml")
        #expect(project.topics.map(\.name) == ["a"])
        #expect(project.name.hasPrefix("martlet-test-"))
    }

    @Test(arguments: [
        ("model: m@champion", "model: m", "deployments[1].configuration.model: must be name@alias or name/version"),
        ("path: data.csv, output", "path: ../../etc/passwd, output", "deployments[0].configuration.path"),
        ("timeUnit: hour", "timeUnit: fortnight", "must be millisecond, second, minute, hour or day"),
        ("kind: replay", "kind: magic", "deployments[0].configuration.kind: must be 'replay' or 'model', not 'magic'"),
        ("window: {size: 5}", "window: {size: 0}", "monitors[0].window.size: must be from 1"),
        ("metric: log_loss", "metric: loss", "monitors[0].performance[0].metric: must be one of"),
        ("holdOut: {rows: 2}", "holdOut: {rows: 10}", "retraining[0].holdOut.rows: must be from 1 to 9"),
        (
            "metric: auc, atLeast: 0.6", "metric: mae",
            "gate.metric: 'mae' is no metric of a binary model: it has auc, f1"
        ),
        (
            "metric: auc, atLeast: 0.6", "metric: brier, atLeast: 0.6",
            "brier is a loss, of which less is better: give atMost"
        ),
        ("metric: auc, atLeast: 0.6", "atMost: 0.6", "more is better of auc: give atLeast"),
        ("newLabels: 3", "require: some", "retraining[0].trigger.require: must be any or all, not 'some'"),
        ("newLabels: 3", "requireQuality: 7", "retraining[0].trigger.requireQuality: must be true or false"),
        (
            "below: 0.6", "drop: 5",
            "performance[1].drop: is a share, such as 0.05 for 5 %: above 0 and below 1, not 5.0"
        ),
        ("below: 0.6", "below: 0.6, drop: 0.1", "performance[1].drop: stands in place of below"),
        ("drift: {psi: 0.2}", "drift: {minimumShare: 30}", "monitors[0].drift.minimumShare: is a share of the columns"),
        ("drift: {psi: 0.2}", "detectors: all", "detectors: must be auto or a list of detectors, not 'all'"),
        ("drift: {psi: 0.2}", "detectors: [{method: adwin}]", "detectors[0]: needs a column, or of: errors"),
        ("drift: {psi: 0.2}", "detectors: [{column: a, of: errors}]", "detectors[0]: needs a column, or of: errors"),
        ("drift: {psi: 0.2}", "detectors: [{of: rows}]", "detectors[0].of: must be errors or predictions, not 'rows'"),
        ("drift: {psi: 0.2}", "detectors: [{column: a, quietRows: 0}]", "detectors[0].quietRows"),
        ("margin: 0.01", "confidence: 95", "retraining[0].gate.confidence: must be from 0.5 to 0.999, such as 0.95"),
        ("margin: 0.01", "tolerance: 0.1", "retraining[0].gate.tolerance: is what the gain may lack at a confidence"),
        ("monitor: watch", "monitor: wach", "there is no 'wach'; declared are watch"),
        ("dataset: rows, model: m", "dataset: row, model: m", "training 'train'.dataset: there is no 'row'"),
        ("{name: out}", "{name: rows}", "'rows' stands there twice"),
        ("name: rain}", "name: ../rain}", "metadata.name"),
        ("alerts: [performance, drift]", "alerts: [weather]", "estimated and change, not 'weather'"),
        ("size: 5", "size: five", "monitors[0].window.size: must be a whole number, not a string"),
        ("application: .", "application: nowhere", "training[0].application: there is no nowhere"),
    ])
    func `a fault is told with its place`(right: String, wrong: String, message: String) throws {
        let text = Self.good.replacing(right, with: wrong)
        try #require(text != Self.good)
        let error = #expect(throws: ProjectError.self) { try read(text) }
        #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
    }

    @Test func `detectors are read, with river's names and with defaults`() throws {
        func detectors(_ text: String) throws -> [MonitorDeclaration.Detector] {
            let project = try read(Self.good.replacing("drift: {psi: 0.2}", with: "detectors: \(text)"))
            return try #require(project.monitors.first).detectors
        }
        #expect(try read(Self.good).monitors.first?.detectors == [])
        let list = try detectors("[{column: a, delta: 0.01, clock: 8, quietRows: 5, severity: page}, {of: errors}]")
        #expect(list.map(\.method) == ["adwin", "hddm_a"])
        #expect(list[0].parameters == ["delta": 0.01, "clock": 8])
        #expect(list[0].quietRows == 5 && list[0].severity == "page" && list[1].severity == "warn")
        #expect(list[1].of == "errors" && list[1].column == nil)
        #expect(try detectors("[{of: predictions}]").map(\.method) == ["adwin"])
        #expect(try detectors("auto").map { $0.column ?? $0.of } == ["a", "errors"])
        #expect(try detectors("auto").map(\.method) == ["adwin", "hddm_a"])
    }

    @Test func `a folder without a project's file is refused`() throws {
        let directory = try TemporaryDirectory()
        let error = #expect(throws: ProjectError.self) { try ProjectReader.read(folder: directory.path) }
        #expect(error?.description.contains("neither martlet.yaml nor quix.yaml") == true)
        #expect(throws: ProjectError.self) { try ProjectReader.read(folder: "/nowhere") }
    }
}
