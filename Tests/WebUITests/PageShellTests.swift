import Files
import TestSupport
import Testing

@testable import WebUI

@Suite struct PageShellTests {
    @Test func `the shell names its assets and lets only its own inline script run`() throws {
        let shell = try #require(PageShell(assets: .embedded, nonce: "n0nce"))
        #expect(shell.html.contains("src=\"/assets/\(WebAssets.embedded.fingerprint)/js/main.js\""))
        #expect(shell.html.contains("<script nonce=\"n0nce\">"))
        #expect(!shell.html.contains("{{"))
        #expect(shell.contentSecurityPolicy.contains("script-src 'self' 'nonce-n0nce'"))
        #expect(!shell.contentSecurityPolicy.contains("unsafe"))
    }

    @Test func `every shell has a nonce of its own`() throws {
        let first = try #require(PageShell(assets: .embedded))
        let second = try #require(PageShell(assets: .embedded))
        #expect(first.contentSecurityPolicy != second.contentSecurityPolicy)
    }

    @Test func `every file that the shell names is there`() throws {
        let shell = try #require(PageShell(assets: .embedded))
        let prefix = "/assets/\(WebAssets.embedded.fingerprint)/"
        let named = shell.html.split(separator: "\"").filter { $0.hasPrefix(prefix) }.map { $0.dropFirst(prefix.count) }
        #expect(named.count > 5)
        for path in named { #expect(WebAssets.embedded.asset(String(path)) != nil, "\(path)") }
    }

    @Test func `a folder without a template has no shell`() throws {
        let directory = try TemporaryDirectory()
        #expect(PageShell(assets: WebAssets(folder: directory.path)) == nil)
        try File.replace("\(directory.path)/index.html", with: [0xFF, 0xFE])
        #expect(PageShell(assets: WebAssets(folder: directory.path)) == nil)
    }
}
