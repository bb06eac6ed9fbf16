internal import Primitives

/// What keys and values may look like.
enum TrackingRules {
    static let keyLimit = 250
    static let paramValueLimit = 6_000
    static let tagValueLimit = 8_000
    static let experimentNameLimit = 500
    static let experimentTagValueLimit = 20_000
    static let locationLimit = 2_048

    /// Checks the key of a metric, a parameter or a tag.
    ///
    /// - Parameters:
    ///   - key: the key.
    ///   - parameter: what the caller knows it as, such as `metrics[3].name`.
    ///   - subject: what the length message calls it.
    /// - Throws: `TrackingError` with code `invalidParameter`.
    static func checkKey(_ key: String, parameter: String, subject: String) throws(TrackingError) {
        if let refusal = PlainKey.refusal(of: key, parameter: parameter) { throw .invalid(refusal) }
        guard key.unicodeScalars.count <= keyLimit else { throw .tooLong(subject, keyLimit) }
    }

    /// The first `limit` characters.
    static func cut(_ text: String, to limit: Int) -> String {
        guard text.utf8.count > limit, text.unicodeScalars.count > limit else { return text }
        return String(String.UnicodeScalarView(text.unicodeScalars.prefix(limit)))
    }

    /// Checks the length of a text in characters.
    static func checkLength(_ text: String?, _ what: String, _ limit: Int) throws(TrackingError) {
        guard let text, text.utf8.count > limit, text.unicodeScalars.count > limit else { return }
        throw .tooLong(what, limit)
    }
}
