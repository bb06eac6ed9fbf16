internal import JSON

/// A column of a table: its title, and how a row's value reads.
struct Column: Sendable {
    let title: String
    private let value: @Sendable (JSONValue) -> JSONValue?

    init(_ title: String, _ value: @escaping @Sendable (JSONValue) -> JSONValue?) {
        self.title = title
        self.value = value
    }

    /// A member, or a member of a member: `latest.rows`.
    init(_ title: String, _ path: String) {
        self.init(title) { row in
            path.split(separator: ".").reduce(Optional(row)) { $0?[String($1)] }
        }
    }

    func isNumber(in rows: [JSONValue]) -> Bool {
        rows.contains { value($0)?.doubleValue != nil }
            && rows.allSatisfy { (value($0) ?? .null).isNull || value($0)?.doubleValue != nil }
    }

    func text(of row: JSONValue) -> String {
        switch value(row) {
        case nil, .null: "-"
        case .string(let text): Column.printable(text)
        case .double(let number): Column.rounded(number)
        case .some(let other): other.description
        }
    }

    /// Control characters are shown as a dot: what a server says must not drive a terminal.
    static func printable(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? "·" : $0 }))
    }

    /// Four digits behind the point at most.
    private static func rounded(_ number: Double) -> String {
        guard number.isFinite, number.magnitude < 1e12 else { return number.description }
        let scaled = (number * 10_000).rounded() / 10_000
        return scaled == scaled.rounded() ? String(Int(scaled)) : scaled.description
    }
}

/// Rows in columns; numbers stand to the right.
struct Table {
    private let columns: [Column]

    init(_ columns: [Column]) {
        self.columns = columns
    }

    func render(_ rows: [JSONValue]) -> String {
        let cells = columns.map { column in rows.map(column.text(of:)) }
        let widths = zip(columns, cells).map { max($0.title.count, $1.map(\.count).max() ?? 0) }
        let isRight = columns.map { $0.isNumber(in: rows) }
        var text = line(columns.map(\.title), widths, isRight)
        for row in rows.indices { text += line(cells.map { $0[row] }, widths, isRight) }
        return text
    }

    private func line(_ cells: [String], _ widths: [Int], _ isRight: [Bool]) -> String {
        var line = ""
        for index in cells.indices {
            let pad = String(repeating: " ", count: widths[index] - cells[index].count)
            line += isRight[index] ? pad + cells[index] : cells[index] + pad
            line += "  "
        }
        while line.last == " " { line.removeLast() }
        return line + "\n"
    }
}
