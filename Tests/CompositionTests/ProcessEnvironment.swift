import Glibc

/// What a child needs of the environment of the tests.
enum ProcessEnvironment {
    /// Where programs are looked for.
    static var path: String { getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin" }
}
