import Testing

@testable import SQLStore
@testable import Tracking

/// Pages are the same whatever a search reads first.
@Suite struct RunPageTests {
    private static let orders: [[String]] = [
        [], ["start_time"], ["run_name DESC"], ["metrics.m"], ["metrics.m DESC"], ["metrics.m DESC", "start_time ASC"],
        ["metrics.m ASC", "params.p DESC"], ["params.p"], ["params.p DESC", "metrics.m"], ["tags.t DESC"],
        ["metrics.unknown"], ["metrics.m", "run_id DESC"],
    ]
    private static let filters: [String?] = [
        nil, "metrics.m > 2", "metrics.m != 2", "params.p = 'b'", "metrics.m >= 1 AND tags.t = 'x'",
        "params.p = 'b' AND metrics.m < 4", "params.p = 'a' OR metrics.m = 3", "params.p = 'nothing'",
    ]

    private let fixture: TrackingFixture

    init() async throws {
        fixture = try await TrackingFixture()
        for index in 0..<36 {
            // Ties, values that are none, and runs without a value.
            let metrics: [String: Double] = index % 6 == 5 ? [:] : ["m": index % 6 == 4 ? .nan : Double(index % 4)]
            let params = index % 3 == 2 ? [:] : ["p": ["a", "b", "é", "Z"][index / 3 % 4]]
            let tags = index % 2 == 0 ? ["t": ["x", "y"][index / 2 % 2]] : [:]
            _ = try await fixture.run(
                "r\(index)",
                metrics: metrics,
                params: params,
                tags: tags,
                startTime: Int64(index / 5)
            )
        }
    }

    private func page(_ request: SearchRequest, fewRows: Int64) async throws -> (names: [String], next: String?) {
        let keys = fixture.tracking.keys
        let dialect = fixture.database.dialect
        return try await fixture.database.read { transaction in
            var search = RunPageSearch(
                transaction: transaction,
                search: RunSearch(dialect: dialect) { try keys.number(of: $0, in: transaction) },
                request: request,
                experiments: [.standard],
                view: .activeOnly
            )
            search.fewRows = fewRows
            let (rows, next) = try search.page()
            return (try rows.map { try $0.text(3) }, next)
        }
    }

    /// All names, page by page.
    private func names(_ filter: String?, _ orderBy: [String], limit: Int, fewRows: Int64) async throws -> [String] {
        var request = SearchRequest(filter: filter, orderBy: orderBy, limit: limit)
        var names: [String] = []
        repeat {
            let page = try await page(request, fewRows: fewRows)
            names += page.names
            request.pageToken = page.next
        } while request.pageToken != nil
        return names
    }

    @Test(arguments: orders)
    func everyWayToReadGivesTheSamePages(orderBy: [String]) async throws {
        for filter in Self.filters {
            let whole = try await names(filter, orderBy, limit: 100, fewRows: 3_000)
            #expect(Set(whole).count == whole.count)
            for fewRows: Int64 in [0, 10, 3_000] {
                let paged = try await names(filter, orderBy, limit: 7, fewRows: fewRows)
                #expect(paged == whole, "\(filter ?? "no filter"), \(fewRows)")
            }
        }
    }

    @Test func aRunThatComesInBetweenNeitherRepeatsNorHidesOne() async throws {
        var request = SearchRequest(orderBy: ["metrics.m DESC"], limit: 10)
        let first = try await page(request, fewRows: 0)
        _ = try await fixture.run("new", metrics: ["m": 99], startTime: 50)
        request.pageToken = first.next
        let second = try await page(request, fewRows: 0)
        #expect(Set(first.names).isDisjoint(with: second.names))
        let all = try await names(nil, ["metrics.m DESC"], limit: 100, fewRows: 0)
        #expect(Array(all.dropFirst().prefix(20)) == first.names + second.names)
    }

    @Test(arguments: ["MDthbmFu", "MDtub3doZXJl", "MDthbGw7eDsxO3U=", "!"])
    func aForeignTokenIsRefused(token: String) async throws {
        let request = SearchRequest(limit: 1, pageToken: token)
        let answer = try? await fixture.tracking.searchRuns(request, experiments: [.standard])
        // `0;hnan`, `0;nowhere`, `0;all;x;1;u` and no Base64 at all.
        #expect(answer == nil)
    }

    @Test func longValuesOfParametersAreToldApart() async throws {
        let start = String(repeating: "x", count: 300)
        let one = try await fixture.run("one", params: ["long": start + "1"])
        _ = try await fixture.run("two", params: ["long": start + "2"])
        let request = SearchRequest(filter: "params.long = '\(start)1'")
        let found = try await fixture.tracking.searchRuns(request, experiments: [.standard]).items
        #expect(found.map(\.info.id) == [one])
        #expect(try await names("params.long != ''", ["params.long DESC"], limit: 1, fewRows: 0) == ["two", "one"])
    }
}
