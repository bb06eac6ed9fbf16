import Catalogue
import Files
import Lake
import SQLStore
import SQLStoreTestSupport
import Streams
import StreamsTestSupport
import TestSupport

/// A catalogue over real parts: SQLite, DuckDB, and a log that speaks Kafka's protocol.
struct CatalogueFixture {
    let folder: TemporaryDirectory
    let cluster = TestCluster()
    let database: any SQLDatabase
    let lake: Lake
    let catalogue: CatalogueService

    init() async throws {
        folder = try TemporaryDirectory()
        database = try await TestDatabase.open(in: folder.path)
        lake = Lake(
            .init(directory: "\(folder.path)/lake", library: .init(virtualEnvironments: [VirtualEnvironment.path]))
        )
        catalogue = try CatalogueService(database: database, lake: lake, streams: cluster.configuration)
        try await catalogue.recover()
    }

    /// A catalogue on the same folder and database, as after a restart.
    func restarted() async throws -> CatalogueService {
        let lake = Lake(
            .init(directory: "\(folder.path)/lake", library: .init(virtualEnvironments: [VirtualEnvironment.path]))
        )
        let catalogue = try CatalogueService(database: database, lake: lake, streams: cluster.configuration)
        try await catalogue.recover()
        return catalogue
    }

    /// Writes a file beside the lake and gives its path.
    func file(_ name: String, _ text: String) throws -> String {
        let path = "\(folder.path)/\(name)"
        try File.replace(path, with: Array(text.utf8))
        return path
    }

    /// Makes a topic of one partition with these values, one a message.
    func topic(_ name: String, _ values: [String]) async throws {
        cluster.create(name)
        let producer = try StreamProducer(cluster.configuration)
        _ = try await producer.send(values.map { ProducerRecord(topic: name, partition: 0, value: Array($0.utf8)) })
        await producer.close()
    }

    /// A topic `weather` of `rows` messages and `weather.labels` with a label for each message in `labelled`.
    func weather(rows: Int, labelled: [Int]) async throws {
        try await topic(
            "weather",
            (0..<rows).map { "{\"day\":\($0),\"temperature\":\(Double($0) / 8),\"sky\":\"s\($0)\"}" }
        )
        try await topic("weather.labels", labelled.map { CatalogueFixture.label($0, $0 % 2) })
    }

    /// A label of a message of `weather`.
    static func label(_ message: Int, _ label: Int) -> String {
        "{\"prediction_id\":\"weather-0-\(message)\",\"label\":\(label),\"event_time\":0}"
    }

    /// The columns of `weather`.
    static let columns = [LakeField(name: "day", type: .integer), LakeField(name: "temperature", type: .double)]

    /// A slice of `weather` with its labels.
    static func slice(_ messages: Range<Int64>, labels: Range<Int64>, columns: [LakeField] = columns) -> TopicSlice {
        TopicSlice(
            ranges: [OffsetRange(topic: "weather", from: messages.lowerBound, to: messages.upperBound)],
            columns: columns,
            labels: LabelSlice(
                ranges: [OffsetRange(topic: "weather.labels", from: labels.lowerBound, to: labels.upperBound)],
                column: LakeField(name: "rain", type: .integer)
            ),
            transformCommit: "0123abc"
        )
    }
}

/// The code of the ``CatalogueError`` that `body` throws, or nil.
func code(of body: () async throws -> Void) async -> CatalogueError.Code? {
    do {
        try await body()
        return nil
    } catch {
        return (error as? CatalogueError)?.code
    }
}
