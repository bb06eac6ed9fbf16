internal import Primitives

/// The SHA-256 of a blob's content, which is also its name.
package struct BlobHash: Hashable, Sendable, CustomStringConvertible {
    /// 64 lowercase hexadecimal digits.
    package let hex: String

    /// Reads 64 lowercase hexadecimal digits; nil where the text is anything else.
    package init?(hex: String) {
        guard hex.utf8.count == 64, hex == hex.lowercased(), Hex.decode(hex) != nil else { return nil }
        self.hex = hex
    }

    init(_ hash: SHA256) {
        hex = Hex.encode(hash.digest())
    }

    package var description: String { hex }
}

/// A blob: what names it and how long it is.
package struct Blob: Sendable, Hashable {
    /// The hash of its content.
    package let hash: BlobHash
    /// Its length in bytes.
    package let size: Int64

    /// A blob of this content and length.
    package init(hash: BlobHash, size: Int64) {
        self.hash = hash
        self.size = size
    }
}
