import JSON
import Testing

@testable import Retraining

@Suite struct TrainingCutTests {
    private let stored = """
        {"dataset":"weather","version":2,"hash":"abc","topic":"weather","from_offset":5109,"to_offset":8759,\
        "rows":3650,"path":"/data/part-0.parquet"}
        """

    @Test func `a cut of one partition reads and is shown as before there could be several`() throws {
        let cut = try #require(TrainingCut(json: try JSONValue.parse(stored)))
        #expect(cut.ranges == [.init(from: 5_109, to: 8_759)])
        #expect(JSONValue.object(cut.json).description == stored)
    }

    @Test func `a cut of several partitions reads back with the offsets of each`() throws {
        var cut = try #require(TrainingCut(json: try JSONValue.parse(stored)))
        cut.ranges = [.init(partition: 0, from: 3, to: 9), .init(partition: 2, from: 4, to: 8)]
        #expect(cut.json["from_offset"] == nil)
        #expect(cut.json["partitions"]?.arrayValue?.last?["partition"] == .int(2))
        #expect(TrainingCut(json: .object(cut.json)) == cut)
    }
}
