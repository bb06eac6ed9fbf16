internal import Filters
internal import Primitives

/// The last point of a page of a metric's history: the next page begins after it.
struct HistoryToken {
    let point: MetricPoint

    init(_ point: MetricPoint) {
        self.point = point
    }

    /// The token as text.
    var text: String {
        Base64.encode(Array("\(point.timestamp);\(point.step);\(point.value.bitPattern)".utf8))
    }

    /// Reads a token; the empty text and nil mean the first page.
    init?(parsing text: String?) throws(FilterError) {
        guard let text, !text.isEmpty else { return nil }
        guard let bytes = Base64.decode(text) else {
            throw FilterError("Invalid page token, could not base64-decode")
        }
        let parts = String(decoding: bytes, as: UTF8.self).split(separator: ";")
        guard parts.count == 3, let timestamp = Int64(parts[0]), let step = Int64(parts[1]), let bits = UInt64(parts[2])
        else { throw FilterError("Invalid page token, it does not belong to a metric history") }
        point = MetricPoint(timestamp: timestamp, step: step, value: Double(bitPattern: bits))
    }
}
