import Testing

@testable import Tracking

@Suite struct RunSearchTests {
    private let fixture: TrackingFixture

    init() async throws {
        fixture = try await TrackingFixture()
        _ = try await fixture.run(
            "A",
            metrics: ["m": 1, "x": 5],
            params: ["p": "10"],
            tags: ["t": "Red"],
            startTime: 1
        )
        _ = try await fixture.run("B", metrics: ["m": .nan], params: ["p": "9"], tags: ["t": "red"], startTime: 2)
        _ = try await fixture.run("C", metrics: ["m": 3], params: ["q-r": "z"], startTime: 3)
        _ = try await fixture.run("D", metrics: ["m": .infinity], startTime: 4)
        _ = try await fixture.run("E", startTime: 5)
    }

    @Test(arguments: [
        ("metrics.m > 1", "DC"), ("metric.m >= 1 and metrics.x = 5", "A"), ("metrics.m != 1", "DCB"),
        ("metrics.none != 1", ""), ("params.p = '10'", "A"), ("params.`q-r` IS NOT NULL", "C"),
        ("params.p IS NULL", "EDC"), ("params.none IS NULL", "EDCBA"), ("tags.t LIKE 'r%'", "B"),
        ("tags.t ILIKE 'R%'", "BA"), ("tags.t != 'red'", "A"), ("start_time > 3.5", "ED"),
        ("attributes.run_name = 'A'", "A"), ("run_name IN ('A')", "!Only ['run_id']"), ("end_time > 0", ""),
        ("NOT metrics.m > 1", "EBA"), ("NOT end_time > 0", "EDCBA"), ("run_name = 'A' OR run_name = 'E'", "EA"),
        ("(run_name = 'A' OR run_name = 'E') AND start_time < 3", "A"), ("status = 'RUNNING'", "EDCBA"),
        ("status = 'running'", ""), ("status LIKE 'RUN%'", "EDCBA"), ("metrics.m = 'a'", "!Found 'a'"),
        ("start_time > '2'", "!Expected numeric value type for numeric attribute: start_time. Found '2'"),
        ("params.p = 10", "!Expected a quoted string value for parameter (e.g. 'my-value'). Got value 10"),
        ("foo.x = 1", "!Invalid entity type 'foo'"), ("lifecycle_stage = 'x'", "!Invalid attribute key"),
        ("dataset.foo = 'x'", "!Invalid dataset key 'foo'"), ("metrics.m IS NULL", "!only supported for tags"),
        ("metrics.m LIKE 'x'", "!Invalid comparator 'LIKE'"), ("params.p > 'x'", "!Invalid comparator '>'"),
        ("params.p = hello", "!either not quoted"),
    ])
    func filtersFindWhatTheyShould(filter: String, expected: String) async throws {
        guard expected.hasPrefix("!") else {
            #expect(try await fixture.names(filter).joined() == expected)
            return
        }
        let error = await #expect(throws: TrackingError.self) { try await fixture.names(filter) }
        #expect(error?.message.contains(expected.dropFirst()) == true, "\(error?.message ?? "")")
    }

    @Test(arguments: [
        (["metrics.m"], "ACDBE"), (["metrics.m DESC"], "DCABE"), (["params.p"], "ABEDC"), (["params.p DESC"], "BAEDC"),
        (["start_time"], "ABCDE"), (["run_name DESC"], "EDCBA"), (["end_time DESC"], "EDCBA"),
        (["tags.t ASC", "created"], "ABCDE"), (["attribute.status", "run_name"], "ABCDE"),
    ])
    func ordersPutNotANumberAndMissingLast(orderBy: [String], expected: String) async throws {
        #expect(try await fixture.names(nil, orderBy: orderBy).joined() == expected)
    }

    @Test(arguments: [
        (["name FOO"], "Invalid ordering key"), (["foo"], "Invalid attribute key 'foo'"),
        (["dataset.name"], "Invalid identifier type 'dataset'"), (["created", "start_time DESC"], "duplicate fields"),
    ])
    func wrongOrdersAreNamed(orderBy: [String], fragment: String) async throws {
        let error = await #expect(throws: TrackingError.self) { try await fixture.names(nil, orderBy: orderBy) }
        #expect(error?.message.contains(fragment) == true)
    }

    @Test func pagesHoldEveryRunOnce() async throws {
        var request = SearchRequest(orderBy: ["metrics.m"], limit: 2)
        var names: [String] = []
        var pages = 0
        repeat {
            let page = try await fixture.tracking.searchRuns(request, experiments: [.standard])
            names += page.items.map(\.info.name)
            request.pageToken = page.next
            pages += 1
        } while request.pageToken != nil
        #expect(names == ["A", "C", "D", "B", "E"])
        #expect(pages == 3)
    }

    @Test func viewsShowTheTrash() async throws {
        let run = try await fixture.run("F")
        try await fixture.tracking.deleteRun(run)
        let deleted = try await fixture.tracking.searchRuns(
            SearchRequest(),
            experiments: [.standard],
            view: .deletedOnly
        )
        let all = try await fixture.tracking.searchRuns(SearchRequest(), experiments: [.standard], view: .all)
        #expect(deleted.items.map(\.info.name) == ["F"])
        #expect(all.items.count == 6)
    }
}
