/// Names and texts inside SQL statements, where a parameter cannot stand.
package enum SQLText {
    /// `name` as an identifier, quoted.
    package static func identifier(_ name: String) -> String {
        "\"" + doubled("\"", in: name) + "\""
    }

    /// `text` as a literal, quoted.
    package static func literal(_ text: String) -> String {
        "'" + doubled("'", in: text) + "'"
    }

    /// By scalars, since a quote and a combining mark are one `Character` and still end a literal.
    private static func doubled(_ quote: Unicode.Scalar, in text: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if scalar == quote { result.append(quote) }
            result.append(scalar)
        }
        return String(result)
    }
}
