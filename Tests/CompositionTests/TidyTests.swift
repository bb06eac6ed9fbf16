import Files
import Testing

/// Holds the sources against the rules that no compiler checks.
@Suite struct TidyTests {
    private struct Source {
        let path: String
        let lines: [String]
    }

    private static let root = (0..<3).reduce(#filePath) { path, _ in Directory.parent(of: path) }

    private static func sources(below folder: String) throws -> [Source] {
        var found: [Source] = []
        for name in try Directory.names("\(root)/\(folder)") {
            let path = "\(folder)/\(name)"
            if Directory.isDirectory("\(root)/\(path)") {
                found += try sources(below: path)
            } else if name.hasSuffix(".swift") {
                let text = String(decoding: try File.read("\(root)/\(path)"), as: UTF8.self)
                found.append(
                    Source(
                        path: path,
                        lines: text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
                    )
                )
            }
        }
        return found
    }

    /// Every line with its place, without what stands in a comment.
    private func forEachLine(_ body: (Source, Int, String) -> Void) throws {
        for source in try Self.sources(below: "Sources") {
            for (index, line) in source.lines.enumerated() {
                let code = line.firstRange(of: "//").map { String(line[..<$0.lowerBound]) } ?? line
                body(source, index, code)
            }
        }
    }

    @Test(arguments: ["try!", "fatalError(", "Thread.sleep", "DispatchQueue", "Date()", "@preconcurrency", " as! "])
    func `calls that hide a failure or block the pool do not occur`(call: String) throws {
        try forEachLine { source, index, code in
            #expect(!code.contains(call), "\(source.path):\(index + 1)")
        }
    }

    @Test func `only the command line prints, through its own streams`() throws {
        try forEachLine { source, index, code in
            let words = code.split { !$0.isLetter && $0 != "(" && $0 != "." }
            #expect(!words.contains { $0.hasPrefix("print(") }, "\(source.path):\(index + 1)")
        }
    }

    @Test func `every declaration that other targets see says what it is for`() throws {
        try forEachLine { source, index, code in
            let words = code.split(separator: " ").map(String.init)
            guard words.first == "package", words.count > 1, words[1] != "import", !Self.isRequirement(code) else {
                return
            }
            var above = index - 1
            while above >= 0, source.lines[above].trimmed.hasPrefix("@") { above -= 1 }
            let comment = above >= 0 ? source.lines[above].trimmed : ""
            #expect(comment.hasPrefix("///"), "\(source.path):\(index + 1): \(code.trimmed)")
        }
    }

    @Test func `what the compiler is told to trust says which lock or thread makes it true`() throws {
        try forEachLine { source, index, code in
            guard code.contains("@unchecked Sendable") || code.contains("nonisolated(unsafe)") else { return }
            let around = source.lines[max(0, index - 4)...min(source.lines.count - 1, index + 3)]
            #expect(around.contains { $0.contains("//") }, "\(source.path):\(index + 1)")
        }
    }

    @Test func `nothing is left for later in a comment`() throws {
        for source in try Self.sources(below: "Sources") + Self.sources(below: "Tests")
        where !source.path.hasSuffix("TidyTests.swift") {
            for (index, line) in source.lines.enumerated() {
                for mark in ["TODO", "FIXME", "XXX", "HACK"] {
                    #expect(!line.contains(mark), "\(source.path):\(index + 1)")
                }
            }
        }
    }

    @Test func `files stay small enough to hold in the head`() throws {
        for source in try Self.sources(below: "Sources") {
            #expect(source.lines.count <= 600, "\(source.path) has \(source.lines.count) lines: split it by idea")
        }
    }

    /// What a protocol from elsewhere asks for is explained there.
    private static func isRequirement(_ code: String) -> Bool {
        let known = [
            "var description", "var debugDescription", "static func ==", "static func <", "func hash(into",
            "var rawValue",
            "init(rawValue", "init(stringLiteral", "init(integerLiteral", "init(floatLiteral", "init(booleanLiteral",
            "init(nilLiteral", "init(dictionaryLiteral", "init(arrayLiteral", "init(unicodeScalarLiteral",
            "typealias Element",
            "func makeAsyncIterator", "func run() async throws", "func stop() async", "let name", "var name",
            "func encode(",
            "init(from ", "init(stringInterpolation", "var httpError", "func enqueue", "func checkIsolated",
            "func isIsolatingCurrentContext", "func next(", "nonisolated let name", "var unownedExecutor",
            "subscript(position",
            "var startIndex", "var endIndex", "func index(",
        ]
        return known.contains { code.contains($0) }
    }
}

extension String {
    fileprivate var trimmed: Substring { drop { $0 == " " } }
}
