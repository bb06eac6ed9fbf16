internal import Primitives

/// The HTML that every page of the UI starts from, made for one answer.
package struct PageShell: Sendable {
    /// The document.
    package let html: String
    /// The policy that goes with it: nothing but our own scripts, styles and API.
    package let contentSecurityPolicy: String

    /// Fills the template `index.html`, or gives nil where it is not UTF-8 text or not there.
    ///
    /// - Parameters:
    ///   - assets: where the template is, and whose addresses go into it.
    ///   - nonce: what lets the one inline script run; new for each answer.
    package init?(assets: WebAssets, nonce: String = RandomID.hex()) {
        guard let template = assets.asset("index.html") else { return nil }
        guard let text = String(validating: template.bytes, as: UTF8.self) else { return nil }
        html = PageShell.fill(text, ["nonce": nonce, "assets": assets.fingerprint])
        contentSecurityPolicy = [
            "default-src 'none'",
            "script-src 'self' 'nonce-\(nonce)'",
            "style-src 'self'",
            "img-src 'self'",
            "connect-src 'self'",
            "worker-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        ].joined(separator: "; ")
    }

    /// Replaces each `{{name}}`; a name that is not among the values stays as it is.
    private static func fill(_ template: String, _ values: [String: String]) -> String {
        var filled = ""
        var rest = template[...]
        while let open = rest.firstRange(of: "{{"), let close = rest[open.upperBound...].firstRange(of: "}}") {
            let name = String(rest[open.upperBound..<close.lowerBound])
            filled += rest[..<open.lowerBound]
            filled += values[name] ?? "{{\(name)}}"
            rest = rest[close.upperBound...]
        }
        return filled + rest
    }
}
