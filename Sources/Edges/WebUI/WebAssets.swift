internal import CWebAssets
internal import Files
internal import Primitives

/// The files of the browser side: those in the binary, or those of a folder while they are being worked on.
package struct WebAssets: Sendable {
    private enum Source: Sendable {
        case embedded([String: WebAsset])
        case folder(String)
    }

    private let source: Source
    /// What stands for this state of all files in their addresses.
    ///
    /// It is a digest of every path and content, so that an address never means two contents and may be kept for ever.
    package let fingerprint: String

    /// The longest file that is read from a folder.
    private static let longestFile = 4 << 20

    /// The files in the binary.
    package static let embedded = WebAssets()

    private init() {
        var assets: [String: WebAsset] = [:]
        var digest = SHA256()
        for index in 0..<martlet_web_asset_count() {
            guard let entry = martlet_web_asset_at(index)?.pointee else { continue }
            let content = UnsafeRawBufferPointer(start: entry.bytes, count: entry.length)
            let path = String(cString: entry.path)
            assets[path] = WebAsset(path: path, bytes: [UInt8](content))
            digest.update(Array(path.utf8) + [0])
            digest.update(content)
        }
        source = .embedded(assets)
        fingerprint = String(Hex.encode(digest.digest()).prefix(16))
    }

    /// The files of a folder, read anew for each request: for work on the browser side.
    ///
    /// - Parameter folder: the path of a folder laid out like `web/`.
    package init(folder: String) {
        source = .folder(folder)
        fingerprint = "development"
    }

    /// Whether a file may be kept by browsers without asking again.
    package var isImmutable: Bool {
        if case .embedded = source { true } else { false }
    }

    /// The paths of the embedded files; none for a folder.
    package var paths: [String] {
        if case .embedded(let assets) = source { assets.keys.sorted() } else { [] }
    }

    /// The file at a path, or nil where there is none or where the path could lead out of the folder.
    package func asset(_ path: String) -> WebAsset? {
        switch source {
        case .embedded(let assets):
            return assets[path]
        case .folder(let folder):
            guard WebAssets.isPlain(path) else { return nil }
            guard let bytes = try? File.read("\(folder)/\(path)", limit: WebAssets.longestFile) else { return nil }
            return WebAsset(path: path, bytes: bytes)
        }
    }

    /// Whether a path has only names of letters, digits, `.`, `-` and `_`, none of which begins with a dot.
    private static func isPlain(_ path: String) -> Bool {
        let names = path.split(separator: "/", omittingEmptySubsequences: false)
        return names.allSatisfy { name in
            !name.isEmpty && !name.hasPrefix(".")
                && name.utf8.allSatisfy { byte in
                    switch byte {
                    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"):
                        true
                    default: false
                    }
                }
        }
    }
}
