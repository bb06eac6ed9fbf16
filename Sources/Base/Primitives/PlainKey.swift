/// The rule for keys of metrics, parameters and tags in the MLflow protocol, and the texts in which it refuses one.
package enum PlainKey {
    /// Why a key is refused; nil when it is not.
    ///
    /// - Parameters:
    ///   - key: the key.
    ///   - parameter: what the caller knows it as, such as `metrics[3].name`.
    /// - Returns: the text of the refusal.
    package static func refusal(of key: String, parameter: String) -> String? {
        guard isPlain(key) else {
            return "Invalid value \(quoted(key)) for parameter '\(parameter)' supplied: Names may only contain "
                + "alphanumerics, underscores (_), dashes (-), periods (.), spaces ( ), colon(:) and slashes (/)."
        }
        let resolved = normalized(key)
        guard resolved == key, resolved != ".", !resolved.hasPrefix(".."), !resolved.hasPrefix("/") else {
            return
                "Invalid value \(quoted(key)) for parameter '\(parameter)' supplied: Names may be treated as files in "
                + "certain cases, and must not resolve to other names when treated as such. This name would resolve "
                + "to '\(resolved)'"
        }
        return nil
    }

    /// A text in double quotes, with what JSON escapes in them.
    package static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": result += "\\\(scalar)"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
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
