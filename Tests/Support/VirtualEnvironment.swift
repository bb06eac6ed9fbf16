internal import Glibc

/// The Python environment that `make setup` makes; the libraries of its wheels are what the engines open.
package enum VirtualEnvironment {
    /// Its folder: `MARTLET_TEST_VENV`, or `.venv` in the repository.
    package static let path: String = {
        if let path = getenv("MARTLET_TEST_VENV") { return String(cString: path) }
        let repository = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        return "/\(repository)/.venv"
    }()
}
