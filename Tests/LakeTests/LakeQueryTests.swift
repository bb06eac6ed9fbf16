import Lake
import Testing
import TestSupport

@Suite("Queries")
struct LakeQueryTests {
    let fixture: LakeFixture
    var lake: Lake { fixture.lake }

    init() throws {
        fixture = try LakeFixture()
    }

    @Test("give columns of every type with their nulls")
    func types() async throws {
        let table = try await lake.query(
            """
            SELECT * FROM (VALUES
                (true, 1::TINYINT, 7::UBIGINT, 1.5::FLOAT, 12.25::DECIMAL(18,3), 'short', TIMESTAMP '2000-01-01 00:00:01'),
                (NULL, NULL, NULL, NULL, NULL, NULL, NULL),
                (false, -3, 9223372036854775807, -0.25, -0.001, 'longer than twelve bytes, ü', TIMESTAMP '1969-12-31')
            ) AS t(b, i, u, f, d, s, t)
            """
        )
        #expect(table.fields.map(\.type) == [.boolean, .integer, .integer, .double, .double, .text, .timestamp])
        #expect(
            table.columns.map { $0[0] } == [
                .boolean(true), .integer(1), .integer(7), .double(1.5), .double(12.25), .text("short"),
                .timestamp(946_684_801_000_000),
            ]
        )
        #expect(table.columns.map { $0[1] } == Array(repeating: .null, count: 7))
        #expect(
            table.columns.map { $0[2] } == [
                .boolean(false), .integer(-3), .integer(.max), .double(-0.25), .double(-0.001),
                .text("longer than twelve bytes, ü"), .timestamp(-86_400_000_000),
            ]
        )
    }

    @Test("give every width of integer, decimal and time its value")
    func widths() async throws {
        let table = try await lake.query(
            """
            SELECT 1::SMALLINT, 2::INTEGER, 3::UTINYINT, 4::USMALLINT, 5::UINTEGER, sum(6), 0.5::DECIMAL(4,1),
                0.5::DECIMAL(9,1), 0.5::DECIMAL(38,1), DATE '1970-01-02', TIMESTAMP_S '1970-01-01 00:00:02',
                TIMESTAMP_MS '1970-01-01 00:00:03', TIMESTAMP_NS '1970-01-01 00:00:04', NULL
            """
        )
        #expect(
            table.columns.map { $0[0] } == [
                .integer(1), .integer(2), .integer(3), .integer(4), .integer(5), .integer(6), .double(0.5),
                .double(0.5),
                .double(0.5), .timestamp(86_400_000_000), .timestamp(2_000_000), .timestamp(3_000_000),
                .timestamp(4_000_000), .null,
            ]
        )
    }

    @Test("bind parameters of every type")
    func parameters() async throws {
        let values: [LakeValue] = [
            .null, .boolean(true), .integer(-5), .double(2.5), .text("o'clock; DROP"), .timestamp(1_000_000),
        ]
        let table = try await lake.query("SELECT $1, $2, $3, $4, $5, $6", values)
        #expect(table.columns.map { $0[0] } == values)
    }

    @Test("keep the order of many rows, over many vectors")
    func manyRows() async throws {
        let table = try await lake.query(
            "SELECT i, CASE WHEN i % 3 = 0 THEN NULL ELSE i / 2 END AS h FROM range(10000) AS t(i)"
        )
        #expect(table["i"]?.values == .integers(Array(0..<10_000)))
        #expect(table["h"]?[9_999] == .null)
        #expect(table["h"]?[9_998] == .double(4_999))
        #expect(table["h"]?.nulls.filter { $0 }.count == 3_334)
        #expect(table["h"]?.numbers?[1] == 0.5)
        #expect(table["h"]?.numbers?[0].isNaN == true)
    }

    @Test("keep names and types where there are no rows")
    func noRows() async throws {
        let table = try await lake.query("SELECT 1::BIGINT AS a, 'x' AS b WHERE false")
        #expect(table.rowCount == 0)
        #expect(table.fields == [LakeField(name: "a", type: .integer), LakeField(name: "b", type: .text)])
    }

    @Test(
        "refuse what is wrong with a code and go on",
        arguments: [
            ("SELEC 1", LakeError.Code.invalidQuery),
            ("SELECT 1; SELECT 2", .invalidQuery),
            ("", .invalidQuery),
            ("SELECT $1", .invalidQuery),
            ("SELECT nothing FROM nowhere", .invalidQuery),
            ("SELECT [1, 2]", .unsupportedType),
            ("SELECT 18446744073709551615::UBIGINT", .unsupportedType),
            ("SELECT CAST('x' AS INTEGER)", .invalidQuery),
        ]
    )
    func wrong(sql: String, expected: LakeError.Code) async throws {
        let found = await code { _ = try await lake.query(sql) }
        #expect(found == expected)
        #expect(try await lake.query("SELECT 1").rowCount == 1)
    }

    @Test("with a NUL character are refused, not cut")
    func nul() async throws {
        #expect(await code { _ = try await lake.query("SELECT 1\0, 2") } == .invalidQuery)
    }

    @Test("stop at their bound of rows")
    func bound() async throws {
        let found = await code { _ = try await lake.query("SELECT * FROM range(5000)", maximumRows: 4_000) }
        #expect(found == .tooLarge)
    }

    @Test(
        "reach nothing outside of the lake's folder",
        arguments: [
            "SELECT * FROM read_csv('/etc/passwd')",
            "SELECT * FROM read_text('/etc/hostname')",
            "COPY (SELECT 1) TO '/tmp/martlet-outside.parquet'",
            "ATTACH '/tmp/martlet-outside.db'",
            "INSTALL httpfs",
            "LOAD '/tmp/extension'",
            "SELECT * FROM read_csv('https://example.com/x.csv')",
            "SET enable_external_access = true",
            "SET memory_limit = '100GB'",
        ]
    )
    func sandbox(sql: String) async throws {
        _ = try await lake.query("SELECT 1")
        #expect(await code { _ = try await lake.query(sql) } == .invalidQuery)
    }

    @Test("beyond the memory limit fail alone")
    func memory() async throws {
        let folder = fixture.folder.path
        let small = Lake(
            .init(
                directory: "\(folder)/lake",
                library: .init(virtualEnvironments: [VirtualEnvironment.path]),
                memoryLimitBytes: 64 << 20,
                temporaryLimitBytes: 1 << 20
            )
        )
        let found = await code {
            _ = try await small.query(
                "SELECT max(len) FROM (SELECT length(string_agg(i::VARCHAR || repeat('x', 100), ',')) AS len FROM range(3000000) AS t(i))"
            )
        }
        #expect(found == .outOfMemory)
        #expect(try await small.query("SELECT 1").rowCount == 1)
    }

    @Test("end when their task is cancelled, whenever that is", .timeLimit(.minutes(10)))
    func cancellation() async throws {
        _ = try await lake.query("SELECT 1")
        let lake = lake
        for microseconds in stride(from: 0, to: 4_000, by: 100) {
            let task = Task {
                await code {
                    _ = try await lake.query("SELECT count(*) FROM range(100000000000) AS t(i) WHERE sqrt(i) = 0.5")
                }
            }
            try await Task.sleep(for: .microseconds(microseconds))
            task.cancel()
            #expect(await task.value == .cancelled)
        }
        #expect(try await lake.query("SELECT 1").rowCount == 1)
    }

    @Test("are refused once the lake is closed")
    func closed() async throws {
        #expect(try await lake.query("SELECT 1").rowCount == 1)
        lake.close()
        #expect(await code { _ = try await lake.query("SELECT 1") } == .closed)
    }
}
