/// HTML that may be put into a page as it is; texts that are put into it are escaped by their type.
///
/// In a literal, `\(text)` of any other type is escaped and `\(markup)` is not.
struct Markup: Sendable, ExpressibleByStringInterpolation {
    /// The HTML.
    let html: String

    private init(html: String) {
        self.html = html
    }

    init(stringLiteral value: String) {
        html = value
    }

    init(stringInterpolation: Interpolation) {
        html = stringInterpolation.html
    }

    /// Collects the parts of a literal.
    struct Interpolation: StringInterpolationProtocol {
        fileprivate var html: String

        init(literalCapacity: Int, interpolationCount: Int) {
            html = ""
            html.reserveCapacity(literalCapacity + 16 * interpolationCount)
        }

        mutating func appendLiteral(_ literal: String) { html += literal }

        mutating func appendInterpolation(_ markup: Markup) { html += markup.html }

        mutating func appendInterpolation(_ parts: [Markup]) { for part in parts { html += part.html } }

        mutating func appendInterpolation(_ text: String) { html += Markup.escaped(text) }

        mutating func appendInterpolation(_ number: Int) { html += String(number) }

        mutating func appendInterpolation(_ number: Double) { html += String(number) }
    }

    /// `text` with the five characters replaced that mean something in HTML; control characters become a dot.
    private static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            case _ where scalar.value < 0x20 || scalar.value == 0x7F: result += "·"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
