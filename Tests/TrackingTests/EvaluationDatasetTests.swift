import JSON
import SQLStore
import Testing

@testable import Tracking

@Suite struct EvaluationDatasetTests {
    private let fixture: TrackingFixture
    private var tracking: TrackingService { fixture.tracking }

    init() async throws {
        fixture = try await TrackingFixture()
    }

    private func draft(
        _ inputs: JSONValue,
        _ change: (inout EvaluationRecordDraft) -> Void = { _ in }
    ) -> EvaluationRecordDraft {
        var draft = EvaluationRecordDraft(inputs: inputs)
        change(&draft)
        return draft
    }

    @Test func recordsWithTheSameInputsAreOne() async throws {
        let dataset = try await tracking.createEvaluationDataset("d")
        let first = draft(["a": 1, "b": ["x": nil]]) {
            $0.expectations = ["e": 1]
            $0.tags = ["mlflow.user": "amy"]
        }
        let again = draft(["b": ["x": nil], "a": 1]) {
            $0.expectations = ["f": 2]
            $0.hasOutputs = true
            $0.outputs = "text"
        }
        let counts = try await tracking.upsertRecords(
            [first, draft(["a": 1.5]), again],
            ofEvaluationDataset: dataset.id
        )
        #expect(counts == (2, 1))
        let records = try await tracking.records(ofEvaluationDataset: dataset.id, limit: 10).items
        let merged = try #require(records.first { $0.inputs["b"] != nil })
        #expect(merged.expectations == ["e": 1, "f": 2] && merged.outputs == "text")
        #expect(merged.createdBy == "amy" && merged.updatedBy == "amy")
        let changed = try await tracking.evaluationDataset(dataset.id)
        #expect(try JSONValue.parse(changed.profile ?? "") == ["num_records": 2])
        #expect(changed.updatedBy == "amy")
        let schema = try JSONValue.parse(changed.schema ?? "")
        #expect(schema["inputs"] == ["a": "integer", "b": "object"])
        #expect(schema["outputs"] == "string" && schema["expectations"] == ["e": "integer", "f": "integer"])
    }

    @Test func pagesOfRecordsMissNoneAndRepeatNone() async throws {
        let dataset = try await tracking.createEvaluationDataset("d")
        for part in 0..<3 {
            let drafts = (0..<7).map { draft(["n": .int(Int64(part * 7 + $0))]) }
            _ = try await tracking.upsertRecords(drafts, ofEvaluationDataset: dataset.id)
        }
        var seen: [Int64] = []
        var token: String?
        repeat {
            let page = try await tracking.records(ofEvaluationDataset: dataset.id, limit: 4, pageToken: token)
            seen += page.items.compactMap { $0.inputs["n"]?.intValue }
            token = page.next
        } while token != nil
        #expect(seen.sorted() == Array(0..<21))
        await #expect(throws: TrackingError.self) {
            try await tracking.records(ofEvaluationDataset: dataset.id, limit: 4, pageToken: "evilhax")
        }
    }

    @Test func deletedRecordsAreCountedOff() async throws {
        let dataset = try await tracking.createEvaluationDataset("d")
        _ = try await tracking.upsertRecords([draft(["n": 1]), draft(["n": 2])], ofEvaluationDataset: dataset.id)
        let ids = try await tracking.records(ofEvaluationDataset: dataset.id, limit: 10).items.map(\.id)
        #expect(try await tracking.deleteRecords([ids[0], "dr-none"], ofEvaluationDataset: dataset.id) == 1)
        #expect(try await tracking.evaluationDataset(dataset.id).profile == "{\"num_records\":1}")
        #expect(try await tracking.deleteRecords([ids[1]], ofEvaluationDataset: dataset.id) == 1)
        #expect(try await tracking.evaluationDataset(dataset.id).profile == nil)
    }

    @Test func datasetsAreFoundByExperimentTagAndName() async throws {
        let other = try await tracking.createExperiment(name: "other")
        let first = try await tracking.createEvaluationDataset(
            "rain",
            tags: [KeyValue("t", "x")],
            experiments: [.standard]
        )
        let second = try await tracking.createEvaluationDataset("snow", experiments: [other])
        func names(
            _ filter: String?,
            _ experiments: [ExperimentID] = [],
            _ order: [String] = ["name"]
        ) async throws
            -> [String]
        {
            let request = SearchRequest(filter: filter, orderBy: order)
            return try await tracking.searchEvaluationDatasets(request, experiments: experiments).items.map(\.name)
        }
        #expect(try await names(nil) == ["rain", "snow"])
        #expect(try await names(nil, [], ["name DESC"]) == ["snow", "rain"])
        #expect(try await names(nil, [other]) == ["snow"])
        #expect(try await names("tags.t = 'x'") == ["rain"])
        #expect(try await names("name IN ('snow', 'hail')") == ["snow"])
        #expect(try await names("name ILIKE 'R%' OR created_time > 9999999999999") == ["rain"])
        for wrong in ["foo = 'x'", "created_time > '5'", "tag.t = 'x'", "name NOT IN ('x')"] {
            await #expect(throws: TrackingError.self) { try await names(wrong) }
        }
        _ = try await tracking.addEvaluationDataset(first.id, to: [other, other])
        #expect(try await names(nil, [other]) == ["rain", "snow"])
        _ = try await tracking.removeEvaluationDataset(second.id, from: [other, .standard])
        #expect(try await tracking.experiments(ofEvaluationDataset: second.id) == [])
        await #expect(throws: TrackingError.self) {
            try await tracking.addEvaluationDataset(first.id, to: [ExperimentID(99)])
        }
    }

    @Test func aDeletedDatasetLeavesNothing() async throws {
        let dataset = try await tracking.createEvaluationDataset(
            "d",
            tags: [KeyValue("t", "x")],
            experiments: [.standard]
        )
        _ = try await tracking.upsertRecords([draft(["n": 1])], ofEvaluationDataset: dataset.id)
        try await tracking.deleteEvaluationDataset(dataset.id)
        try await tracking.deleteEvaluationDataset(dataset.id)
        await #expect(throws: TrackingError.self) { try await tracking.evaluationDataset(dataset.id) }
        for table in ["evaluation_records", "evaluation_dataset_tags", "evaluation_dataset_experiments"] {
            let rows = try await fixture.database.read { try $0.query("SELECT count(*) FROM \(table)")[0].int(0) }
            #expect(rows == 0, "\(table)")
        }
    }
}
