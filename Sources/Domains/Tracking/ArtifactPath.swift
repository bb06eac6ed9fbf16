/// The place of a file or folder in the artifact store: names joined by `/`, none of them empty, `.` or `..`.
package struct ArtifactPath: Hashable, Sendable, CustomStringConvertible {
    private static let lengthLimit = 4_096
    private static let decodingLimit = 8

    /// The names from the root on; empty for the root.
    package let names: [String]

    /// The root.
    package static let root = ArtifactPath(names: [])

    private init(names: [String]) {
        self.names = names
    }

    /// Reads a path from outside.
    ///
    /// The text is checked as it is and as it would be after any number of percent-decodings.
    ///
    /// - Throws: `TrackingError` with code `invalidParameter` for `..`, absolute paths, backslashes, `#` and control
    ///   characters.
    package init(parsing text: String) throws(TrackingError) {
        guard text.utf8.count <= Self.lengthLimit else { throw Self.invalid }
        var plain = text
        try Self.check(plain)
        for _ in 0..<Self.decodingLimit {
            guard let decoded = Self.percentDecoded(plain) else { throw Self.invalid }
            if decoded == plain {
                names = Self.parts(text)
                return
            }
            plain = decoded
            try Self.check(plain)
        }
        throw Self.invalid
    }

    /// The one name that the store holds for a child of a folder.
    init(stored name: String) throws(TrackingError) {
        guard !name.isEmpty, !name.contains("/") else { throw Self.invalid }
        names = [name]
    }

    /// The place that an artifact location of ours names; nil for locations elsewhere.
    package init?(location: String) {
        guard location.hasPrefix("mlflow-artifacts:") else { return nil }
        var rest = location.dropFirst("mlflow-artifacts:".count)
        if rest.hasPrefix("//") {
            rest = rest.dropFirst(2)
            rest = rest.firstIndex(of: "/").map { rest[$0...] } ?? ""
        }
        let parts = rest.split(separator: "/").map(String.init)
        guard !parts.contains(where: { $0 == ".." || $0 == "." }) else { return nil }
        names = parts
    }

    /// The path with this one below it.
    package func appending(_ other: ArtifactPath) -> ArtifactPath {
        ArtifactPath(names: names + other.names)
    }

    /// Whether it is another path or below it.
    package func lies(within other: ArtifactPath) -> Bool {
        names.starts(with: other.names)
    }

    /// The folder that holds it; the root for the root.
    package var parent: ArtifactPath {
        ArtifactPath(names: Array(names.dropLast()))
    }

    /// The last name; empty for the root.
    package var name: String {
        names.last ?? ""
    }

    /// The names joined by `/`.
    package var text: String {
        names.joined(separator: "/")
    }

    package var description: String { text }

    private static let invalid = TrackingError.invalid("Invalid path")

    private static func parts(_ text: String) -> [String] {
        text.split(separator: "/").filter { $0 != "." }.map(String.init)
    }

    private static func check(_ text: String) throws(TrackingError) {
        let isRefused = text.unicodeScalars.contains { $0 == "#" || $0 == "\\" || $0.value < 0x20 || $0.value == 0x7F }
        guard !isRefused, !text.hasPrefix("/"), !text.hasPrefix("file:"), !parts(text).contains("..") else {
            throw invalid
        }
    }

    /// The text with `%41` read as `A`; nil when that is no text.
    private static func percentDecoded(_ text: String) -> String? {
        guard text.utf8.contains(UInt8(ascii: "%")) else { return text }
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), rest.count >= 2,
                let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }
}
