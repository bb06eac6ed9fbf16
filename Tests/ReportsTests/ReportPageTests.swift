import Statistics
import Testing

@testable import Reports

struct ReportPageTests {
    private func page(_ count: Int, name: (Int) -> String) throws -> String {
        func columns(_ shift: Double) -> [ReportColumn] {
            (0..<count).map { index in
                ReportColumn(name: name(index), numbers: (0..<2_000).map { Double($0 * 7919 % 2_003) + shift })
            }
        }
        return try DriftReport(
            reference: (DatasetLabel(name: "train.parquet", rows: 2_000), columns(0)),
            current: (DatasetLabel(name: "now.parquet", rows: 2_000), columns(500)),
            options: DriftOptions()
        ).html
    }

    @Test func `names from the data cannot become markup`() throws {
        let html = try page(1) { _ in "<script>alert('x')</script>&\"" }
        #expect(html.contains("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;&quot;"))
        #expect(!html.contains("<script>alert"))
    }

    @Test func `a page of two hundred columns stays below 200 kB and needs nothing from outside`() throws {
        let html = try page(200) { "a column with a long name, number \($0)" }
        #expect(html.utf8.count < 200_000)
        for outside in ["http:", "https:", "src=", "@import", "url("] { #expect(!html.contains(outside), "\(outside)") }
        #expect(html.contains("140 more columns"))
    }

    @Test func `both colour schemes are served and every table head sorts`() throws {
        let html = try page(2) { "c\($0)" }
        #expect(html.contains("prefers-color-scheme:dark"))
        #expect(html.contains("aria-sort=\"none\""))
        #expect(html.contains("aria-label=\"distributions of c1\""))
    }

    @Test(arguments: [
        (0.0, "0"), (1234.5678, "1235"), (0.012345, "0.01235"), (1e-9, "1e-9"), (-3.5, "-3.5"),
        (123456789.0, "123456789"),
    ])
    func `numbers are short and exact enough`(value: Double, text: String) {
        #expect(NumberText.short(value) == text)
    }

    @Test(arguments: [(0.625, "0.62"), (0.055, "0.06"), (-1.005, "-1.00"), (12.0, "12.00")])
    func `two digits are always two`(value: Double, text: String) {
        #expect(FixedText.two(value) == text)
    }
}
