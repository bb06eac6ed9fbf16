/// The name of a dataset, which is also its folder's.
package struct DatasetName: Sendable, Hashable, CustomStringConvertible {
    /// The name as text.
    package let text: String

    /// Takes 1 to 128 letters, digits, `.`, `_` and `-`, beginning with a letter or a digit.
    package init(_ text: String) throws(CatalogueError) {
        let bytes = Array(text.utf8)
        guard (1...128).contains(bytes.count), let first = bytes.first, DatasetName.isAlphanumeric(first),
            bytes.allSatisfy({ DatasetName.isAlphanumeric($0) || "._-".utf8.contains($0) })
        else {
            throw CatalogueError(
                .invalidName,
                "a dataset's name is 1 to 128 letters, digits, dots, underscores and dashes, and begins with a letter "
                    + "or a digit"
            )
        }
        self.text = text
    }

    package var description: String { text }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }
}
