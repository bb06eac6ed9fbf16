internal import Glibc
internal import JSON
internal import Tracking

/// A `log-batch` body as clients usually write it, read in place.
///
/// Only what is exactly as expected is read; anything else makes no batch and is left to the careful reader, who knows
/// every spelling and every message.
struct UsualBatch {
    private(set) var run = RunID("")
    private(set) var batch = LogBatch()

    init?(_ body: [UInt8]) {
        guard let document = try? JSONDocument(parsing: body), document.root.isObject else { return nil }
        var isUsual = true
        document.root.forEachMember { key, node in
            guard isUsual else { return }
            if key == "run_id", let text = node.stringValue, !text.isEmpty {
                run = RunID(text)
            } else if key == "metrics" {
                isUsual = readMetrics(node)
            } else if key == "params", let pairs = Self.pairs(node) {
                batch.params = pairs
            } else if key == "tags", let pairs = Self.pairs(node) {
                batch.tags = pairs
            } else {
                isUsual = false
            }
        }
        guard isUsual, !run.text.isEmpty else { return nil }
    }

    private mutating func readMetrics(_ list: JSONNode) -> Bool {
        guard list.isArray else { return false }
        batch.metrics = []
        var lastKey = ""
        var isUsual = true
        list.forEachElement { node in
            guard isUsual, let metric = Self.metric(node, &lastKey) else {
                isUsual = false
                return
            }
            batch.metrics.append(metric)
        }
        return isUsual
    }

    /// A point; equal keys one after another share one string.
    private static func metric(_ node: JSONNode, _ lastKey: inout String) -> Metric? {
        var value: Double?
        var timestamp: Int64?
        var step: Int64? = 0
        var hasKey = false
        var isUsual = node.isObject
        node.forEachMember { key, node in
            if key == "value" {
                value = node.doubleValue
            } else if key == "timestamp" {
                timestamp = node.intValue
            } else if key == "step" {
                step = node.intValue
            } else if key == "key", let text = text(node, like: lastKey) {
                lastKey = text
                hasKey = !text.isEmpty
            } else {
                isUsual = false
            }
        }
        guard isUsual, hasKey, let value, let timestamp, let step else { return nil }
        return Metric(key: lastKey, value: value, timestamp: timestamp, step: step)
    }

    /// The text of a node, without a copy when it equals another one.
    private static func text(_ node: JSONNode, like other: String) -> String? {
        var other = other
        let isSame = node.withStringBytes { bytes in
            other.withUTF8 { known in
                guard known.count == bytes.count, let first = known.baseAddress, let other = bytes.baseAddress else {
                    return known.count == bytes.count
                }
                return memcmp(first, other, known.count) == 0
            }
        }
        guard let isSame else { return nil }
        return isSame ? other : node.stringValue
    }

    private static func pairs(_ list: JSONNode) -> [KeyValue]? {
        guard list.isArray else { return nil }
        var pairs: [KeyValue] = []
        var isUsual = true
        list.forEachElement { node in
            guard isUsual, let key = node["key"]?.stringValue, !key.isEmpty, let value = node["value"]?.stringValue
            else {
                isUsual = false
                return
            }
            pairs.append(KeyValue(key, value))
        }
        return isUsual ? pairs : nil
    }
}
