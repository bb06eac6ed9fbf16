import Files
import JSON
import Processes
import TestSupport
import Testing

/// Holds the package's edges against the rule of `docs/architecture.md`: arrows only point down.
@Suite(.timeLimit(.minutes(10))) struct LayeringTests {
    private static let layers = ["C", "Base", "Engines", "Domains", "Edges", "App"]

    private struct Room {
        let name: String
        let layer: Int
        let position: Int
        let dependencies: [String]
    }

    private static var root: String {
        (0..<3).reduce(#filePath) { path, _ in Directory.parent(of: path) }
    }

    /// The rooms in the order of `Package.swift`, which is that of the table in the architecture.
    private func rooms() async throws -> [Room] {
        let directory = try TemporaryDirectory()
        let request = SpawnRequest(
            executable: "/usr/bin/env",
            arguments: [
                "swift", "package", "--disable-sandbox", "--scratch-path", directory.path, "describe", "--type", "json",
            ],
            environment: ["PATH": path, "HOME": directory.path],
            directory: Self.root,
            logPath: "\(directory.path)/describe.json"
        )
        let child = try await ChildProcess.spawn(request)
        try #require(await child.wait().isSuccess, "\(child.outputTail)")
        let text = String(decoding: try File.read("\(directory.path)/describe.json"), as: UTF8.self)
        let start = try #require(text.firstIndex(of: "{"))
        let targets = try JSONValue.parse(String(text[start...]))["targets"]?.arrayValue ?? []
        let manifest = String(decoding: try File.read("\(Self.root)/Package.swift"), as: UTF8.self)
        return targets.compactMap { target in
            guard let name = target["name"]?.stringValue, let path = target["path"]?.stringValue,
                let layer = Self.layers.firstIndex(where: { path.hasPrefix("Sources/\($0)/") })
            else { return nil }
            let place = manifest.firstRange(of: "\"\(name)\"").map {
                manifest.utf8.distance(from: manifest.startIndex, to: $0.lowerBound)
            }
            let dependencies = target["target_dependencies"]?.arrayValue?.compactMap(\.stringValue) ?? []
            return Room(name: name, layer: layer, position: place ?? 0, dependencies: dependencies)
        }
    }

    private var path: String {
        ProcessEnvironment.path
    }

    @Test func `arrows only point down, and no domain or edge knows another`() async throws {
        let rooms = try await rooms()
        #expect(rooms.count > 30)
        let byName = Dictionary(uniqueKeysWithValues: rooms.map { ($0.name, $0) })
        for room in rooms {
            for name in room.dependencies {
                guard let other = byName[name] else { continue }
                #expect(other.layer <= room.layer, "\(room.name) must not know \(name), which is above it")
                guard other.layer == room.layer else { continue }
                let layer = Self.layers[room.layer]
                #expect(
                    !["Domains", "Edges"].contains(layer),
                    "\(room.name) must not know \(name): both are in \(layer)"
                )
            }
        }
    }

    @Test func `only one room looks into each C library`() async throws {
        let rooms = try await rooms()
        let libraries = rooms.filter { $0.layer == 0 && $0.name != "CPlatform" }
        for library in libraries {
            let users = rooms.filter { $0.dependencies.contains(library.name) }.map(\.name)
            #expect(users.count == 1, "\(library.name) is used by \(users)")
        }
    }
}
