internal import HTTPServer

/// Answers with a file or the part of it that a `Range` header asks for, RFC 9110 section 14.
enum ByteRange {
    /// The whole file, the part, or 416 for a part beyond the end.
    static func response(file: String, size: Int, range: String?, _ headers: HTTPHeaders) -> HTTPResponse {
        guard let range, let wanted = parse(range, size: size) else {
            return HTTPResponse(status: 200, headers: headers, body: body(file, 0, size))
        }
        var headers = headers
        guard !wanted.isEmpty else {
            headers["Content-Range"] = "bytes */\(size)"
            return HTTPResponse(status: 416, headers: headers)
        }
        headers["Content-Range"] = "bytes \(wanted.lowerBound)-\(wanted.upperBound - 1)/\(size)"
        return HTTPResponse(status: 206, headers: headers, body: body(file, wanted.lowerBound, wanted.count))
    }

    /// The part that one range of bytes asks for, empty when it lies beyond the end; nil for anything else, which is
    /// to be ignored.
    static func parse(_ text: String, size: Int) -> Range<Int>? {
        guard text.hasPrefix("bytes="), !text.contains(",") else { return nil }
        let bounds = text.dropFirst("bytes=".count).split(
            separator: "-",
            maxSplits: 1,
            omittingEmptySubsequences: false
        )
        guard bounds.count == 2 else { return nil }
        if bounds[0].isEmpty {
            guard let length = Int(bounds[1]), length >= 0 else { return nil }
            return max(0, size - length)..<size
        }
        guard let first = Int(bounds[0]), first >= 0 else { return nil }
        guard first < size else { return 0..<0 }
        if bounds[1].isEmpty { return first..<size }
        guard let last = Int(bounds[1]), last >= first else { return nil }
        return first..<(last < size ? last + 1 : size)
    }

    private static func body(_ file: String, _ offset: Int, _ length: Int) -> HTTPResponse.Body {
        length == 0 ? .empty : .file(path: file, offset: offset, length: length)
    }
}
