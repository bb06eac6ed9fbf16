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
        guard isPlain(key) else {
            throw .invalid(
                "Invalid value \"\(key)\" for parameter '\(parameter)' supplied: Names may only contain alphanumerics, "
                    + "underscores (_), dashes (-), periods (.), spaces ( ), colon(:) and slashes (/)."
            )
        }
        let resolved = normalized(key)
        guard resolved == key, resolved != ".", !resolved.hasPrefix(".."), !resolved.hasPrefix("/") else {
            throw .invalid(
                "Invalid value \"\(key)\" for parameter '\(parameter)' supplied: Names may be treated as files in "
                    + "certain cases, and must not resolve to other names when treated as such. This name would resolve "
                    + "to '\(resolved)'"
            )
        }
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

    private static func isPlain(_ key: String) -> Bool {
        key.unicodeScalars.allSatisfy { scalar in
            if scalar.isASCII {
                return switch scalar {
                case "a"..."z", "A"..."Z", "0"..."9", "_", "-", ".", " ", ":", "/": true
                default: false
                }
            }
            return isWord(scalar)
        }
    }

    private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber,
            .letterNumber, .otherNumber:
            true
        default:
            false
        }
    }

    /// The key as a POSIX path without empty parts, `.` and `..`.
    private static func normalized(_ key: String) -> String {
        if key.isEmpty { return "." }
        // Most keys are a plain word.
        if !key.utf8.contains(UInt8(ascii: "/")), key != ".", key != ".." { return key }
        let isAbsolute = key.hasPrefix("/")
        var parts: [Substring] = []
        for part in key.split(separator: "/") where part != "." {
            if part == "..", let last = parts.last, last != ".." {
                parts.removeLast()
            } else if part != ".." || !isAbsolute {
                parts.append(part)
            }
        }
        let joined = (isAbsolute ? "/" : "") + parts.joined(separator: "/")
        return joined.isEmpty ? "." : joined
    }
}
