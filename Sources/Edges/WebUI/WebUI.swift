package import HTTPServer

/// The browser side: one document for every page, and the files that it loads.
///
/// Files have their fingerprint in their address and are kept by browsers for ever; the document is new each time, as
/// is the nonce in it.
package struct WebUI: Sendable {
    private let assets: WebAssets

    /// The addresses of pages; `web/js/main.js` has the same list.
    package static let pages = ["/", "/topics", "/datasets", "/runs", "/monitoring", "/models"]

    /// Fields of every answer.
    private static let safety: HTTPHeaders = [
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    ]

    /// The browser side in the binary, or that in `folder` while it is being worked on.
    package init(folder: String? = nil) {
        assets = folder.map(WebAssets.init(folder:)) ?? .embedded
    }

    /// Adds the routes.
    package func register(on router: inout Router) {
        for page in WebUI.pages {
            router.on(.get, page) { _ in try self.document() }
        }
        router.on(.get, "/assets/{fingerprint}/{path...}") { request in try self.file(request) }
    }

    private func document() throws -> HTTPResponse {
        guard let shell = PageShell(assets: assets) else {
            throw HTTPError(status: 500, message: "index.html is missing or is not UTF-8: see --ui-dir")
        }
        var response = HTTPResponse.html(shell.html)
        add(WebUI.safety, to: &response)
        response.headers["Content-Security-Policy"] = shell.contentSecurityPolicy
        response.headers["Cache-Control"] = "no-store"
        return response
    }

    private func file(_ request: HTTPRequest) throws -> HTTPResponse {
        guard request.parameters["fingerprint"] == assets.fingerprint else {
            throw HTTPError(status: 404, message: "this file belongs to another version of Martlet: reload the page")
        }
        guard let path = request.parameters["path"], let asset = assets.asset(path) else {
            throw HTTPError(status: 404, message: "there is nothing at \(request.path)")
        }
        let isKnown = request.headers["If-None-Match"].map { WebUI.lists($0, asset.entityTag) } ?? false
        var response = HTTPResponse(status: isKnown ? 304 : 200, body: isKnown ? .empty : .bytes(asset.bytes))
        add(WebUI.safety, to: &response)
        response.headers["ETag"] = asset.entityTag
        response.headers["Cache-Control"] =
            assets.isImmutable ? "public, max-age=31536000, immutable" : "no-cache"
        if !isKnown { response.headers["Content-Type"] = asset.contentType }
        return response
    }

    private func add(_ fields: HTTPHeaders, to response: inout HTTPResponse) {
        for field in fields.fields { response.headers[field.name] = field.value }
    }

    /// Whether a list of validators has this one; a weak one counts too (RFC 9110, 13.1.2).
    private static func lists(_ field: String, _ entityTag: String) -> Bool {
        field.split(separator: ",").contains { candidate in
            let tag = candidate.drop { $0 == " " }.prefix { $0 != " " }
            return tag == "*" || tag == entityTag || tag == "W/\(entityTag)"
        }
    }
}
