internal import Catalogue
internal import Execution
internal import Lake
internal import Monitoring
internal import Pipelines
internal import Primitives
internal import Registry
internal import Retraining
internal import Scoring
internal import Streams
internal import Telemetry

/// The services of one project, wired to each other.
struct RunningParts: Sendable {
    let scorers: [ScoringDeployment]
    let monitors: [MonitorService]
    /// Monitors of datasets, which no policy listens to.
    let datasetMonitors: [any RunningMonitor]
    let retrainers: [RetrainingService]
    let replays: [ReplaySource]
    let followers: Followers

    /// The services in the order of their dependencies: sources come last, and stop first.
    var services: [any Service] {
        let watching = datasetMonitors.map { $0 as any Service }
        return scorers + monitors + watching + retrainers + replays
    }

    init(activation: ProjectActivation, loop: ProjectLoop) async throws {
        let builder = PartsBuilder(activation: activation)
        scorers = try builder.scorers()
        let followers = Followers(scorers: scorers, parts: activation.parts)
        retrainers = try builder.retrainers(followers: followers)
        let observer = MonitorEvents(activation: activation, retrainers: retrainers)
        monitors = try await builder.monitors(observer: observer)
        datasetMonitors = try await builder.datasetMonitors(observer: observer)
        followers.set(monitors: monitors)
        for model in Set(activation.project.monitors.map(\.model)) where !model.isEmpty {
            await followers.moveReference(of: model)
        }
        replays = try await builder.replays(retrainers: retrainers, monitors: monitors)
        self.followers = followers
    }
}

/// Shut while a retraining is under way, since a job takes seconds and a simulated day has 24 hours, and while monitors
/// cannot follow.
struct LoopGate: ReplayGate {
    let retrainers: [RetrainingService]
    let leads: [ReplayLead]

    func isOpen(afterRows rows: Int) -> Bool {
        let now = MonotonicClock.nowNanoseconds()
        return retrainers.allSatisfy(\.isIdle) && leads.allSatisfy { $0.allows(rows: rows, now: now) }
    }
}

/// Makes the services that a project declares.
struct PartsBuilder {
    let activation: ProjectActivation

    private var project: Project { activation.project }
    private var parts: ServerParts { activation.parts }

    func scorers() throws -> [ScoringDeployment] {
        let loader = try parts.models.open()
        return project.modelDeployments.map { declaration in
            let selector: ModelReference.Selector =
                switch declaration.selection {
                case .alias(let alias): .alias(alias)
                case .version(let version): .version(version)
                }
            return ScoringDeployment(
                DeploymentConfiguration(
                    name: declaration.name,
                    model: ModelReference(name: declaration.model, selector: selector),
                    input: declaration.input,
                    output: declaration.output,
                    streams: parts.streams
                ),
                source: RegistryModelSource(registry: parts.registry),
                loader: loader,
                observer: DeploymentEvents(activation: activation)
            )
        }
    }

    func monitors(observer: MonitorEvents) async throws -> [MonitorService] {
        let factory = MonitorFactory(parts: parts, health: parts.health)
        var monitors: [MonitorService] = []
        for declaration in project.monitors where declaration.dataset == nil {
            monitors.append(try await factory.make(declaration, observer: observer))
        }
        return monitors
    }

    func datasetMonitors(observer: MonitorEvents) async throws -> [any RunningMonitor] {
        let factory = MonitorFactory(parts: parts, health: parts.health)
        var monitors: [any RunningMonitor] = []
        for declaration in project.monitors where declaration.dataset != nil {
            monitors.append(try await factory.makeAny(declaration, observer: observer))
        }
        return monitors
    }

    func retrainers(followers: Followers) throws -> [RetrainingService] {
        try project.retraining.map { declaration in
            guard let training = project.training.first(where: { $0.name == declaration.training }),
                let monitor = project.monitors.first(where: { $0.name == declaration.monitor }),
                let dataset = project.datasets.first(where: { $0.name == declaration.dataset })
            else { throw LoopError("retraining \(declaration.name) names parts that are not declared") }
            let ports = RetrainingPorts(
                data: CatalogueTrainingData(
                    catalogue: parts.catalogue,
                    declaration: declaration,
                    monitor: monitor,
                    dataset: dataset,
                    commit: activation.commit,
                    admin: parts.admin
                ),
                trainer: JobTrainer(parts: parts, project: project, training: training, commit: activation.commit),
                scorer: NativeHoldOutScorer(
                    catalogue: parts.catalogue,
                    models: RegistryModelSource(registry: parts.registry),
                    runtime: parts.models,
                    label: dataset.label ?? ""
                ),
                alias: RegistryChampionAlias(registry: parts.registry, followers: followers)
            )
            return RetrainingService(
                policy: try RetrainingPolicy(
                    declaration,
                    task: GateTask(rawValue: monitor.task) ?? .binary,
                    project: project.name,
                    timeout: training.timeout
                ),
                ports: ports,
                journal: parts.journal,
                database: parts.database
            )
        }
    }

    /// Rows that a replay may be ahead of a monitor besides those whose labels are still held back.
    private static let lead = 500

    func replays(retrainers: [RetrainingService], monitors: [MonitorService]) async throws -> [ReplaySource] {
        var sources: [ReplaySource] = []
        for declaration in project.replays {
            let limit = declaration.labelDelayRows + max(Self.lead, Int(declaration.rowsPerSecond))
            let followers = monitors.filter {
                $0.definition.inputTopic == declaration.output && $0.definition.labelsTopic != nil
            }
            let gate = LoopGate(
                retrainers: retrainers,
                leads: followers.map { monitor in ReplayLead(limit: limit) { monitor.settledThrough } }
            )
            let configuration = ReplayConfiguration(
                name: declaration.name,
                output: declaration.output,
                labels: declaration.labels,
                rowsPerSecond: declaration.rowsPerSecond,
                labelDelayRows: declaration.labelDelayRows,
                streams: parts.streams
            )
            let rows = try await rows(of: declaration)
            sources.append(
                ReplaySource(configuration, rows: rows, gate: declaration.holdWhileRetraining ? gate : nil)
            )
        }
        return sources
    }

    /// The rows of a replay; its file is kept in the catalogue as a dataset of the replay's name.
    private func rows(of declaration: ReplayDeclaration) async throws -> ColumnRows {
        let version = try await parts.catalogue.importFile(declaration.name, path: declaration.path)
        let end = min(declaration.endRow ?? Int.max, Int(version.rowCount))
        guard declaration.firstRow < end else {
            throw LoopError(
                "deployment \(declaration.name): there are no rows from \(declaration.firstRow) to \(end); "
                    + "the file has \(version.rowCount)"
            )
        }
        let values = try await parts.catalogue.readColumns(version, version.schema.map(\.name))
        return try ColumnRows(
            columns: version.schema.map { field in
                ColumnRows.Column(
                    name: field.name,
                    values: Array((values[field.name] ?? [])[declaration.firstRow..<end]),
                    isInteger: field.type == .integer
                )
            },
            timeColumn: declaration.timeColumn,
            timeUnitMilliseconds: declaration.timeUnitMilliseconds,
            label: declaration.label
        )
    }
}

extension RetrainingPolicy {
    fileprivate init(
        _ declaration: RetrainingDeclaration,
        task: GateTask,
        project: String,
        timeout: Duration
    ) throws {
        self.init(
            name: declaration.name,
            project: project,
            model: declaration.model,
            alias: declaration.alias,
            triggers: Set(declaration.alerts.compactMap(TriggerKind.init) + [.manual]),
            coolDownRows: declaration.coolDownRows,
            minimumNewLabels: declaration.newLabels,
            trainingRows: declaration.rows,
            holdOutRows: declaration.holdOutRows,
            jobTimeout: timeout,
            maximumAttemptsPerDay: declaration.maximumPerDay,
            gate: Gate(declaration.gate, task: task, holdOutRows: declaration.holdOutRows)
        )
        everyLabels = declaration.everyLabels
        maximumAgeMilliseconds = declaration.maximumAgeDays.map { Int64($0 * 86_400_000) }
        warmUpRows = declaration.warmUpRows
        isAutomatic = declaration.isAutomatic
        requiresAll = declaration.requiresAll
        requiresQuality = declaration.requiresQuality
        coolDownMilliseconds = Int64(declaration.coolDownMinutes * 60_000)
        guard let text = declaration.schedule else { return }
        guard let schedule = CronSchedule(text) else {
            throw LoopError(
                "retraining \(declaration.name): trigger.schedule must be five fields of cron, such as '0 3 * * 1'; "
                    + "not '\(text)'"
            )
        }
        self.schedule = schedule
    }
}

extension RetrainingPolicy.Gate {
    fileprivate init(_ declaration: GateDeclaration, task: GateTask, holdOutRows: Int) {
        self.init(
            task: task,
            metric: declaration.metric.flatMap(GateMetric.init),
            minimumGain: declaration.margin,
            limit: declaration.atLeast ?? declaration.atMost,
            minimumRows: declaration.minimumRows ?? holdOutRows
        )
        confidence = declaration.confidence
        tolerance = declaration.tolerance
    }
}
