internal import Primitives

/// Where the next page of a search begins, as text that callers hand back unread.
///
/// A token may carry a fingerprint of what was searched, so that it cannot be used for another search.
package struct PageToken: Sendable, Equatable {
    /// How many rows come before the page.
    package let offset: Int
    /// What was searched, in the order that the search gave; empty when it does not matter.
    package let fingerprints: [String]

    /// A token for the page after `offset` rows.
    package init(offset: Int, fingerprints: [String] = []) {
        self.offset = offset
        self.fingerprints = fingerprints
    }

    /// The token as text.
    package var text: String {
        Base64.encode(Array(([String(offset)] + fingerprints).joined(separator: ";").utf8))
    }

    /// Reads a token; the empty text and nil mean the first page.
    ///
    /// - Throws: `FilterError` when the text is no token.
    package init?(parsing text: String?) throws(FilterError) {
        guard let text, !text.isEmpty else { return nil }
        guard let bytes = Base64.decode(text) else {
            throw FilterError("Invalid page token, could not base64-decode")
        }
        let plain = String(decoding: bytes, as: UTF8.self)
        let parts = plain.split(separator: ";", omittingEmptySubsequences: false).map(String.init)
        guard let first = parts.first, let offset = Int(first), offset >= 0 else {
            throw FilterError("Invalid page token, decoded value=\(plain)")
        }
        self.init(offset: offset, fingerprints: Array(parts.dropFirst()))
    }

    /// A short text that differs when `text` differs.
    package static func fingerprint(_ text: String) -> String {
        // FNV-1a, 64 bits: stable between starts of the program, unlike `Hasher`.
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in text.utf8 {
            hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3
        }
        return String(hash, radix: 16)
    }
}
