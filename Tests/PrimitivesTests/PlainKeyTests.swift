import Testing

@testable import Primitives

@Suite struct PlainKeyTests {
    @Test(arguments: ["a", "train/loss", "a b.c-d_e:f", "żółć", "١"])
    func usualKeysAreTaken(key: String) {
        #expect(PlainKey.refusal(of: key, parameter: "key") == nil)
    }

    @Test(arguments: [
        ("", "resolve to '.'"), (".", "resolve to '.'"), ("..", "resolve to '..'"), ("a/../b", "resolve to 'b'"),
        ("/a", "resolve to '/a'"), ("a//b", "resolve to 'a/b'"), ("a$", "may only contain"),
        ("a\"b", "Invalid value \"a\\\"b\" for parameter 'k'"),
    ])
    func othersAreRefusedWithTheReason(key: String, fragment: String) {
        let refusal = PlainKey.refusal(of: key, parameter: "k") ?? ""
        #expect(refusal.contains(fragment), "\(refusal)")
    }
}
