internal import Primitives

/// A file of the browser side, ready to be sent.
package struct WebAsset: Sendable {
    /// Its path within `web/`, such as `js/main.js`.
    package let path: String
    /// Its content.
    package let bytes: [UInt8]
    /// A strong validator: the digest of the content, in quotes.
    package let entityTag: String

    /// A file with its content; the validator is computed from it.
    package init(path: String, bytes: [UInt8]) {
        self.path = path
        self.bytes = bytes
        entityTag = "\"\(SHA256.hex(bytes).prefix(32))\""
    }

    /// The media type by the ending of the path.
    package var contentType: String {
        switch path.split(separator: ".").last {
        case "html": "text/html; charset=utf-8"
        case "css": "text/css; charset=utf-8"
        case "js": "text/javascript; charset=utf-8"
        case "svg": "image/svg+xml"
        default: "application/octet-stream"
        }
    }
}
