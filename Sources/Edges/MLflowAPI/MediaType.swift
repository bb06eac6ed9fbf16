/// What a file is to be called when it is sent.
enum MediaType {
    private static let plainExtensions: Set<String> = [
        "txt", "log", "err", "cfg", "conf", "cnf", "cf", "ini", "properties", "prop", "hocon", "toml", "yaml", "yml",
        "xml", "json", "js", "py", "py3", "csv", "tsv", "md", "rst", "ipynb",
    ]
    private static let plainNames: Set<String> = ["MLmodel", "MLproject", "mlproject"]
    private static let others = [
        "html": "text/html", "htm": "text/html", "css": "text/css", "png": "image/png", "jpg": "image/jpeg",
        "jpeg": "image/jpeg", "gif": "image/gif", "svg": "image/svg+xml", "webp": "image/webp", "bmp": "image/bmp",
        "ico": "image/vnd.microsoft.icon", "tif": "image/tiff", "tiff": "image/tiff", "pdf": "application/pdf",
        "zip": "application/zip", "tar": "application/x-tar", "mp3": "audio/mpeg", "wav": "audio/x-wav",
        "mp4": "video/mp4", "webm": "video/webm", "mpeg": "video/mpeg", "geojson": "application/geo+json",
    ]

    /// The media type of a file by its name.
    static func of(_ name: String) -> String {
        if plainNames.contains(name) { return "text/plain" }
        guard let dot = name.lastIndex(of: ".") else { return "application/octet-stream" }
        let suffix = String(name[name.index(after: dot)...])
        if plainExtensions.contains(suffix) { return "text/plain" }
        return others[suffix.lowercased()] ?? "application/octet-stream"
    }

    /// `Content-Disposition` for a file to be saved under its name, RFC 6266.
    static func disposition(_ name: String) -> String {
        let isToken = name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !separators.contains($0) }
        if isToken { return "attachment; filename=\(name)" }
        if name.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) {
            let escaped = name.flatMap { $0 == "\"" || $0 == "\\" ? "\\\($0)" : String($0) }
            return "attachment; filename=\"\(String(escaped))\""
        }
        let fallback = String(
            decoding: name.utf8.filter {
                $0 >= 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\")
            },
            as: UTF8.self
        )
        return "attachment; filename=\"\(fallback)\"; filename*=UTF-8''\(percentEncoded(name))"
    }

    private static let separators = Set("()<>@,;:\\\"/[]?={} \t".utf8)

    private static func percentEncoded(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var encoded: [UInt8] = []
        for byte in text.utf8 {
            let character = Character(UnicodeScalar(byte))
            if byte < 0x80, character.isLetter || character.isNumber || "-._~".contains(character) {
                encoded.append(byte)
            } else {
                encoded += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: encoded, as: UTF8.self)
    }
}
