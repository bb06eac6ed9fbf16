extension Project {
    /// Checks that names are unique and refer to parts that are there; throws ``ProjectError``.
    func checkReferences() throws(ProjectError) {
        try checkUnique("topics", topics.map(\.name))
        try checkUnique("datasets", datasets.map(\.name))
        try checkUnique("training", training.map(\.name))
        try checkUnique("models", models.map(\.name))
        try checkUnique("deployments", replays.map(\.name) + modelDeployments.map(\.name))
        try checkUnique("monitors", monitors.map(\.name))
        try checkUnique("retraining", retraining.map(\.name))
        for entry in training {
            try check("training '\(entry.name)'.dataset", entry.dataset, among: datasets.map(\.name))
            try check("training '\(entry.name)'.model", entry.model, among: models.map(\.name))
        }
        for model in models {
            try check("models '\(model.name)'.training", model.training, among: training.map(\.name))
        }
        try checkDeployments()
        for monitor in monitors where !monitor.model.isEmpty {
            try check("monitors '\(monitor.name)'.model", monitor.model, among: models.map(\.name))
        }
        for policy in retraining {
            let place = "retraining '\(policy.name)'"
            try check("\(place).monitor", policy.monitor, among: monitors.map(\.name))
            try check("\(place).training", policy.training, among: training.map(\.name))
            try check("\(place).model", policy.model, among: models.map(\.name))
            let task = monitors.first { $0.name == policy.monitor }?.task ?? "binary"
            try policy.gate.check("\(place).gate", task: task)
        }
    }

    private func checkDeployments() throws(ProjectError) {
        let known = topics.map(\.name)
        for replay in replays {
            try check("deployments '\(replay.name)'.output", replay.output, among: known)
            if let labels = replay.labels { try check("deployments '\(replay.name)'.labels", labels, among: known) }
        }
        for deployment in modelDeployments {
            let place = "deployments '\(deployment.name)'"
            try check("\(place).input", deployment.input, among: known)
            try check("\(place).output", deployment.output, among: known)
            try check("\(place).model", deployment.model, among: models.map(\.name))
        }
        try checkUnique("deployments", modelDeployments.map { "output \($0.output)" })
    }

    private func check(_ place: String, _ name: String, among known: [String]) throws(ProjectError) {
        guard !known.contains(name) else { return }
        let choices = known.isEmpty ? "none is declared" : "declared are \(known.joined(separator: ", "))"
        throw ProjectError(place, "there is no '\(name)'; \(choices)")
    }

    private func checkUnique(_ place: String, _ names: [String]) throws(ProjectError) {
        var seen: Set<String> = []
        for name in names where !seen.insert(name).inserted {
            throw ProjectError(place, "'\(name)' stands there twice")
        }
    }
}
