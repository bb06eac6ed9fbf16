import Files
import Primitives
import TestSupport
import Testing

@testable import WebUI

@Suite struct WebAssetsTests {
    /// `web/` of this checkout.
    private static let folder = #filePath.split(separator: "/").dropLast(3).reduce("") { "\($0)/\($1)" } + "/web"

    private static func files(in folder: String, under prefix: String = "") throws -> [String] {
        try Directory.names("\(folder)/\(prefix)").flatMap { name in
            let path = prefix + name
            return Directory.isDirectory("\(folder)/\(path)") ? try files(in: folder, under: path + "/") : [path]
        }
    }

    @Test func `the binary holds every file of web as it is, and no other`() throws {
        let wanted = try Self.files(in: Self.folder).filter { !$0.hasPrefix("test/") }.sorted()
        #expect(WebAssets.embedded.paths == wanted, "run scripts/web-assets.sh")
        for path in wanted {
            #expect(WebAssets.embedded.asset(path)?.bytes == (try File.read("\(Self.folder)/\(path)")), "\(path)")
        }
    }

    @Test func `the fingerprint is sixteen hexadecimal digits`() {
        let fingerprint = WebAssets.embedded.fingerprint
        #expect(fingerprint.count == 16)
        #expect(Hex.decode(fingerprint) != nil)
    }

    @Test(arguments: [
        ("index.html", "text/html; charset=utf-8"), ("js/main.js", "text/javascript; charset=utf-8"),
        ("css/tokens.css", "text/css; charset=utf-8"), ("img/martlet.svg", "image/svg+xml"),
    ])
    func `each kind of file has its media type`(path: String, type: String) {
        #expect(WebAssets.embedded.asset(path)?.contentType == type)
    }

    @Test(arguments: ["../secret", "js/../../secret", "/etc/passwd", "js//main.js", ".git/config", "", "js/%2e%2e"])
    func `a path cannot lead out of the folder`(path: String) throws {
        let directory = try TemporaryDirectory()
        try File.replace("\(directory.path)/secret", with: Array("secret".utf8))
        try Directory.create("\(directory.path)/web")
        #expect(WebAssets(folder: "\(directory.path)/web").asset(path) == nil)
    }

    @Test func `a file of a folder is read anew, with another validator`() throws {
        let directory = try TemporaryDirectory()
        let assets = WebAssets(folder: directory.path)
        try File.replace("\(directory.path)/a.js", with: Array("1".utf8))
        let before = try #require(assets.asset("a.js"))
        try File.replace("\(directory.path)/a.js", with: Array("2".utf8))
        let after = try #require(assets.asset("a.js"))
        #expect(after.bytes == Array("2".utf8))
        #expect(before.entityTag != after.entityTag)
        #expect(!assets.isImmutable)
    }
}
