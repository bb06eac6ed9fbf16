internal import SQLStore

/// Decides whether a version may be registered from a source, and where its files lie.
///
/// A source may only name what belongs to the run or the logged model given with it: anything else would let a client
/// read files of others, or have the server fetch from addresses of its choice.
struct SourceRules {
    /// What a version is registered from, once checked.
    struct Origin {
        var source: String
        var location: String
        var run: String
        var loggedModel: String?
        /// Whose files they are, when they lie in our own store.
        var owner: Owner?
    }

    /// What the files of a version belong to: it must be there still when the version is written down.
    enum Owner {
        case run(String)
        case loggedModel(String)
        case version(String, Int64)
    }

    private static let foreignStores = ["s3", "gs", "dbfs", "abfss", "abfs", "wasbs", "wasb", "r2", "oss", "b2"]

    let registry: RegistryService
    let draft: ModelVersionDraft

    /// What the version is registered from.
    func origin() async throws -> Origin {
        let source = draft.source
        if RegistryRules.isPrompt(draft.tags) { return try promptOrigin() }
        if isLocal, let host = Self.host(of: source) { throw RegistryError.remoteFile(source, host) }
        guard isLocal || !Self.escapes(source) else { throw refused(Self.relativeReason) }
        if let reference = Self.versionReference(source) { return try await versionOrigin(reference) }
        if let id = draft.loggedModel, !id.isEmpty { return try await loggedModelOrigin(id) }
        if source.hasPrefix("models:/") {
            throw refused(Self.ownerReason("model_id"))
        }
        let run = draft.run ?? ""
        if source.hasPrefix("runs:/") { return try await runOrigin(run) }
        if isOfArtifactStore || isLocal {
            let location = run.isEmpty ? nil : try await registry.origins.artifactLocation(ofRun: run)
            guard let location, !Self.escapes(place), Self.lies(place, within: location) else {
                throw refused(isLocal ? Self.localReason("run_id") : Self.ownerReason("run_id"))
            }
            return Origin(source: source, location: place, run: run, owner: .run(run))
        }
        guard let scheme = Self.scheme(of: source), Self.foreignStores.contains(scheme) else {
            let scheme = Self.scheme(of: source) ?? ""
            throw RegistryError.invalid(
                "'source' cannot use the '\(scheme)' scheme: it addresses a host other than the server's own artifact "
                    + "store, and the server would connect to it. Register from a run or a logged model instead."
            )
        }
        return Origin(source: source, location: source, run: run)
    }

    private func promptOrigin() throws -> Origin {
        guard Self.scheme(of: draft.source) == nil, !draft.source.contains("/") else {
            throw RegistryError.invalid(
                "Invalid prompt source: '\(draft.source)'. Prompt sources must use an MLflow placeholder."
            )
        }
        return Origin(source: draft.source, location: draft.source, run: draft.run ?? "")
    }

    /// A version that is a copy of another one.
    private func versionOrigin(_ reference: (name: String, version: String)) async throws -> Origin {
        let number = Int64(reference.version)
        try await registry.requireModel(reference.name)
        let origin =
            if let number {
                try await registry.version(reference.name, number)
            } else {
                try await registry.version(reference.name, alias: reference.version)
            }
        guard !origin.isPrompt else { throw refused("It is a prompt.") }
        if let run = draft.run, !run.isEmpty, !origin.run.isEmpty, run != origin.run {
            throw refused("The run_id request parameter differs from the run of the source, '\(origin.run)'.")
        }
        if let model = draft.loggedModel, !model.isEmpty, model != origin.loggedModel {
            throw refused("The model_id request parameter differs from the logged model of the source.")
        }
        return Origin(
            source: "models:/\(origin.name)/\(origin.version)",
            location: origin.location,
            run: origin.run.isEmpty ? draft.run ?? "" : origin.run,
            loggedModel: origin.loggedModel,
            owner: .version(origin.name, origin.version)
        )
    }

    private func loggedModelOrigin(_ id: String) async throws -> Origin {
        let source = draft.source
        let isItself = source == "models:/\(id)"
        guard isItself || !source.hasPrefix("models:/") else { throw refused(Self.ownerReason("model_id")) }
        guard let model = try await registry.origins.loggedModel(id) else {
            throw RegistryError(.doesNotExist, "Logged model with ID '\(id)' not found.")
        }
        let liesWithin =
            isOfArtifactStore || isLocal && !Self.escapes(place)
            ? Self.lies(place, within: model.artifactLocation) : false
        guard isItself || liesWithin || isForeign else {
            throw refused(isLocal ? Self.localReason("model_id") : Self.ownerReason("model_id"))
        }
        let run = draft.run.flatMap { $0.isEmpty ? nil : $0 } ?? model.sourceRun
        let location = isItself ? model.artifactLocation : place
        return Origin(source: source, location: location, run: run, loggedModel: id, owner: .loggedModel(id))
    }

    private func runOrigin(_ run: String) async throws -> Origin {
        let parts = draft.source.dropFirst("runs:/".count).split(separator: "/", maxSplits: 1)
        guard let named = parts.first, String(named) == run else { throw refused(Self.ownerReason("run_id")) }
        guard let base = try await registry.origins.artifactLocation(ofRun: run) else {
            return Origin(source: draft.source, location: draft.source, run: run)
        }
        let location = parts.count > 1 ? "\(base)/\(parts[1])" : base
        return Origin(source: draft.source, location: location, run: run, owner: .run(run))
    }

    /// Where the source lies; a path of this machine may say `..`, and must then still lie within what it belongs to.
    private var place: String {
        isLocal ? Self.resolved(draft.source) : Self.location(draft.source)
    }

    private var isForeign: Bool {
        Self.scheme(of: draft.source).map(Self.foreignStores.contains) ?? false
    }

    /// Whether the source is in our own store, by its scheme or by the address of its API.
    private var isOfArtifactStore: Bool {
        Self.location(draft.source).hasPrefix("mlflow-artifacts:")
    }

    private var isLocal: Bool {
        let scheme = Self.scheme(of: draft.source)
        return scheme == nil || scheme == "file"
    }

    /// Refuses an origin whose owner has been purged since it was looked up.
    ///
    /// In the transaction that adds the version: a purge, which is one too, then either finds the version and keeps its
    /// files, or is found here.
    func requireOwner(of origin: Origin, in transaction: any SQLTransaction) throws {
        switch origin.owner {
        case nil: return
        case .run(let id):
            guard try registry.origins.isThere(run: id, in: transaction) else {
                throw refused(Self.ownerReason("run_id"))
            }
        case .loggedModel(let id):
            guard try registry.origins.isThere(loggedModel: id, in: transaction) else {
                throw RegistryError(.doesNotExist, "Logged model with ID '\(id)' not found.")
            }
        case .version(let name, let version):
            _ = try VersionStore(transaction: transaction).require(name, version)
        }
    }

    private func refused(_ reason: String) -> RegistryError {
        .invalid("Invalid model version source: '\(draft.source)'. \(reason)")
    }

    private static let relativeReason =
        "If supplying a source as an http, https, local file path, ftp, objectstore, or mlflow-artifacts uri, an absolute "
        + "path must be provided without relative path references present. Please provide an absolute path."

    private static func ownerReason(_ parameter: String) -> String {
        "The \(parameter) request parameter must identify the resource that contains the source."
    }

    private static func localReason(_ parameter: String) -> String {
        "To use a local path as a model version source, the \(parameter) request parameter has to be specified and the "
            + "local path has to be contained within the artifact directory of the run specified by the \(parameter)."
    }

    /// The place in our store that an address of the artifact API stands for; other sources as they are.
    private static func location(_ source: String) -> String {
        let marker = "/mlflow-artifacts/artifacts/"
        guard let scheme = scheme(of: source), scheme == "http" || scheme == "https",
            let range = source.firstRange(of: marker)
        else { return source }
        return "mlflow-artifacts:/" + source[range.upperBound...]
    }

    /// A path without `..`, as far as there is something before it to go back from.
    private static func resolved(_ path: String) -> String {
        var parts: [Substring] = []
        for part in path.split(separator: "/", omittingEmptySubsequences: false) {
            if part == "..", let last = parts.last, !last.isEmpty, !last.hasSuffix(":"), last != ".." {
                parts.removeLast()
            } else {
                parts.append(part)
            }
        }
        return parts.joined(separator: "/")
    }

    /// The other machine that a `file` address names; nil when it names none or this one.
    private static func host(of source: String) -> String? {
        guard scheme(of: source) == "file", source.dropFirst("file:".count).hasPrefix("//") else { return nil }
        let host = source.dropFirst("file://".count).prefix { $0 != "/" }.lowercased()
        let isHere = host.isEmpty || host == "." || host.hasPrefix("localhost") || host.hasPrefix("127.0.0.1")
        return isHere ? nil : host
    }

    /// Whether a location is another one or below it.
    private static func lies(_ location: String, within base: String) -> Bool {
        let (inner, outer) = (normalized(location), normalized(base))
        return inner == outer || inner.hasPrefix(outer + "/")
    }

    private static func normalized(_ location: String) -> String {
        var rest = Substring(location)
        var scheme = ""
        if let colon = rest.firstIndex(of: ":"), rest[..<colon].allSatisfy({ $0.isLetter || $0 == "-" }) {
            scheme = String(rest[...colon])
            rest = rest[rest.index(after: colon)...]
        }
        if scheme == "file:" { scheme = "" }
        if rest.hasPrefix("//") {
            // The host of our own store says nothing about the place.
            rest = rest.dropFirst(2)
            rest = rest.firstIndex(of: "/").map { rest[$0...] } ?? ""
        }
        return scheme + "/" + rest.split(separator: "/").filter { $0 != "." }.joined(separator: "/")
    }

    private static func scheme(of source: String) -> String? {
        guard let colon = source.firstIndex(of: ":"), colon != source.startIndex else { return nil }
        let scheme = source[..<colon].lowercased()
        guard scheme.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "+" || $0 == "-" || $0 == "." }) else {
            return nil
        }
        return scheme
    }

    /// `models:/<name>/<version>` and `models:/<name>@<alias>`; nil for anything else, such as a logged model.
    private static func versionReference(_ source: String) -> (name: String, version: String)? {
        guard source.hasPrefix("models:/") else { return nil }
        let rest = source.dropFirst("models:/".count).drop { $0 == "/" }
        if let slash = rest.firstIndex(of: "/") {
            return (String(rest[..<slash]), String(rest[rest.index(after: slash)...]))
        }
        guard let at = rest.lastIndex(of: "@") else { return nil }
        return (String(rest[..<at]), String(rest[rest.index(after: at)...]))
    }

    /// Whether a source holds `..` as a part, however often it is percent-encoded, or control characters.
    private static func escapes(_ source: String) -> Bool {
        var plain = source.lowercased()
        for _ in 0..<8 {
            for (encoded, decoded) in [("%25", "%"), ("%2e", "."), ("%2f", "/"), ("%5c", "\\"), ("%00", "\u{0}")] {
                plain = plain.split(separator: encoded, omittingEmptySubsequences: false).joined(separator: decoded)
            }
        }
        if plain.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) { return true }
        return plain.split(whereSeparator: { $0 == "/" || $0 == "\\" || $0 == ":" || $0 == "?" || $0 == "#" })
            .contains("..")
    }
}
