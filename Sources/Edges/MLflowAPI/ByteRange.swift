internal import BlobStore
internal import HTTPServer

/// Answers with the content of a file or the part of it that a `Range` header asks for, RFC 9110 sections 13 and 14.
enum ByteRange {
    /// What is fetched at once from a store elsewhere, and held in memory; one more is on its way meanwhile.
    private static let pieceLength = 8 << 20
    private static let writeLength = 256 << 10

    /// The whole file, the part, or 416 for a part beyond the end; `headers` holds the file's `ETag`.
    static func response(
        to request: HTTPRequest,
        content: BlobContent,
        size: Int,
        _ headers: HTTPHeaders
    ) -> HTTPResponse {
        // A client that resumes says what it has the beginning of; when that has changed, it gets the whole.
        let isSame = request.headers["If-Range"].map { $0 == headers["ETag"] } ?? true
        guard isSame, let range = request.headers["Range"], let wanted = parse(range, size: size) else {
            return HTTPResponse(status: 200, headers: headers, body: body(request, content, 0..<size))
        }
        var headers = headers
        guard !wanted.isEmpty else {
            headers["Content-Range"] = "bytes */\(size)"
            return HTTPResponse(status: 416, headers: headers)
        }
        headers["Content-Range"] = "bytes \(wanted.lowerBound)-\(wanted.upperBound - 1)/\(size)"
        return HTTPResponse(status: 206, headers: headers, body: body(request, content, wanted))
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

    private static func body(_ request: HTTPRequest, _ content: BlobContent, _ range: Range<Int>) -> HTTPResponse.Body {
        guard !range.isEmpty else { return .empty }
        switch content {
        case .file(let file): return .file(file, offset: range.lowerBound, length: range.count)
        case .remote(let fetch):
            let isHead = request.method == .head
            return .stream(contentLength: range.count) { writer in
                if !isHead { try await copy(range, fetch, to: writer) }
            }
        }
    }

    /// Fetches pieces one ahead of the client, in constant memory.
    private static func copy(
        _ range: Range<Int>,
        _ fetch: @Sendable (Range<Int>) async throws -> [UInt8],
        to writer: HTTPBodyWriter
    ) async throws {
        var end = min(range.upperBound, range.lowerBound + pieceLength)
        var piece = try await fetch(range.lowerBound..<end)
        while true {
            let following = end..<min(range.upperBound, end + pieceLength)
            async let ahead = following.isEmpty ? [] : fetch(following)
            for start in stride(from: 0, to: piece.count, by: writeLength) {
                try await writer.write(Array(piece[start..<min(piece.count, start + writeLength)]))
            }
            piece = try await ahead
            guard !piece.isEmpty else { return }
            end = following.upperBound
        }
    }
}
